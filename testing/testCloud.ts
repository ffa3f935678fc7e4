import { matchesState, type StateValue } from 'xstate';
import { MillraceClient } from '../client/client.ts';
import type { ControlOptions } from '../client/control.ts';
import type { ExecutionDescription } from '../client/executionDescription.ts';
import type { HistoryOptions } from '../client/history.ts';
import type { HistoryEntry } from '../client/historyEntry.ts';
import {
  type ExecutionEvent,
  type MachineEvents,
  type MachineReference,
  type MachineStateValue,
  type OfMachine,
  type OptionalIfEmpty,
  ofMachine,
} from '../client/machineTypes.ts';
import type { SendOptions, SentEvent } from '../client/send.ts';
import type { StartedExecution, StartOptions } from '../client/start.ts';
import { checkWaitTarget } from '../client/waitTarget.ts';
import { hasEnded } from '../orchestrator/core/execution/model/execution.ts';
import { type Duration, durationMs } from '../orchestrator/core/policy/duration.ts';
import type { Report } from '../orchestrator/observability/report.ts';
import { NotReachedError } from './errors.ts';
import type { MachineDefinition, MachineReferenceOf, WithItemMachines, WorkerName } from './machineTypes.ts';
import { Patience } from './patience.ts';
import { SimulatedCloud } from './simulatedCloud.ts';
import type { Workers } from './simulatedLambda.ts';
import {
  checkCloudOptions,
  checkDeployed,
  checkInjected,
  checkMachines,
  checkWorkers,
  defaultMaxEvents,
  deliveryFaults,
  type InjectOptions,
  type TestCloudOptions,
  type TestWorkers,
} from './testCloudOptions.ts';
import { type EmittedEvent, TestRecord } from './testRecord.ts';
import { whereItIs } from './whereItIs.ts';
import type { WorkerFault, WorkerInvocation } from './workerFaults.ts';

/**
 * A whole Millrace in memory, in a time of its own: the orchestrator, dispatcher and worker SDK that are deployed, at a
 * table in memory. Time passes only while a test lets it: a day takes a millisecond.
 */
export class TestCloud<M extends MachineDefinition = MachineDefinition> {
  /** For application code that takes a client. It waits in the cloud's time. */
  readonly client: MillraceClient;
  readonly #cloud: SimulatedCloud;
  readonly #record: TestRecord;
  readonly #maxEvents: number;
  readonly #patience = new Patience();
  #ids = 0;

