import { isDeepStrictEqual } from 'node:util';
import type { AnyStateMachine } from 'xstate';
import { hasEnded } from '../../orchestrator/core/execution/execution.ts';
import type { MachineLookup } from '../../orchestrator/core/execution/machines.ts';
import type { Json } from '../../orchestrator/core/json.ts';
import {
  type PreparedMachine,
  parseMachineState,
  prepareMachine,
} from '../../orchestrator/core/machine/index.ts';
import type { Report } from '../../orchestrator/report.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';
import type { NewEvent } from '../../orchestrator/table/table.ts';
import {
  checkApplied,
  checkAtRest,
  checkMessageOrder,
  checkReplay,
  checkSent,
  type Recorded,
  recordedOf,
} from './checks.ts';
import { SimulatedClock } from './clock.ts';
import { SimulatedDatabase } from './database.ts';
import { Draws } from './draws.ts';
import { drawProfile, type FaultProfile } from './faults.ts';
import { generatedMachine } from './generated.ts';
import { Instances, tableOf } from './instances.ts';
import { SimulatedLambda } from './lambda.ts';
import { exampleMachines, incompatible } from './machines.ts';
import { InvariantError, Observer } from './observer.ts';
import { drawOperations, type Operation } from './operations.ts';
import { SimulatedProcess, type World } from './process.ts';
import { Reference, referenceMachine } from './reference.ts';
import { Schedule } from './schedule.ts';
import { SimulatedStream } from './stream.ts';
import { workOf } from './work.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Kinds of faults, and single ones, that do not strike. */
  readonly without?: ReadonlySet<string>;
  /** Places of operations that are not done. */
  readonly withoutOperations?: ReadonlySet<number>;
  /** Told of each call, fault and operation. */
  readonly trace?: (line: string) => void;
}

/** What a run was. */
export interface SimulationResult {
  readonly seed: number;
  readonly executions: number;
  readonly commits: number;
  readonly happened: number;
  /** Executions that were compared with XState's own actor. */
  readonly compared: number;
  readonly faults: readonly string[];
  readonly operations: readonly Operation[];
  readonly error?: Error;
}

const layout = { indexShards: 1 };
/** Virtual time in which faults strike. */
const faultsMs = 120_000;
const mostHappenings = 700;
/** Until everything is at rest; what is not by then is stopped. */
const mostUntilRest = 700;
const mostUntilStopped = 6000;

/** Of an execution, before it is stopped. */
const mostCommits = '30';
/** Of an execution, before it is stopped: each wake fires them all. */
const mostTimers = 8;
/** Of one that a user started, with its children: generated machines can start ever more. */
const mostChildren = 12;

const prepared = new Map<string, PreparedMachine>();
const changed = new Map<PreparedMachine, PreparedMachine>();
const references = new Map<PreparedMachine, AnyStateMachine>();

function exampleOf(name: string): PreparedMachine | undefined {
  const definition = Object.entries(exampleMachines).find(([id]) => id === name)?.[1];
  if (!definition) return undefined;
  const known = prepared.get(name) ?? prepareMachine(definition);
  prepared.set(name, known);
  return known;
}

