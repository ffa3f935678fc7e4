import type {
  ExecutionTrace,
  ExecutionTraceEnd,
  ScopeTrace,
  StateRun,
  StateVisit,
  TaskAttemptTrace,
} from '../../asl/history/trace.ts';
import type { Json } from '../../asl/json.ts';
import { refusalOf } from './recordedAnswers.ts';
import { type SameLeaf, valueDifferences } from './valueDifferences.ts';

/** A place in which an execution went otherwise here than on Step Functions. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The state with the Map iterations and branches around it: `Each order[2]/Charge`. Empty for the execution. */
  readonly state: string;
  /** JSON pointer into the data, where they differ in a part of it. */
  readonly pointer?: string;
  /** As the history has it. Absent: nothing. */
  readonly expected?: Json;
  /** As it is here. Absent: nothing. */
  readonly actual?: Json;
}

export type DifferenceKind =
  /** The states, in the order in which they were entered. */
  | 'path'
  | 'input'
  | 'output'
  | 'variables'
  /** How often a task was tried. */
  | 'attempts'
  | 'resource'
  | 'arguments'
  | 'timeout'
  | 'heartbeat'
  /** How often a Parallel or Map state was tried. */
  | 'runs'
  | 'items'
  | 'status'
  | 'error'
  | 'cause';

/** Compares an execution here with its history. Data that the history does not have is not compared. */
export function* traceDifferences(
  expected: ExecutionTrace,
  actual: ExecutionTrace,
  isSame: SameLeaf,
): Generator<Difference> {
  const isCut = expected.end?.status === 'ABORTED' || expected.end?.status === 'TIMED_OUT';
  const comparison = new TraceComparison(isSame, expected);
  yield* comparison.scopes(expected.root, actual.root, '', isCut);
  yield* comparison.ends(expected.end, actual.end);
}

class TraceComparison {
  readonly #isSame: SameLeaf;

  readonly #expected: ExecutionTrace;

  constructor(isSame: SameLeaf, expected: ExecutionTrace) {
    this.#isSame = isSame;
    this.#expected = expected;
  }

  *ends(
    expected: ExecutionTraceEnd | undefined,
    actual: ExecutionTraceEnd | undefined,
  ): Generator<Difference> {
    if (expected === undefined) return;
    if (expected.status !== actual?.status) {
      yield {
        kind: 'status',
        state: '',
        expected: statusText(expected),
        ...(actual && { actual: statusText(actual) }),
      };
      return;
    }
    yield* this.#data('output', '', expected.output, actual.output);
    // The reasons of a stop are an operator's.
    if (expected.status !== 'FAILED') return;
    yield* this.#texts('error', '', expected.error, actual.error);
    yield* this.#texts('cause', '', expected.cause, actual.cause);
  }

  /** @param isCut it was ended from outside: one of the two may have come further */
  *scopes(expected: ScopeTrace, actual: ScopeTrace, around: string, isCut: boolean): Generator<Difference> {
    const length = Math.max(expected.visits.length, actual.visits.length);
    let before: StateVisit | undefined;
    for (let place = 0; place < length; place++) {
      const [one, other] = [expected.visits[place], actual.visits[place]];
      if (one?.name !== other?.name || one?.type !== other?.type) {
        if (isCut && (one === undefined || other === undefined)) return;
        const state = `${around}${before?.name ?? ''}`;
        yield { kind: 'path', state, ...sides(stepText(one), stepText(other)) };
        return;
      }
      if (one === undefined || other === undefined) return;
      yield* this.#visits(one, other, before, around, isCut);
      before = one;
    }
  }

