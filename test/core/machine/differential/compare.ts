import { DurableActor, replay } from './durableActor.ts';
import type { EngineOperation, EngineWay } from './engineActor.ts';
import { EngineComparison, type EngineEnd } from './engineComparison.ts';
import type { GeneratorOptions } from './generateMachine.ts';
import { AnonymousIds, type ObservedState, type Operation } from './observed.ts';
import { XStateActor } from './xstateActor.ts';

/** Thrown where the durable machine is not what XState's actor is. */
export class Difference extends Error {
  override readonly name = 'Difference';
}

export interface Compared {
  readonly features: ReadonlySet<string>;
  readonly steps: number;
  readonly lines: number;
  readonly status: string;
  /** The way in which a machine failed, without the numbers in it. */
  readonly error?: string;
  /** Why the comparison ended before the operations did. */
  readonly endedBy?: 'illegal' | 'orphan' | 'stale' | 'timers at once' | 'too many tasks' | 'too many timers';
  /** The ways in which its execution was run beside it, and why not to the end. */
  readonly ways: ReadonlyMap<EngineWay, EngineEnd | undefined>;
}

export interface CompareOptions extends GeneratorOptions {
  /** Also runs the machine as an execution, in these ways. @default none */
  readonly ways?: readonly EngineWay[];
}

const maxTasks = 30;

/** Timers that set timers multiply beyond what either side fires at once. */
const maxTimers = 40;

/**
 * Does the same operations to both and compares after each.
 * @returns undefined where the choices stand for no machine that XState accepts
 * @throws Difference
 */
export async function compare(
  numbers: readonly number[],
  operations: readonly Operation[],
  { ways = [], ...options }: CompareOptions = {},
): Promise<Compared | undefined> {
  const xstate = acceptedByXState(numbers, options);
  if (xstate === undefined) return undefined;
  const durable = new DurableActor(numbers, options);
  const engines = ways.map((way) => new EngineComparison(numbers, options, way, durable));
  const comparison = new Comparison(xstate, durable, engines);
  await comparison.start((numbers[1] ?? 0) % 4);
  let endedBy: Compared['endedBy'];
  for (const operation of operations) {
    endedBy = comparison.endedBy();
    if (endedBy !== undefined || comparison.status === 'error') break;
    await comparison.do(operation);
  }
  await comparison.end();
  const difference = replay(durable.prepared, durable.tape);
  if (difference !== undefined) throw new Difference(`[replay] ${difference}`);
  return {
    features: xstate.features,
    steps: durable.tape.length,
    lines: comparison.lines,
    status: comparison.status,
    ...(comparison.error === undefined ? {} : { error: comparison.error }),
    ...(endedBy === undefined ? {} : { endedBy }),
    ways: new Map(engines.map((engine) => [engine.way, engine.endedBy])),
  };
}

function report(way: EngineWay, after: string, difference: string | undefined): void {
  if (difference !== undefined) throw new Difference(`[${way}, after ${after}] ${difference}`);
}

function acceptedByXState(numbers: readonly number[], options: GeneratorOptions): XStateActor | undefined {
  try {
    return new XStateActor(numbers, options);
  } catch {
    return undefined;
  }
}

class Comparison {
  readonly #xstate: XStateActor;
  readonly #durable: DurableActor;
  readonly #engines: readonly EngineComparison[];
  readonly #xstateIds = new AnonymousIds();
  readonly #durableIds = new AnonymousIds();
  lines = 0;
  status = 'active';
  error: string | undefined;

  constructor(xstate: XStateActor, durable: DurableActor, engines: readonly EngineComparison[]) {
    this.#xstate = xstate;
    this.#durable = durable;
    this.#engines = engines;
  }

  async start(n: number): Promise<void> {
    this.#xstate.start(n);
    this.#durable.start(n);
    this.check('the start');
    await this.#checkEngines({ type: 'start', n });
  }

