import { seededRandom } from '../../local/seededRandom.ts';
import { functionNames } from '../../orchestrator/configuration.ts';
import type { Execution } from '../../orchestrator/core/execution/execution.ts';
import { machineLookup } from '../../orchestrator/core/execution/machines.ts';
import { type prepareMachine, prepareMachines } from '../../orchestrator/core/machine/index.ts';
import type { DispatchOutcome, FunctionInvoker } from '../../orchestrator/dispatch.ts';
import { Orchestrator } from '../../orchestrator/orchestrator.ts';
import type { Report } from '../../orchestrator/report.ts';
import type { StoredJson } from '../../orchestrator/store/storedJson.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';
import type { Table } from '../../orchestrator/table/table.ts';
import { TaskDispatcher } from '../../orchestrator/taskDispatcher.ts';
import type { TaskPayload } from '../../workers/contract.ts';
import { runTask, type Task } from '../../workers/runTask.ts';
import { MemoryTable } from './memoryTable.ts';

export type Workers = Record<string, (input: never, task: Task) => unknown>;
type Definition = Parameters<typeof prepareMachine>[0];

export interface DeliveryFaults {
  readonly seed: number;
  /** Probability that a record is delivered once more, later. */
  readonly duplicate?: number;
  /** Records are delivered after up to this many milliseconds, and so in another order. */
  readonly maximumDelayMs?: number;
  /** Probability that the orchestrator dies after a commit, before it dispatches. Its batch is delivered again. */
  readonly crashAfterCommit?: number;
  /** Probability that a commit is refused because the table is throttled. */
  readonly throttleCommit?: number;
  /** Probability that a function has no capacity. */
  readonly throttleInvoke?: number;
  /** Probability that Lambda runs an invocation twice. */
  readonly duplicateInvoke?: number;
  /** Probability that Lambda loses an invocation: the deadline has to find it. */
  readonly loseInvoke?: number;
}

class Crash extends Error {}

/**
 * A whole Millrace in memory and in virtual time: the real core, orchestrator, dispatcher and worker SDK between a
 * memory table and a stream that can be as unkind as the real one. The same seed gives the same run.
 */
export class SimulatedCloud {
  readonly table = new MemoryTable();
  readonly reports: Report[] = [];
  /** `executionId/task#n#attempt` of each time a worker ran. */
  readonly invocations: string[] = [];
  /** Told of each read that the orchestrator asks of the table. */
  onRead: (operation: string) => void = () => {};
  now = 1_700_000_000_000;
  maximumWaitForMachineMs = 15 * 60_000;
  #definitions: readonly Definition[];
  readonly #workers: Workers;
  readonly #faults: DeliveryFaults;
  readonly #random: () => number;
  readonly #queue: { readonly at: number; readonly order: number; readonly run: () => Promise<void> }[] = [];
  #order = 0;
  readonly #data: StoredJson | undefined;
  #orchestrator: Orchestrator;

