import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import { matchesState } from 'xstate';
import type { MachineContext, MachineOutput, MachineStateValue } from '../client/machineTypes.ts';
import { shownData } from '../orchestrator/core/data/thrown.ts';
import type { ExecutionErrorCode, ExecutionStatus } from '../orchestrator/core/execution/model/execution.ts';
import type { IgnoredReason } from '../orchestrator/core/execution/model/log.ts';
import { parseMachineState } from '../orchestrator/core/machine/index.ts';
import { type Duration, durationMs } from '../orchestrator/core/policy/duration.ts';
import { ImpossibleTestError } from './errors.ts';
import type {
  ChildName,
  MachineDefinition,
  MachineEmitted,
  MachineReferenceOf,
  WorkerInput,
  WorkerName,
} from './machineTypes.ts';
import type { EntryOutcome } from './recordedExecution.ts';

/** The state that a step is expected to leave an execution in. Properties that are not named are not compared. */
export interface Expectation<M extends MachineDefinition = MachineDefinition> {
  /** As `snapshot.matches` takes it: the whole state, or an outer part of it. */
  readonly state?: MachineStateValue<M>;
  /** The named properties, each as a whole. */
  readonly context?: Partial<MachineContext<MachineReferenceOf<M>>>;
  readonly status?: ExecutionStatus;
  readonly output?: MachineOutput<MachineReferenceOf<M>>;
  /** Why it FAILED. */
  readonly error?: ExpectedError;
  /** Every task that the step handed to a worker, retries included, in order. */
  readonly tasks?: readonly ExpectedTask<M>[];
  /** Every child machine that the step started, in order. */
  readonly children?: readonly ExpectedChild<M>[];
  /** Every event that the step sent to another execution: a child by its name, others by their id. */
  readonly sent?: readonly { readonly to: string; readonly event: { readonly type: string } }[];
  /** Every timer that runs after the step, the earliest first. */
  readonly timers?: readonly ExpectedTimer[];
  /** Every event that the step emitted, in order. */
  readonly emitted?: readonly MachineEmitted<M>[];
  /** Names of the plain function actions that the step asked for, in order. */
  readonly actions?: readonly string[];
  /** Whether the event is held, for a state that takes it. */
  readonly held?: boolean;
  /** Why the entry had no effect. */
  readonly ignored?: IgnoredReason;
}

export interface ExpectedError {
  readonly code?: ExecutionErrorCode;
  readonly name?: string;
  /** The message, or what it matches. */
  readonly message?: string | RegExp;
  /** Any of the error's own fields, each as a whole. */
  readonly [field: string]: unknown;
}

export type ExpectedTask<M> = {
  [Name in WorkerName<M>]: {
    readonly worker: Name;
    /** @default any */
    readonly input?: WorkerInput<M, Name>;
    /** @default any */
    readonly attempt?: number;
  };
}[WorkerName<M>];

export type ExpectedChild<M> = {
  [Name in ChildName<M>]: {
    readonly child: Name;
    /** @default any */
    readonly input?: WorkerInput<M, Name>;
  };
}[ChildName<M>];

export interface ExpectedTimer {
  /** From the end of the step. */
  readonly in: Duration;
  /** Type of its event. @default any */
  readonly event?: string;
}

/** One expectation against what there is, both as they are to be shown. */
interface Compared {
  readonly name: string;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly holds: boolean;
}

/**
 * @param what the test's machine and entry, as the message is to name them
 * @param caller left out of the stack, with everything it called
 * @throws AssertionError that names each expectation that does not hold, and what there is in its place
 */
export function check(
  expectation: Expectation,
  outcome: EntryOutcome,
  now: number,
  what: string,
  caller: (...args: never) => unknown,
): void {
  refuseUnknown(expectation);
  const compared = [...compare(expectation, outcome, now)];
  const failed = compared.filter(({ holds }) => !holds);
  if (failed.length === 0) return;
  const lines = failed.flatMap(({ name, expected, actual }) => [
    `  ${name}`,
    `    expected ${text(expected)}`,
    `    was      ${text(actual)}`,
  ]);
  const { error } = outcome.execution;
  const isUnexpected = error && !failed.some(({ name }) => name === 'error');
  const reason = isUnexpected ? [`  The execution's error is ${error.name}: ${error.message}`] : [];
  const count = `${failed.length} of ${compared.length} expectations ${failed.length === 1 ? 'does' : 'do'} not hold`;
  throw new AssertionError({
    message: [`${what}: ${count}.`, ...lines, ...reason].join('\n'),
    actual: Object.fromEntries(failed.map(({ name, actual }) => [name, actual])),
    expected: Object.fromEntries(failed.map(({ name, expected }) => [name, expected])),
    operator: 'then',
    stackStartFn: caller,
  });
}

const names: Readonly<Record<keyof Expectation, true>> = {
  state: true,
  context: true,
  status: true,
  output: true,
  error: true,
  tasks: true,
  children: true,
  sent: true,
  timers: true,
  emitted: true,
  actions: true,
  held: true,
  ignored: true,
};