  /** Use {@link testCloud}. */
  constructor(machines: readonly M[], workers: TestWorkers<M>, options: TestCloudOptions) {
    checkMachines('testCloud()', machines);
    checkWorkers(workers);
    checkCloudOptions(options);
    const { deliveries = 'once', seed = 1, startTime, activities } = options;
    this.#maxEvents = options.maxEvents ?? defaultMaxEvents;
    this.#cloud = new SimulatedCloud(machines, defined(workers), { seed, ...deliveryFaults[deliveries] });
    if (activities) this.#cloud.createActivities(activities);
    this.#cloud.now = startTime?.getTime() ?? Date.UTC(2026, 0, 1);
    // Nothing is gained by a test that waits for the next look of a clock.
    this.#cloud.clock.everyMs = 1;
    this.#record = new TestRecord(this.#cloud);
    this.#record.refuseOtherWorkers(Object.keys(workers));
    this.client = new MillraceClient({
      table: this.#cloud.table,
      now: () => this.#cloud.now,
      newId: () => `id-${++this.#ids}`,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        await this.#ran(this.#cloud.advance(ms));
      },
      waitSleep: async (ms, signal) => {
        signal?.throwIfAborted();
        // After each thing that happens, so that no state is missed.
        await this.#patience.looked(await this.#ran(this.#cloud.advanceToNext(ms)));
      },
      retentionDays: 0,
      catchUp: (event) => this.#cloud.recover(event),
    });
  }

  /** The time of the cloud's clock. */
  get now(): Date {
    return new Date(this.#cloud.now);
  }

  /** Every time that a worker ran, in order. */
  get invocations(): readonly WorkerInvocation[] {
    return this.#record.invocations;
  }

  /** Every event that a machine emitted, in order. */
  get emitted(): readonly EmittedEvent[] {
    return this.#record.emitted;
  }

  /** The orchestrator's reports: logs, actions that threw, functions without capacity. */
  get reports(): readonly Report[] {
    return this.#cloud.reports;
  }

  /**
   * Starts an execution, which takes its first step when the test lets time pass.
   *
   * @throws as {@link MillraceClient.start}
   */
  start<S extends MachineReference>(
    machine: S,
    ...options: OptionalIfEmpty<StartOptions<S>>
  ): Promise<StartedExecution> {
    return this.client.start(machine, ...options);
  }

  /**
   * Sends an event of `machine`. Without it, of any of the cloud's machines.
   *
   * @throws as {@link MillraceClient.send}
   */
  send<S extends MachineReference>(
    executionId: string,
    event: MachineEvents<NoInfer<S>>,
    options: SendOptions<S> & { readonly machine: S },
  ): Promise<SentEvent>;
  send(
    executionId: string,
    event: MachineEvents<MachineReferenceOf<M>>,
    options?: SendOptions<MachineReferenceOf<M>>,
  ): Promise<SentEvent>;
  send(executionId: string, event: ExecutionEvent, options: SendOptions = {}): Promise<SentEvent> {
    // The client says what is wrong with other options.
    if (typeof options !== 'object' || options === null) return this.client.send(executionId, event, options);
    const { machine, ...others } = options;
    const id = typeof machine === 'object' ? machine.id : machine;
    return this.client.send(executionId, event, { ...others, ...(id !== undefined && { machine: id }) });
  }

  /** @throws as {@link MillraceClient.stop} */
  stop(executionId: string, options: ControlOptions = {}): Promise<void> {
    return this.client.stop(executionId, options);
  }

  /** @throws as {@link MillraceClient.describe} */
  describe<S extends MachineReference = string>(
    executionId: string,
    machine?: S,
  ): Promise<ExecutionDescription<S>>;
  describe<S extends MachineReference = string>(
    executionId: string,
    options?: OfMachine<S>,
  ): Promise<ExecutionDescription<S>>;
  describe<S extends MachineReference = string>(
    executionId: string,
    options?: OfMachine<S> | S,
  ): Promise<ExecutionDescription<S>> {
    return this.client.describe(executionId, ofMachine(options));
  }

  /** The history of an execution, in order. */
  async history(
    executionId: string,
    options: Omit<HistoryOptions, 'limit' | 'cursor'> = {},
  ): Promise<HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    for await (const entry of this.client.historyAll(executionId, options)) entries.push(entry);
    return entries;
  }

  /**
   * Lets time pass until an execution has ended, however it ends, or is PENDING_REDRIVE; then lets what is under way
   * come to its end.
   *
   * @throws NotReachedError when it waits for an event, or goes on without end
   */
  runToEnd<S extends MachineReference = string>(
    executionId: string,
    machine?: S,
  ): Promise<ExecutionDescription<S>>;
  runToEnd<S extends MachineReference = string>(
    executionId: string,
    options?: OfMachine<S>,
  ): Promise<ExecutionDescription<S>>;
  async runToEnd<S extends MachineReference = string>(
    executionId: string,
    options?: OfMachine<S> | S,
  ): Promise<ExecutionDescription<S>> {
    await this.#run(executionId, 'ends', ({ status }) => hasEnded(status) || status === 'PENDING_REDRIVE');
    await this.settled();
    return this.describe(executionId, ofMachine(options));
  }

  /**
   * Lets time pass until an execution is in a state, as `snapshot.matches` takes it.
   *
   * @throws NotReachedError when it does not come there
   * @throws InvalidWaitError for a state that the machine of the options does not have
   */
  runUntil<S extends MachineReference>(
    executionId: string,
    state: MachineStateValue<NoInfer<S>>,
    options: OfMachine<S> & { readonly machine: S },
  ): Promise<ExecutionDescription<S>>;
  runUntil(executionId: string, state: MachineStateValue<M>): Promise<ExecutionDescription>;
  async runUntil(
    executionId: string,
    wanted: StateValue,
    options: OfMachine = {},
  ): Promise<ExecutionDescription<MachineReference>> {
    const { machine } = options;
    if (typeof machine === 'object') checkWaitTarget(machine, { state: wanted });
    await this.describe(executionId, options);
    const goal = `comes to ${JSON.stringify(wanted)}`;
    return this.#run(
      executionId,
      goal,
      (each) => each.state !== undefined && matchesState(wanted, each.state),
    );
  }

  /**
   * Lets records be delivered and workers run until neither is left to do. No time passes: neither timers and retries are
   * waited for, nor a result that `takes` some time.
   */
  async settled(): Promise<void> {
    if ((await this.#ran(this.#cloud.settleNow(this.#maxEvents))) === 'idle') return;
    throw new NotReachedError(
      `Deliveries and runs of workers go on without end: more than ${this.#maxEvents} at one moment.`,
    );
  }

  /** Lets so much time pass, with all that happens in it. */
  async skip(duration: Duration): Promise<void> {
    await this.#ran(this.#cloud.advance(durationMs(duration)));
  }

  /**
   * Lets something go wrong with the next invocations of a worker, whichever execution they are for.
   *
   * @throws ImpossibleTestError where no machine has such a worker
   */
  inject(worker: WorkerName<WithItemMachines<M>>, fault: WorkerFault, options: InjectOptions = {}): void {
    checkInjected(fault, options);
    this.#record.inject(worker, fault, options.times ?? 1);
  }

  /** Deploys other machines in place of those that are deployed. Workers stay. */
  deploy(deployed: { readonly machines: readonly MachineDefinition[] }): void {
    checkDeployed(deployed);
    this.#cloud.deploy(deployed.machines);
  }

  async #run(
    executionId: string,
    goal: string,
    isReached: (execution: ExecutionDescription) => boolean,
  ): Promise<ExecutionDescription> {
    let execution = await this.describe(executionId);
    const end = await this.#ran(
      this.#cloud.runUntil(async () => {
        this.#record.refuseMissing();
        // Other executions commit, too: it is read where it has moved.
        const moved = await this.client.version(executionId);
        if (moved?.version !== execution.version) execution = await this.describe(executionId);
        // It ended before what was sent to it since, such as a redrive.
        const isOver = hasEnded(execution.status) || execution.status === 'PENDING_REDRIVE';
        if (isOver && this.#cloud.hasUndelivered(executionId)) return false;
        return isReached(execution) || hasEnded(execution.status);
      }, this.#maxEvents),
    );
    if (isReached(execution)) return execution;
    const text = whereItIs(execution, await this.history(executionId), end);
    throw new NotReachedError(`The execution '${executionId}' never ${goal}. ${text}`);
  }

  async #ran<T>(run: Promise<T>): Promise<T> {
    const result = await run;
    this.#record.refuseMissing();
    return result;
  }
}

/**
 * A cloud to run machines in, in memory and in no time.
 *
 * @param workers what runs in place of the deployed functions, by the names that workers have in their machines. A
 * `fromPromise` actor that is not named runs as it is in the machine
 * @throws MachineNotDurableError, DuplicateMachineError, AmbiguousVersionError
 * @throws ImpossibleTestError for a worker that no machine has
 * @typeParam Workers keeps the literals that workers answer, so that `as const` is not necessary
 */
export function testCloud<M extends MachineDefinition, const Workers extends TestWorkers<M>>(
  machines: readonly M[],
  workers?: Workers,
  options: TestCloudOptions = {},
): TestCloud<M> {
  return new TestCloud<M>(machines, workers ?? {}, options);
}

/** A worker that a test has left undefined runs as it does without. */
function defined<M>(workers: TestWorkers<M>): Workers {
  return Object.fromEntries(
    Object.entries<Workers[string] | undefined>(workers).filter((each) => each[1] !== undefined),
  ) as Workers;
}