  *#visits(
    expected: StateVisit,
    actual: StateVisit,
    before: StateVisit | undefined,
    around: string,
    isCut: boolean,
  ): Generator<Difference> {
    const state = `${around}${expected.name}`;
    const inputs = [...this.#data('input', state, expected.input, actual.input)];
    // Where it is what the state before has left, the difference is that one's.
    const isOfBefore = before?.hasExited && JSON.stringify(before.output) === JSON.stringify(expected.input);
    if (!isOfBefore) yield* inputs;
    const isRefused = refusalOf(expected, this.#expected) !== undefined;
    yield* this.#attempts(expected.attempts, actual.attempts, state, isCut || isRefused);
    yield* this.#runs(expected.runs, actual.runs, state, isCut);
    yield* this.#evaluations(expected, actual, state);
    if (expected.hasExited !== actual.hasExited) {
      if (isCut) return;
      yield { kind: 'path', state, ...sides(exitText(expected), exitText(actual)) };
      return;
    }
    yield* this.#data('output', state, expected.output, actual.output);
    if (expected.assigned || actual.assigned) {
      yield* this.#data('variables', state, expected.assigned ?? {}, actual.assigned ?? {});
    }
  }

  *#attempts(
    expected: readonly TaskAttemptTrace[],
    actual: readonly TaskAttemptTrace[],
    state: string,
    isCut: boolean,
  ): Generator<Difference> {
    for (const [place, one] of expected.entries()) {
      const other = actual[place];
      if (other === undefined) break;
      yield* this.#texts('resource', state, one.resource, other.resource);
      yield* this.#data('arguments', state, one.given, other.given);
      yield* this.#numbers('timeout', state, one.timeoutSeconds, other.timeoutSeconds);
      yield* this.#numbers('heartbeat', state, one.heartbeatSeconds, other.heartbeatSeconds);
    }
    if (expected.length === actual.length || isCut) return;
    yield { kind: 'attempts', state, expected: expected.length, actual: actual.length };
  }

  *#runs(
    expected: readonly StateRun[],
    actual: readonly StateRun[],
    state: string,
    isCut: boolean,
  ): Generator<Difference> {
    if (expected.length !== actual.length && !isCut) {
      yield { kind: 'runs', state, expected: expected.length, actual: actual.length };
    }
    for (const [place, one] of expected.entries()) {
      const other = actual[place];
      if (other === undefined) return;
      yield* this.#numbers('items', state, one.length, other.length);
      if (one.isDistributed) continue;
      // Where one chain fails, it depends on timing how far the others come.
      const isCutRun = isCut || !one.hasSucceeded;
      yield* this.#chains(one.branches, other.branches, () => `${state}/`, isCutRun);
      yield* this.#chains(one.iterations, other.iterations, (index) => `${state}[${index}]/`, isCutRun);
    }
  }

  *#chains<Key extends string | number>(
    expected: ReadonlyMap<Key, ScopeTrace>,
    actual: ReadonlyMap<Key, ScopeTrace>,
    around: (key: Key) => string,
    isCut: boolean,
  ): Generator<Difference> {
    for (const key of new Set([...expected.keys(), ...actual.keys()])) {
      const [one, other] = [expected.get(key), actual.get(key)];
      if (one && other) yield* this.scopes(one, other, around(key), isCut);
      else if (!isCut) {
        const state = around(key).replace(/\/$/, '');
        yield { kind: 'path', state, ...sides(chainText(one), chainText(other)) };
      }
    }
  }

  *#evaluations(expected: StateVisit, actual: StateVisit, state: string): Generator<Difference> {
    const length = Math.max(expected.evaluations.length, actual.evaluations.length);
    for (let place = 0; place < length; place++) {
      const [one, other] = [expected.evaluations[place], actual.evaluations[place]];
      yield* this.#data('error', state, one, other, one === undefined);
    }
  }

  /** @param isKnown whether an expected value that is undefined says that there is none */
  *#data(
    kind: DifferenceKind,
    state: string,
    expected: Json | undefined,
    actual: Json | undefined,
    isKnown = false,
  ): Generator<Difference> {
    if (expected === undefined && !isKnown) return;
    for (const each of valueDifferences(expected, actual, this.#isSame)) {
      yield { kind, state, pointer: each.pointer, ...sides(each.expected, each.actual) };
    }
  }

  *#texts(
    kind: DifferenceKind,
    state: string,
    expected: string | undefined,
    actual: string | undefined,
  ): Generator<Difference> {
    if ((expected ?? '') === (actual ?? '') || this.#isSame(expected, actual, '')) return;
    yield { kind, state, ...sides(expected, actual) };
  }

  *#numbers(
    kind: DifferenceKind,
    state: string,
    expected: number | undefined,
    actual: number | undefined,
  ): Generator<Difference> {
    if (expected !== actual) yield { kind, state, ...sides(expected, actual) };
  }
}

function sides(expected: Json | undefined, actual: Json | undefined) {
  return { ...(expected !== undefined && { expected }), ...(actual !== undefined && { actual }) };
}

function statusText({ status, error }: ExecutionTraceEnd): string {
  return error === undefined ? status : `${status} (${error})`;
}

function stepText(visit: StateVisit | undefined): string {
  return visit === undefined ? 'the end' : `${visit.name} (${visit.type})`;
}

function exitText({ hasExited }: StateVisit): string {
  return hasExited ? 'left' : 'not left';
}

function chainText(scope: ScopeTrace | undefined): string {
  return scope === undefined ? 'not begun' : 'begun';
}