  /** Compares what executions have not committed until then. */
  async end(): Promise<void> {
    for (const engine of this.#engines) report(engine.way, 'the end', await engine.end());
  }

  endedBy(): Compared['endedBy'] {
    if (this.#durable.hasReplaced) return 'orphan';
    if (this.#durable.hasStale) return 'stale';
    if (this.#durable.hadTie) return 'timers at once';
    if (this.#xstate.isIllegal()) return 'illegal';
    if (this.#xstate.taskCount > maxTasks) return 'too many tasks';
    return this.#xstate.timerCount > maxTimers ? 'too many timers' : undefined;
  }

  async do(operation: Operation): Promise<void> {
    if (operation.type === 'progress') {
      const chosen = this.#progress(operation);
      if (chosen) await this.do(chosen);
      return;
    }
    let done: EngineOperation = operation;
    if (operation.type === 'settle') {
      if (this.status !== 'active' || this.#xstate.taskCount === 0) return;
      const index = operation.task % this.#xstate.taskCount;
      done = { ...operation, task: this.#durable.taskAt(index) };
      await this.#xstate.settle(index, operation.succeeds, operation.v);
      await this.#durable.settle(index, operation.succeeds, operation.v);
    } else if (operation.type === 'event') {
      this.#xstate.event(operation.event);
      this.#durable.event(operation.event);
    } else {
      this.#xstate.advance(operation.ms);
      this.#durable.advance(operation.ms);
    }
    if (!this.#xstate.isIllegal()) this.check(JSON.stringify(operation));
    await this.#checkEngines(done);
  }

  async #checkEngines(operation: EngineOperation): Promise<void> {
    for (const engine of this.#engines)
      report(engine.way, JSON.stringify(operation), await engine.do(operation));
  }

  #progress({ choice, succeeds, v }: Extract<Operation, { type: 'progress' }>): Operation | undefined {
    if (this.status !== 'active') return undefined;
    const tasks = Array.from({ length: this.#xstate.taskCount }, (_, task) => task);
    const nextTimerMs = this.#xstate.nextTimerMs();
    const options: Operation[] = [
      ...tasks.map((task) => ({ type: 'settle' as const, task, succeeds, v })),
      ...this.#xstate.taken(v).map((type) => ({ type: 'event' as const, event: { type, v } })),
      ...(nextTimerMs === undefined ? [] : [{ type: 'advance' as const, ms: nextTimerMs }]),
    ];
    return options[choice % options.length];
  }

  check(after: string): void {
    const expected = this.#xstate.lines().map((line) => this.#xstateIds.replaceIn(line));
    const actual = this.#durable.lines().map((line) => this.#durableIds.replaceIn(line));
    if (this.#durable.hasReplaced || this.#durable.hasStale || this.#durable.hadTie) return;
    this.lines += expected.length;
    const expectedState = this.#xstate.state();
    const actualState = this.#durable.state();
    this.status = expectedState.status;
    if (this.status === 'error') this.error = labelOf(expectedState.error);
    const difference =
      expected.join('\n') === actual.join('\n')
        ? this.#firstDifference(expectedState, actualState)
        : 'effects';
    if (difference === undefined) return;
    const report = {
      difference,
      after,
      xstate: { ...expectedState, effects: expected },
      durable: { ...actualState, effects: actual },
    };
    throw new Difference(JSON.stringify(report, null, 1));
  }

  #firstDifference(expected: ObservedState, actual: ObservedState): string | undefined {
    const keys = Object.keys(expected) as (keyof ObservedState)[];
    return keys.find((key) => {
      // After a start that threw, XState has entered only the machine itself.
      if (key === 'tags' && expected.status === 'error') return false;
      return this.#text(this.#xstateIds, expected[key]) !== this.#text(this.#durableIds, actual[key]);
    });
  }

  #text(ids: AnonymousIds, value: unknown): string {
    const text = ids.replaceIn(JSON.stringify(value ?? null));
    return Array.isArray(value) ? JSON.stringify(JSON.parse(text).sort()) : text;
  }
}

/** How a machine failed, without the numbers in it. */
function labelOf(seen: unknown): string {
  const isError = typeof seen === 'object' && seen !== null && 'text' in seen;
  const text = isError ? String(seen.text) : JSON.stringify(seen);
  return text.replace(/\d+/g, '#').slice(0, 40);
}