/** Runs one seed. The result has the invariant that was broken, if one was. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = new Simulation(options);
  let error: Error | undefined;
  try {
    await simulation.run();
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : new Error(String(thrown));
  }
  return { ...simulation.result(), ...(error && { error }) };
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #draws: Draws;
  readonly #profile: FaultProfile;
  readonly #schedule = new Schedule();
  readonly #world: World;
  readonly #database: SimulatedDatabase;
  readonly #observer: Observer;
  readonly #lambda: SimulatedLambda;
  readonly #instances: Instances;
  readonly #stream: SimulatedStream;
  readonly #clock: SimulatedClock;
  readonly #operations: readonly Operation[];
  readonly #definitions = new Map<string, { definition: AnyStateMachine; prepared: PreparedMachine }>();
  readonly #incomparable = new Set<string>();
  readonly #dropped: string[] = [];
  readonly #stopped = new Set<string>();
  #compared = 0;

  constructor(options: SimulationOptions) {
    const { seed, without } = options;
    this.#options = options;
    const random = new Draws(seed, {});
    this.#profile = drawProfile(seed, () => random.fraction('profile'));
    this.#draws = new Draws(seed, this.#profile, without);
    this.#draws.onFault = (fault) => this.#trace(() => `fault ${fault}`);
    this.#observer = new Observer(() => this.#schedule.now);
    const pageSize = random.oneOf([1, 3, 1000], 'page');
    const hasSkew = this.#draws.strikes('clockSkew');
    const hasLateIndex = this.#draws.strikes('lateIndex');
    this.#database = new SimulatedDatabase(
      {
        lagMs: () => (hasLateIndex ? this.#draws.below(2500, 'index') : 0),
        later: (ms, run) => this.#schedule.later(ms, run),
        now: () => this.#schedule.now,
      },
      { onWrite: (item, before) => this.#onWrite(item, before), pageSize: () => pageSize },
    );
    this.#world = {
      schedule: this.#schedule,
      draws: this.#draws,
      database: this.#database,
      mostSkewMs: hasSkew ? 1500 : 0,
      trace: (line) => this.#trace(line),
    };
    this.#operations = drawOperations(random).filter((_, i) => !options.withoutOperations?.has(i));
    for (const operation of this.#operations) this.#define(operation);
    this.#lambda = new SimulatedLambda(this.#world, layout, workOf(seed));
    this.#lambda.onInvoke = (payload) => this.#observer.onInvoke(payload);
    const report = (each: Report) => this.#onReport(each);
    this.#instances = new Instances(this.#lookup(new Map()), {
      world: this.#world,
      layout,
      waitForMachineMs: random.oneOf([30_000, 900_000], 'wait'),
      invokerOf: (process) => this.#lambda.invokerOf(process),
      report,
    });
    this.#stream = new SimulatedStream(this.#world, this.#instances);
    this.#clock = new SimulatedClock(this.#world, layout, this.#instances, report);
  }

  async run(): Promise<void> {
    const { now } = this.#schedule;
    for (const operation of this.#operations) {
      this.#schedule.later(operation.atMs, () => this.#schedule.begin(this.#do(operation)));
    }
    await this.#runUntil(now + faultsMs, mostHappenings);
    // What is left to do is done, too: not before its time, but without faults.
    this.#draws.endFaults();
    this.#trace(() => 'faults have ended');
    const lastAt = now + Math.max(faultsMs, ...this.#operations.map(({ atMs }) => atMs + 1));
    await this.#runUntil(lastAt, mostUntilStopped);
    await this.#comeToRest();
    await this.#check();
  }

  result(): Omit<SimulationResult, 'error'> {
    return {
      seed: this.#options.seed,
      executions: this.#database.executionIds().length,
      commits: this.#observer.commits,
      happened: this.#schedule.happened,
      compared: this.#compared,
      faults: this.#draws.struck,
      operations: this.#operations,
    };
  }

  /** Answers whether nothing more is to happen by then. */
  async #runUntil(until: number, most: number): Promise<boolean> {
    for (let happened = 0; happened < most; happened++) {
      const nextAt = this.#schedule.nextAt();
      const lookAt = this.#clock.nextLookAt();
      const at = Math.min(nextAt, lookAt);
      if (at > until || at === Number.POSITIVE_INFINITY) {
        if (until !== Number.POSITIVE_INFINITY) this.#schedule.now = Math.max(this.#schedule.now, until);
        return true;
      }
      if (nextAt <= lookAt) await this.#schedule.next();
      else {
        this.#schedule.now = Math.max(this.#schedule.now, lookAt);
        this.#clock.look();
        await this.#schedule.settle();
      }
      this.#observer.check();
    }
    return false;
  }

  /** What waits for an operator gets its word; what would go on for ever is stopped. */
  async #comeToRest(): Promise<void> {
    this.#deploy(new Map());
    let isAtRest = await this.#runUntil(Number.POSITIVE_INFINITY, mostUntilRest);
    for (const [status, control] of [
      ['SUSPENDED', 'resume'],
      ['PENDING_REDRIVE', 'redrive'],
    ] as const) {
      for (const executionId of this.#database.executionIds()) {
        const item = this.#database.get(executionId, 'execution');
        if (item?.status?.S === status) this.#schedule.begin(this.#control(executionId, control));
      }
      isAtRest = await this.#runUntil(Number.POSITIVE_INFINITY, mostUntilRest);
    }
    if (isAtRest) return;
    for (const executionId of this.#database.executionIds()) {
      const item = this.#database.get(executionId, 'execution');
      if (!executionId.includes('.') && item && !hasEnded(decodeExecution(item).status)) {
        this.#schedule.begin(this.#control(executionId, 'stop'));
      }
    }
    if (await this.#runUntil(Number.POSITIVE_INFINITY, mostUntilStopped)) return;
    throw new InvariantError(7, '*', 'after the end of all faults it does not come to rest.');
  }

  async #check(): Promise<void> {
    const whole = this.#lookup(new Map());
    if (this.#dropped.length > 0) throw new InvariantError(8, '*', this.#dropped.join(' '));
    for (const executionId of this.#database.executionIds()) {
      const recorded = recordedOf(this.#database, executionId);
      if (!recorded) continue;
      checkAtRest(recorded);
      checkApplied(recorded);
      checkMessageOrder(recorded);
      checkSent(recorded, this.#database);
      await this.#checkAgainstXState(recorded, whole);
    }
    this.#checkRunOnce();
  }

  /** Invariants 2 and 4. */
  async #checkAgainstXState(recorded: Recorded, machines: MachineLookup): Promise<void> {
    const { executionId, execution, journal, log } = recorded;
    const stored = this.#observer.stored.get(executionId) ?? [];
    const reference = this.#isComparable(recorded) ? this.#referenceOf(execution.machine) : undefined;
    let hasEndedOutside = false;
    let illegal = false;
    await checkReplay(recorded, machines, stored, async (replayed, item) => {
      if (!reference || hasEndedOutside || illegal) return;
      await reference.take(replayed, item);
      const { status } = replayed.after ?? {};
      hasEndedOutside = status === 'ABORTED' || status === 'TIMED_OUT' || replayed.entry.kind === 'waiting';
      illegal = reference.hasReplaced || reference.isIllegal();
      if (replayed.entry.kind === 'waiting') hasEndedOutside = false;
    });
    if (!reference || illegal || log.length === 0 || journal.size === 0) return;
    this.#compared++;
    compare(executionId, execution, reference);
  }

  #isComparable({ execution, journal, executionId }: Recorded): boolean {
    const isRedriven = [...journal.values()].some(
      (entry) => entry.kind === 'control' && entry.control === 'redrive',
    );
    const { machine, status } = execution;
    const known =
      status === 'SUCCEEDED' || status === 'FAILED' || status === 'RUNNING' || status === 'ABORTED';
    return !isRedriven && known && !executionId.includes('.') && !this.#incomparable.has(machine);
  }

  #referenceOf(machine: string): Reference | undefined {
    const known = this.#definitions.get(machine);
    if (!known) return undefined;
    const isExample = exampleOf(machine) !== undefined;
    const definition =
      references.get(known.prepared) ?? referenceMachine(known.definition, known.prepared, isExample);
    references.set(known.prepared, definition);
    return new Reference(definition, known.prepared);
  }

  /** Invariant 10. */
  #checkRunOnce(): void {
    if (Object.keys(this.#profile).length > 0) return;
    const { runs } = this.#lambda;
    const seen = new Set<string>();
    for (const run of runs) {
      if (seen.has(run)) throw new InvariantError(10, run, 'without a fault its worker was invoked twice.');
      seen.add(run);
    }
  }

  #define(operation: Operation): void {
    if (operation.type !== 'start') return;
    const { machine, index } = operation;
    if (index === undefined) {
      const example = exampleOf(machine);
      const definition = Object.entries(exampleMachines).find(([id]) => id === machine)?.[1];
      if (!example || !definition) throw new Error(`There is no machine '${machine}'.`);
      this.#definitions.set(machine, { definition, prepared: example });
      const hasChildren = [...example.sources.values()].some(({ kind }) => kind === 'machine');
      if (hasChildren || example.heldEvents) this.#incomparable.add(machine);
    } else {
      const generated = generatedMachine(index);
      this.#definitions.set(machine, generated);
      // Children without ids are called otherwise in XState.
      if (generated.features.has('anonymous spawn')) this.#incomparable.add(machine);
    }
  }

  #lookup(changes: ReadonlyMap<string, 'missing' | 'incompatible'>): MachineLookup {
    const find = (name: string): PreparedMachine | undefined => {
      const machine = this.#definitions.get(name)?.prepared ?? exampleOf(name);
      const change = changes.get(name);
      if (!machine || change === undefined) return machine;
      return change === 'missing' ? undefined : changedOf(machine);
    };
    return {
      find,
      versionsOf: (name) => (find(name) ? [find(name)?.version ?? ''] : []),
      ids: () => [...this.#definitions.keys()],
    };
  }

  #deploy(changes: ReadonlyMap<string, 'missing' | 'incompatible'>): void {
    this.#instances.deploy(this.#lookup(changes));
  }

  async #do(operation: Operation): Promise<void> {
    this.#trace(() => `operation ${JSON.stringify(operation)}`);
    switch (operation.type) {
      case 'start': {
        const { executionId, machine, input } = operation;
        await this.#asUser(async (process) => {
          const outcome = await tableOf(process, layout).insertStart({ executionId, machine, input });
          if (outcome.type === 'different') throw new InvariantError(7, executionId, 'its start is another.');
        });
        return;
      }
      case 'event': {
        const { executionId, eventId, event, fields } = operation;
        await this.#insertEvent(executionId, eventId, { type: event, event: fields });
        return;
      }
      case 'control':
        await this.#insertEvent(operation.executionId, operation.eventId, { control: operation.control });
        return;
      case 'deploy': {
        const { change, machine } = operation;
        // What began with the changed machine could never go on with the repaired one.
        const isKnown = change !== 'incompatible' || this.#haveAllBegun(machine);
        this.#deploy(change === 'none' || !isKnown ? new Map() : new Map([[machine, change]]));
      }
    }
  }

  #haveAllBegun(machine: string): boolean {
    return this.#operations.every((operation) => {
      if (operation.type !== 'start' || operation.machine !== machine) return true;
      return this.#database.get(operation.executionId, 'execution')?.snapshot !== undefined;
    });
  }

  #control(executionId: string, control: 'resume' | 'redrive' | 'stop'): Promise<void> {
    return this.#insertEvent(executionId, `last-${control}`, { control });
  }

  #insertEvent(executionId: string, eventId: string, content: NewEvent['content']): Promise<void> {
    const at = new Date(this.#schedule.now).toISOString();
    return this.#asUser(async (process) => {
      await tableOf(process, layout).insertEvent({ executionId, eventId, at, content });
    });
  }

  /** Whoever gets no answer tries again, as the client's users do. */
  async #asUser(work: (process: SimulatedProcess) => Promise<void>): Promise<void> {
    for (;;) {
      const process = new SimulatedProcess('client', this.#world);
      try {
        await process.doing(work(process));
        return;
      } catch (error) {
        if (error instanceof InvariantError) throw error;
        await this.#schedule.wait(200);
      }
    }
  }

  #onWrite(item: Attributes, before: Attributes | undefined): void {
    this.#observer.onWrite(item, before);
    // Machines that nobody wrote can go on for ever.
    if (item.item?.S === 'execution') this.#stopEndless(item);
    if (before === undefined && decodeJournalItem(item)) this.#stream.append(item);
  }

  #stopEndless({ executionId: id, version }: Attributes): void {
    const [executionId = ''] = (id?.S ?? '').split('.');
    const machine = this.#machineOf(executionId);
    const isTooMany = !exampleOf(machine) && this.#childrenOf(executionId) > mostChildren;
    const isEndless = version?.N === mostCommits || this.#observer.mostTimers > mostTimers || isTooMany;
    if (isEndless && !this.#stopped.has(executionId)) {
      this.#stopped.add(executionId);
      this.#schedule.begin(this.#insertEvent(executionId, 'endless', { control: 'stop' }));
    }
  }

  #machineOf(executionId: string): string {
    return this.#database.get(executionId, 'start')?.machine?.S ?? '';
  }

  #childrenOf(executionId: string): number {
    const prefix = `${executionId}.`;
    return this.#database.executionIds().filter((id) => id.startsWith(prefix)).length;
  }

  #onReport(report: Report): void {
    this.#trace(() => `report ${JSON.stringify(report).slice(0, 300)}`);
    if (report.type === 'dropped') this.#dropped.push(`${report.executionId} was dropped: ${report.error}`);
    if (report.type === 'waiting') this.#dropped.push(`${report.executionId}: ${report.error}`);
  }

  #trace(line: () => string): void {
    this.#options.trace?.(`${String(this.#schedule.now - 1_700_000_000_000).padStart(8)} ${line()}`);
  }
}

