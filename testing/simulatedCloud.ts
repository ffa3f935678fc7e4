import type { CatchUpEvent, CatchUpResult } from '../orchestrator/contract/recovery.ts';
import type {
  Control,
  ControlContent,
  ListUpdateContent,
} from '../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import { recoverHandler } from '../orchestrator/handlers/recover.ts';
import type { Report } from '../orchestrator/observability/report.ts';
import type { Orchestrator } from '../orchestrator/step/orchestrator.ts';
import type { ObjectStore } from '../orchestrator/store/objectStore.ts';
import type { StoredJson } from '../orchestrator/store/storedJson.ts';
import type { Attributes } from '../orchestrator/table/attributes.ts';
import { decodeJournalItem } from '../orchestrator/table/journalItems.ts';
import type { DeliveryFaults } from './deliveryFaults.ts';
import { Happenings } from './happenings.ts';
import { MemoryTable } from './memoryTable/memoryTable.ts';
import { seededRandom } from './seededRandom.ts';
import { SimulatedClock } from './simulatedClock.ts';
import { SimulatedLambda, type Workers } from './simulatedLambda.ts';
import { type Definition, simulatedOrchestrator, workerNamesOf } from './simulatedOrchestrator.ts';

/** How a run came to its end. */
export type RunEnd =
  | 'reached'
  /** Nothing more is to happen by then. */
  | 'idle'
  /** More happened than was allowed for. */
  | 'endless';

class Crash extends Error {}

/**
 * A whole Millrace in memory and in virtual time: the real core, orchestrator, dispatcher and worker SDK between a
 * memory table and a stream that can be as unkind as the real one. The same seed gives the same run.
 */
export class SimulatedCloud {
  readonly table = new MemoryTable();
  readonly lambda: SimulatedLambda;
  readonly reports: Report[] = [];
  /** Told of each read that the orchestrator asks of the table. */
  onRead: (operation: string) => void = () => {};
  /** Milliseconds since the epoch. */
  now = 1_700_000_000_000;
  readonly clock = new SimulatedClock();
  maximumWaitForMachineMs = 15 * 60_000;
  /** How far the orchestrator's time is ahead of the true one. */
  orchestratorAheadMs = 0;
  #definitions: readonly Definition[];
  readonly #faults: DeliveryFaults;
  readonly #random: () => number;
  readonly #happenings = new Happenings();
  readonly #data: StoredJson | undefined;
  /** Deliveries that are still to come, by execution. */
  readonly #undelivered = new Map<string, number>();
  #namesActivities = false;
  #orchestrator: Orchestrator;