  constructor(
    definitions: readonly Definition[],
    workers: Workers,
    faults: DeliveryFaults = { seed: 1 },
    data?: StoredJson,
  ) {
    this.#data = data;
    this.#definitions = definitions;
    this.#workers = workers;
    this.#faults = faults;
    this.#random = seededRandom(faults.seed);
    this.table.onInsert = (item) => this.#deliver(item);
    const commit = this.table.commit.bind(this.table);
    this.table.commit = async (execution, outgoing) => {
      if (this.#strikes(faults.throttleCommit)) throw new Error('The table is throttled.');
      const outcome = await commit(execution, outgoing);
      if (outcome.type === 'committed' && this.#strikes(faults.crashAfterCommit)) throw new Crash();
      return outcome;
    };
    this.#orchestrator = this.#newOrchestrator();
  }

  /** Deploys other machines: a new orchestrator with nothing in memory. */
  deploy(definitions: readonly Definition[]): void {
    this.#definitions = definitions;
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
    await this.table.insertEvent({ executionId, eventId, at: this.#iso(), content: { type } });
  }

  async control(executionId: string, control: 'stop' | 'redrive', eventId: string = control): Promise<void> {
    await this.table.insertEvent({ executionId, eventId, at: this.#iso(), content: { control } });
  }

  async execution(executionId: string): Promise<Execution> {
    const execution = await this.table.readExecution(executionId);
    if (!execution) throw new Error(`There is no execution '${executionId}'.`);
    return execution;
  }

  /** Runs what happens within a span of virtual time; the clock looks once a second while anything could be due. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      this.#queue.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.#queue[0];
      const due = Math.min(...this.table.executions().map((each) => each.wakeAt ?? Number.POSITIVE_INFINITY));
      const wakeAt = Math.max(this.now, Math.ceil(due / 1000) * 1000);
      if (next && next.at <= wakeAt && next.at <= end) {
        this.#queue.shift();
        this.now = Math.max(this.now, next.at);
        await next.run();
      } else if (wakeAt <= end) {
        this.now = Math.max(this.now, wakeAt);
        await this.#lookForDue();
      } else break;
    }
    this.now = end;
  }

  #newOrchestrator(): Orchestrator {
    const machines = machineLookup(prepareMachines(this.#definitions));
    const report = (each: Report) => void this.reports.push(each);
    const now = () => this.now;
    const table = this.#observed();
    const invoker: FunctionInvoker = { invoke: (name, payload) => this.#invoke(name, payload) };
    const dispatcher = new TaskDispatcher({
      invoker,
      machines,
      table,
      tableName: 'simulated',
      layout: { indexShards: 1 },
      functionNames: functionNames(''),
      ...(this.#data && { data: this.#data }),
      report,
      now,
    });
    const limits = { waitForMachineMs: this.maximumWaitForMachineMs };
    return new Orchestrator({ table, machines, dispatcher, limits, report, now });
  }

  /** The table as the orchestrator sees it, so that what a store does inside is not taken for its reads. */
  #observed(): Table {
    return new Proxy<Table>(this.table, {
      get: (table, name, receiver) => {
        const member: unknown = Reflect.get(table, name, table);
        if (typeof member !== 'function') return Reflect.get(table, name, receiver);
        return (...args: unknown[]) => {
          if (String(name).startsWith('read')) this.onRead(String(name));
          return Reflect.apply(member, table, args);
        };
      },
    });
  }

  async #invoke(functionName: string, payload: TaskPayload): Promise<DispatchOutcome> {
    if (this.#strikes(this.#faults.throttleInvoke)) return { type: 'deferred', error: 'throttled' };
    const work = this.#workers[payload.worker];
    if (!work) {
      const message = `The function '${functionName}' is not deployed.`;
      return {
        type: 'failed',
        error: { name: 'Lambda.ResourceNotFoundException', message, retryable: false },
      };
    }
    const runs = this.#strikes(this.#faults.loseInvoke)
      ? 0
      : this.#strikes(this.#faults.duplicateInvoke)
        ? 2
        : 1;
    for (let i = 0; i < runs; i++) this.#later(5 + i, () => this.#run(work, payload));
    return { type: 'dispatched' };
  }

  async #run(work: Workers[string], payload: TaskPayload): Promise<void> {
    this.invocations.push(`${payload.executionId}/${payload.item}`);
    // JSON, as through Lambda.
    const received = JSON.parse(JSON.stringify(payload)) as TaskPayload<never>;
    await runTask(received, work, { table: this.table, now: () => this.now });
  }

  #deliver(item: Attributes): void {
    const times = this.#strikes(this.#faults.duplicate) ? 2 : 1;
    for (let i = 0; i < times; i++) this.#later(this.#delay(), () => this.#apply(item));
  }

  async #apply(item: Attributes, attempt = 1): Promise<void> {
    const entry = decodeJournalItem(item);
    const executionId = item.executionId?.S;
    if (!entry || executionId === undefined) throw new Error('No journal item was delivered.');
    try {
      await this.#orchestrator.applyRecords(executionId, [{ entry, createdAt: this.now }]);
    } catch (error) {
      if (error instanceof Crash) this.#orchestrator = this.#newOrchestrator();
      if (attempt < 50) this.#later(100, () => this.#apply(item, attempt + 1));
      else throw error;
    }
  }

  async #lookForDue(): Promise<void> {
    const { items } = await this.table.listDue({ shard: 0, until: this.now, limit: 1000 });
    for (const { executionId, wakeAt } of items) {
      try {
        await this.#orchestrator.wake(executionId, `wake#${wakeAt.toString(36)}`);
      } catch (error) {
        if (error instanceof Crash) this.#orchestrator = this.#newOrchestrator();
        // The clock's function call failed: it looks again a second later.
        const wakeId = `wake#${wakeAt.toString(36)}`;
        this.#later(1000, () => this.#orchestrator.wake(executionId, wakeId).catch(() => {}));
      }
    }
    this.now += 1;
  }

  #later(ms: number, run: () => Promise<void>): void {
    this.#queue.push({ at: this.now + ms, order: this.#order++, run });
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