function changedOf(machine: PreparedMachine): PreparedMachine {
  const known = changed.get(machine) ?? prepareMachine(incompatible(machine.chart.machine));
  changed.set(machine, known);
  return known;
}

const statuses: Readonly<Record<string, string>> = { active: 'RUNNING', done: 'SUCCEEDED', error: 'FAILED' };

function compare(
  executionId: string,
  { status, snapshot, output }: { status: string; snapshot?: string; output?: Json },
  reference: Reference,
): void {
  const expected = reference.state();
  const fail = (what: string, its: unknown, xstates: unknown) => {
    const text = `its ${what} is ${JSON.stringify(its)}, that of XState's actor ${JSON.stringify(xstates)}.`;
    throw new InvariantError(4, executionId, text);
  };
  const expectedStatus = statuses[expected.status];
  if (snapshot === undefined) return;
  if (status !== 'ABORTED' && status !== expectedStatus) fail('status', status, expectedStatus);
  // What failed keeps the state of before.
  if (status === 'FAILED' || expectedStatus === 'FAILED') return;
  const state = parseMachineState(snapshot);
  if (!isDeepStrictEqual(state.value, JSON.parse(JSON.stringify(expected.value)))) {
    fail('state', state.value, expected.value);
  }
  const context = withoutActors(state.context);
  if (!isDeepStrictEqual(context, withoutActors(expected.context)))
    fail('context', state.context, expected.context);
  if (status === 'SUCCEEDED' && !isDeepStrictEqual(output ?? null, expected.output ?? null)) {
    fail('output', output, expected.output);
  }
}

/** Actors are written otherwise. */
function withoutActors(context: unknown): unknown {
  if (typeof context !== 'object' || context === null || !('ref' in context)) return context;
  const { ref: _, ...rest } = context;
  return rest;
}