  constructor(
    definitions: readonly Definition[],
    workers: Workers,
    faults: DeliveryFaults = { seed: 1 },
    data?: StoredJson,
    store?: ObjectStore,
  ) {
    this.#data = data;
    this.#definitions = definitions;
    this.#faults = faults;
    this.#random = seededRandom(faults.seed);
    this.lambda = new SimulatedLambda({
      table: this.table,
      workers,
      store,
      surroundings: {
        now: () => this.now,
        later: (ms, run, isSlow) => this.#later(ms, run, isSlow),
        strikes: (fault) => this.#strikes(faults[fault]),
        delayMs: () => this.#delay(),
        report: (each) => void this.reports.push(each),
      },
    });
    this.table.onInsert = (item) => this.#deliver(item);
    this.table.attempts.onQueued = (attempt) => this.lambda.poll(attempt);
    const commit = this.table.executions.commit.bind(this.table.executions);
    this.table.executions.commit = async (execution, outgoing, emitted) => {
      if (this.#strikes(faults.throttleCommit)) throw new Error('The table is throttled.');
      const outcome = await commit(execution, outgoing, emitted);
      if (outcome.type === 'committed' && this.#strikes(faults.crashAfterCommit)) throw new Crash();
      return outcome;
    };
    this.#orchestrator = this.#newOrchestrator();
  }

  /** `executionId/task#n#attempt` of each time a worker ran. */
  get invocations(): readonly string[] {
    return this.lambda.invocations;
  }

  /** Names of the workers and `fromPromise` actors of the deployed machines. */
  workerNames(): readonly string[] {
    return workerNamesOf(this.lambda.machines);
  }

  /** Deploys other machines: a new orchestrator with nothing in memory. */
  deploy(definitions: readonly Definition[]): void {
    this.#definitions = definitions;
    this.#orchestrator = this.#newOrchestrator();
  }

  /** From now on, tasks of other activities fail. */
  createActivities(names: readonly string[]): void {
    for (const name of names) {
      this.table.registry.put({ kind: 'activity', name, version: 1, content: { createdAt: this.now } });
    }
    this.#namesActivities = true;
    this.#orchestrator = this.#newOrchestrator();
  }

  async start(
    machine: string,
    executionId: string,
    input?: Attributes[string],
    version?: string,
  ): Promise<void> {
    this.table.put({
      executionId: { S: executionId },
      item: { S: 'start' },
      machine: { S: machine },
      ...(input && { input }),
      ...(version !== undefined && { version: { S: version } }),
    });
  }

  async send(executionId: string, type: string, eventId = type): Promise<void> {
    await this.table.journal.insertEvent({ executionId, eventId, at: this.#iso(), content: { type } });
  }

  async control(executionId: string, control: Control, eventId: string = control): Promise<void> {
    await this.operate(executionId, { control }, eventId);
  }

  async operate(
    executionId: string,
    content: ControlContent | ListUpdateContent,
    eventId: string = content.control,
  ): Promise<void> {
    await this.table.journal.insertEvent({ executionId, eventId, at: this.#iso(), content });
  }

  async execution(executionId: string): Promise<Execution> {
    const execution = await this.table.executions.read(executionId);
    if (!execution) throw new Error(`Execution '${executionId}' does not exist.`);
    return execution;
  }

  /** The recovery function, called as `millrace doctor` calls it. */
  recover(event: CatchUpEvent): Promise<CatchUpResult> {
    const report = (each: Report) => void this.reports.push(each);
    return recoverHandler(this, {
      table: this.table,
      failures: undefined,
      report,
      now: () => this.now,
      afterBatch: () => {},
    })(event);
  }

  /** As the recovery function does it. Rejects where the orchestrator dies or the table takes no write. */
  async catchUp(executionId: string, catchUpId: string, references: readonly string[] = []): Promise<void> {
    try {
      await this.#orchestrator.catchUp(executionId, catchUpId, references);
    } catch (error) {
      if (error instanceof Crash) this.#orchestrator = this.#newOrchestrator();
      throw error;
    }
  }

  /** Runs what happens within a span of virtual time; the clock looks while anything could be due. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    while (await this.#happen(end));
    this.now = Math.max(this.now, end);
  }

  /** The same, until one thing has happened. Answers false where nothing is left to happen, ever. */
  async advanceToNext(ms: number): Promise<boolean> {
    const end = this.now + ms;
    if (await this.#happen(end)) return true;
    this.now = Math.max(this.now, end);
    const lookAt = this.clock.nextFruitfulLook(this.now, this.table.nextWakeAt());
    return this.#happenings.lastAt !== undefined || lookAt <= Number.MAX_SAFE_INTEGER;
  }

  /** Runs until something holds: as much virtual time as that takes, and no more. */
  async runUntil(holds: () => Promise<boolean>, maxEvents: number): Promise<RunEnd> {
    for (let happened = 0; happened < maxEvents; happened++) {
      if (await holds()) return 'reached';
      if (!(await this.#happen(Number.MAX_SAFE_INTEGER))) return 'idle';
    }
    return 'endless';
  }

  /** Runs until no record is to be delivered and no worker runs. It does not wait for timers and retries. */
  async settle(): Promise<void> {
    for (;;) {
      const last = this.#happenings.lastAt;
      if (last === undefined || !(await this.#happen(Math.max(last, this.now)))) return;
    }
  }

  /** The same at this moment: no time passes, whatever deliveries take. */
  async settleNow(maxEvents: number): Promise<RunEnd> {
    for (let happened = 0; happened < maxEvents; happened++) {
      const next = this.#happenings.takeDelivery();
      if (!next) return 'idle';
      await next.run();
    }
    return 'endless';
  }

  /** Whether records of an execution's journal are still to be delivered to the orchestrator. */
  hasUndelivered(executionId: string): boolean {
    return (this.#undelivered.get(executionId) ?? 0) > 0;
  }

  /** Lets the next thing happen that is due by then. Answers false where there is none. */
  async #happen(until: number): Promise<boolean> {
    const lookAt = this.clock.nextFruitfulLook(this.now, this.table.nextWakeAt());
    const next = this.#happenings.takeFirst(Math.min(lookAt, until));
    if (next) {
      this.now = Math.max(this.now, next.at);
      await next.run();
      return true;
    }
    if (lookAt > until) return false;
    this.now = Math.max(this.now, lookAt);
    await this.#lookForDue();
    return true;
  }

  #newOrchestrator(): Orchestrator {
    return simulatedOrchestrator({
      definitions: this.#definitions,
      table: this.table,
      lambda: this.lambda,
      data: this.#data,
      namesActivities: this.#namesActivities,
      waitForMachineMs: this.maximumWaitForMachineMs,
      report: (each) => void this.reports.push(each),
      now: () => this.now + this.orchestratorAheadMs,
      onRead: (operation) => this.onRead(operation),
    });
  }

  #deliver(item: Attributes): void {
    const times = this.#strikes(this.#faults.duplicate) ? 2 : 1;
    // DynamoDB's streams have whole seconds.
    const createdAt = Math.floor(this.now / 1000) * 1000;
    const executionId = item.executionId?.S ?? '';
    this.#undelivered.set(executionId, (this.#undelivered.get(executionId) ?? 0) + times);
    for (let i = 0; i < times; i++) this.#later(this.#delay(), () => this.#apply(item, createdAt));
  }

  async #apply(item: Attributes, createdAt: number, attempt = 1): Promise<void> {
    const entry = decodeJournalItem(item);
    const executionId = item.executionId?.S;
    if (!entry || executionId === undefined) throw new Error('No journal item was delivered.');
    try {
      await this.#orchestrator.applyRecords(executionId, [{ entry, createdAt }]);
      this.#undelivered.set(executionId, (this.#undelivered.get(executionId) ?? 1) - 1);
    } catch (error) {
      if (error instanceof Crash) this.#orchestrator = this.#newOrchestrator();
      if (attempt < 50) this.#later(100, () => this.#apply(item, createdAt, attempt + 1));
      else throw error;
    }
  }

  async #lookForDue(): Promise<void> {
    const { maximumWakeDelayMs, duplicateWake } = this.#faults;
    const { until } = this.clock.look(this.now);
    const { items } = await this.table.index.listDue({ shard: 0, until, limit: 1000 });
    for (const { executionId, wakeAt } of items) {
      const wakeId = `wake#${wakeAt.toString(36)}`;
      const delay = () => 1 + Math.floor(this.#random() * (maximumWakeDelayMs ?? 0));
      if (this.#strikes(duplicateWake)) this.#later(delay(), () => this.#wake(executionId, wakeId));
      if (maximumWakeDelayMs === undefined) await this.#wake(executionId, wakeId);
      else this.#later(delay(), () => this.#wake(executionId, wakeId));
    }
  }

  async #wake(executionId: string, wakeId: string): Promise<void> {
    try {
      await this.#orchestrator.wake(executionId, wakeId);
    } catch (error) {
      if (error instanceof Crash) this.#orchestrator = this.#newOrchestrator();
      // The clock's function call failed: it looks again a second later.
      this.#later(1000, () => this.#orchestrator.wake(executionId, wakeId).catch(() => {}));
    }
  }

  #later(ms: number, run: () => Promise<void>, isSlow = false): void {
    this.#happenings.add(this.now + ms, run, isSlow);
  }

  #delay(): number {
    return 1 + Math.floor(this.#random() * (this.#faults.maximumDelayMs ?? 0));
  }

  #strikes(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random() < probability;
  }

  #iso(): string {
    return new Date(this.now).toISOString();
  }
}
