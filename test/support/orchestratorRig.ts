import { functionNames } from '../../orchestrator/configuration/configuration.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import type { Control, JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { type LogEntry, type LogVerdict, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { type MachineLookup, machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import type { TaskResult } from '../../orchestrator/core/execution/model/taskResult.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { type prepareMachine, prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { keptForEver, retentionOf } from '../../orchestrator/core/policy/retention.ts';
import type { DispatchOutcome } from '../../orchestrator/dispatch/dispatch.ts';
import { TaskDispatcher, type TaskDispatcherOptions } from '../../orchestrator/dispatch/taskDispatcher.ts';
import type { Activity } from '../../orchestrator/observability/activity.ts';
import type { Report, Reporter } from '../../orchestrator/observability/report.ts';
import type { Tracing } from '../../orchestrator/observability/tracing.ts';
import type { JournalRecord } from '../../orchestrator/step/journalRecord.ts';
import { Orchestrator } from '../../orchestrator/step/orchestrator.ts';
import type { StoredJson } from '../../orchestrator/store/storedJson.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { decodeJournalItem, isNudged } from '../../orchestrator/table/journalItems.ts';
import { expiryOf, type TableLayout } from '../../orchestrator/table/retention.ts';
import type { Table } from '../../orchestrator/table/table.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';

type Definition = Parameters<typeof prepareMachine>[0];

export interface InstanceOptions {
  /** The machines that it has. @default those of the rig */
  readonly definitions?: readonly Definition[];
  readonly report?: Reporter;
  readonly tracing?: Tracing;
  readonly actionLimitMs?: number;
  /** The table as it sees it, and where large data is. @default the rig's, and nowhere */
  readonly table?: Table;
  readonly data?: StoredJson;
  /** Whether the worker host takes steps of machines that do not say so. @default no host takes any */
  readonly chain?: NonNullable<TaskDispatcherOptions['chain']>;
  /** Whether workers nudge that do not say so. @default none does */
  readonly nudge?: { readonly isDefault: boolean };
}

/**
 * Instances of the orchestrator at one memory table, where the test says which of them gets which batch, and when: for
 * interleavings that the simulated cloud meets only by chance.
 */
export class OrchestratorRig {
  readonly table: MemoryTable;
  /** The tasks that were handed to workers, none of which runs. */
  readonly dispatched: TaskPayload[] = [];
  readonly reports: Report[] = [];
  readonly activities: Activity[] = [];
  now = 1_700_000_000_000;
  /** The outcome of every invocation from now on. */
  dispatchOutcome: DispatchOutcome = { type: 'dispatched' };
  readonly #machines: MachineLookup;
  readonly #layout: TableLayout;
  readonly #inserted: { readonly executionId: string; readonly record: JournalRecord }[] = [];

  /** @param retentionDays @default items are kept for ever */
  constructor(definitions: readonly Definition[], retentionDays?: number) {
    this.#machines = lookupOf(definitions);
    this.#layout = { indexShards: 1, ...(retentionDays !== undefined && { retentionDays }) };
    this.table = new MemoryTable(this.#layout, () => this.now);
    this.table.onInsert = (item) => {
      const entry = decodeJournalItem(item);
      const executionId = item.executionId?.S;
      if (!entry || executionId === undefined) return;
      // DynamoDB's streams have whole seconds.
      const createdAt = Math.floor(this.now / 1000) * 1000;
      const expiresAt = expiryOf(item);
      const record: JournalRecord = {
        entry,
        createdAt,
        ...(expiresAt !== undefined && { expiresAt }),
        ...(isNudged(item) && { isNudged: true }),
      };
      this.#inserted.push({ executionId, record });
    };
  }

  /** An instance with nothing in memory. */
  newInstance({
    definitions,
    report,
    tracing,
    actionLimitMs,
    table,
    data,
    chain,
    nudge,
  }: InstanceOptions = {}): Orchestrator {
    const common = {
      table: table ?? this.table,
      machines: definitions ? lookupOf(definitions) : this.#machines,
      report: report ?? ((each: Report) => void this.reports.push(each)),
      now: () => this.now,
      observe: (activity: Activity) => void this.activities.push(activity),
      ...(tracing && { tracing }),
    };
    const dispatcher = new TaskDispatcher({
      ...common,
      invoker: {
        invoke: async (_, payload) => {
          this.dispatched.push(payload);
          return this.dispatchOutcome;
        },
      },
      tableName: 'table',
      layout: this.#layout,
      functionNames: functionNames(''),
      ...(chain && { chain }),
      ...(nudge && { nudge }),
    });
    const retention = retentionOf(this.#layout.retentionDays);
    return new Orchestrator({
      ...common,
      dispatcher,
      limits: { waitForMachineMs: 900_000, ...(retention && { redrivableMs: retention.redrivableMs }) },
      retention: retention ?? keptForEver,
      hasBus: true,
      ...(actionLimitMs !== undefined && { actionLimitMs }),
      ...(data && { data }),
    });
  }

  /** Executions of which something was written that was not taken yet. */
  undelivered(): string[] {
    return [...new Set(this.#inserted.map(({ executionId }) => executionId))];
  }

  /** The records of everything that was written of an execution since the last call. */
  takeRecords(executionId: string): JournalRecord[] {
    const records = this.#inserted.filter((each) => each.executionId === executionId);
    for (const each of records) this.#inserted.splice(this.#inserted.indexOf(each), 1);
    return records.map(({ record }) => record);
  }

  /** Delivers what was written of an execution since the last delivery, in one batch. */
  async deliver(instance: Orchestrator, executionId: string): Promise<void> {
    await instance.applyRecords(executionId, this.takeRecords(executionId));
  }

  start(machine: string, executionId: string, input?: Attributes[string]): void {
    const item = { executionId: { S: executionId }, item: { S: 'start' }, machine: { S: machine } };
    this.table.put(input ? { ...item, input } : item);
  }

  /** Deletes an execution with all that was written of it. */
  deleteItems(executionId: string): void {
    for (const [key, item] of this.table.items) {
      if (item.executionId?.S === executionId) this.table.items.delete(key);
    }
  }

  async send(executionId: string, eventId: string, type: string, event?: JsonObject): Promise<void> {
    const content = event ? { type, event } : { type };
    await this.table.journal.insertEvent({ executionId, eventId, at: this.#iso(), content });
  }

  async control(executionId: string, control: Control): Promise<void> {
    await this.table.journal.insertEvent({
      executionId,
      eventId: control,
      at: this.#iso(),
      content: { control },
    });
  }

  /** Writes the result of an attempt, as its worker would. */
  succeed(executionId: string, task: number, attempt: number, output: Json): Promise<void> {
    return this.finish(executionId, task, attempt, { status: 'SUCCEEDED', output });
  }

  async finish(executionId: string, task: number, attempt: number, result: TaskResult): Promise<void> {
    await this.table.journal.insertResult({
      executionId,
      task,
      attempt,
      worker: 'any',
      startedAt: this.#iso(),
      endedAt: this.#iso(),
      result,
    });
  }

  async execution(executionId: string): Promise<Execution> {
    const execution = await this.table.executions.read(executionId);
    if (!execution) throw new Error(`Execution '${executionId}' does not exist.`);
    return execution;
  }

  /** The context in the stored state. */
  async context(executionId: string): Promise<unknown> {
    return JSON.parse((await this.execution(executionId)).snapshot ?? '{}').context;
  }

  /** The whole log, older segments first. */
  async log(executionId: string): Promise<LogEntry[]> {
    const { execution, segments } = await this.table.executions.readHistory(executionId);
    return [...segments, ...(execution ? [execution.log] : [])].flatMap(parseLog);
  }

  /** The outcome of each entry of the log, such as `event#1 applied`, `event#2 ignored: Ended`. */
  async verdicts(executionId: string): Promise<string[]> {
    return (await this.log(executionId)).map(
      ({ reference, verdict }) => `${reference} ${verdictText(verdict)}`,
    );
  }

  /** The execution as its journal and log replay to it. */
  async replayed(
    executionId: string,
    definitions?: readonly Definition[],
    journalWithData?: readonly JournalEntry[],
  ): Promise<Execution | undefined> {
    const { execution, journal: items } = await this.table.executions.readHistory(executionId);
    const journal = journalWithData ?? items;
    const machines = definitions ? lookupOf(definitions) : this.#machines;
    const version = execution?.machineVersion;
    const recording = { executionId, journal, log: await this.log(executionId) };
    const steps = replay(
      machines,
      version === undefined ? recording : { ...recording, machineVersion: version },
    );
    return [...steps].at(-1);
  }

  #iso(): string {
    return new Date(this.now).toISOString();
  }
}

function lookupOf(definitions: readonly Definition[]): MachineLookup {
  return machineLookup(prepareMachines(definitions));
}

function verdictText(verdict: LogVerdict): string {
  switch (verdict.type) {
    case 'applied':
    case 'held':
      return verdict.type;
    case 'ignored':
      return `ignored: ${verdict.reason}`;
    case 'failed':
      return `failed: ${verdict.code}`;
  }
}