/** A misspelt name would never be compared, and the test would never fail. */
function refuseUnknown(expectation: Expectation): void {
  const given = Object.entries(expectation ?? {}).flatMap(([name, value]) =>
    value === undefined && Object.hasOwn(names, name) ? [] : [name],
  );
  const unknown = given.filter((name) => !Object.hasOwn(names, name));
  if (given.length > 0 && unknown.length === 0) return;
  const what =
    unknown.length === 0 ? 'Nothing is expected' : `'${unknown.join("', '")}' is nothing to expect`;
  throw new ImpossibleTestError(`${what}: name some of ${Object.keys(names).join(', ')}.`);
}

function* compare(expectation: Expectation, outcome: EntryOutcome, now: number): Generator<Compared> {
  const { execution, effects, verdict } = outcome;
  const { children, sent, held } = expectation;
  const { state, context, status, output, error, tasks, timers, emitted, actions, ignored } = expectation;
  const stored = execution.snapshot === undefined ? undefined : parseMachineState(execution.snapshot);
  if (state !== undefined) {
    const actual = execution.state;
    yield {
      name: 'state',
      expected: state,
      actual,
      holds: actual !== undefined && matchesState(state, actual),
    };
  }
  if (context !== undefined)
    yield equal('context', context, partOf(stored && shownData(stored.context), context));
  if (status !== undefined) yield equal('status', status, execution.status);
  if (output !== undefined) yield equal('output', output, execution.output);
  if (error !== undefined) yield compareError(error, execution.error);
  if (tasks !== undefined) {
    const started = effects.flatMap((effect) => (effect.type === 'dispatch' ? [effect.task] : []));
    yield equal(
      'tasks',
      tasks,
      started.map((task, i) => partOf(task, tasks[i] ?? { worker: '', input: undefined })),
    );
  }
  if (children !== undefined) {
    const started = outcome.outgoing.filter((item) => item.type === 'start');
    yield equal(
      'children',
      children,
      started.map(({ receiver, input }, i) =>
        partOf({ child: outcome.nameOf(receiver), input }, children[i] ?? { child: '', input: undefined }),
      ),
    );
  }
  if (sent !== undefined) {
    const messages = outcome.outgoing.filter((item) => item.type === 'message');
    const events = messages.flatMap(({ receiver, messages: each }) =>
      each.flatMap((message) =>
        message.type === 'event' ? [{ to: outcome.nameOf(receiver), event: message.event }] : [],
      ),
    );
    yield equal('sent', sent, events);
  }
  if (held !== undefined) yield equal('held', held, verdict.type === 'held');
  if (timers !== undefined) {
    const running = [...(stored?.timers ?? [])].sort((a, b) => a.dueAt - b.dueAt);
    const isRunning = execution.status === 'RUNNING';
    yield equal(
      'timers',
      timers.map((timer) => ({ ...timer, in: shortest(durationMs(timer.in)) })),
      (isRunning ? running : []).map(({ event, dueAt }, i) =>
        partOf({ in: shortest(dueAt - now), event: typeOf(event) }, timers[i] ?? { in: 0, event: '' }),
      ),
    );
  }
  if (emitted !== undefined) {
    const events = outcome.emitted.flatMap((each) => ('event' in each ? [each.event] : []));
    yield equal('emitted', emitted, events);
  }
  if (actions !== undefined) {
    const names = effects.flatMap((effect) => (effect.type === 'action' ? [effect.name] : []));
    yield equal('actions', actions, names);
  }
  if (ignored !== undefined) {
    yield equal('ignored', ignored, verdict.type === 'ignored' ? verdict.reason : undefined);
  }
}

function compareError(expected: ExpectedError, error: ExpectedError | undefined): Compared {
  const actual = error && partOf(error, expected);
  const { message, ...rest } = expected;
  const hasMessage =
    message === undefined ||
    (message instanceof RegExp ? message.test(String(error?.message)) : message === error?.message);
  return {
    name: 'error',
    expected,
    actual,
    holds: error !== undefined && hasMessage && isSame(rest, partOf(error, rest)),
  };
}

function equal(name: string, expected: unknown, actual: unknown): Compared {
  return { name, expected, actual, holds: isSame(expected, actual) };
}

/** As JSON: a property that is undefined is one that is not there. */
function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(asJson(a), asJson(b));
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The properties that `like` has too: what a test does not name is not looked at. */
function partOf(value: unknown, like: object): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(like, key)));
}

function typeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'type' in event ? event.type : event;
}

const units = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** The duration in the largest unit that it is a whole number of. */
function shortest(ms: number): string {
  const unit = units.find(([, unitMs]) => ms >= unitMs && ms % unitMs === 0);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}

function text(value: unknown): string {
  return inspect(value, { depth: 8, breakLength: 100 }).replaceAll('\n', '\n             ');
}
