import { createClient, type MillraceClient } from '../../client/index.ts';
import { defaults, functionNames } from '../../orchestrator/configuration/configuration.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { type prepareMachine, prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { TaskDispatcher } from '../../orchestrator/dispatch/taskDispatcher.ts';
import { Orchestrator } from '../../orchestrator/step/orchestrator.ts';
import type { Units } from '../../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { isoTime } from '../../orchestrator/table/executionItem.ts';
import { runTask, type Task } from '../../workers/runTask.ts';
import type { TestTable } from './testTable.ts';

export type TestWorkers = Record<string, (input: never, task: Task) => unknown>;

const layout = { indexShards: defaults.indexShards, retentionDays: defaults.retentionDays };

/** Orchestrator and workers of a test's own machines on a real table, and a client for it; time stands until it is set. */
export class TestDeployment {
  now = Date.parse('2026-03-01T12:00:00.000Z');
  readonly client: MillraceClient;
  readonly table: DynamoDBTable;
  readonly consumed: Units[] = [];
  /** Lengths of the client's pauses. Time goes on by each. */
  readonly pausesMs: number[] = [];
  /** Runs while the client pauses. */
  whilePausing: () => Promise<void> = async () => {};
  readonly #orchestrator: Orchestrator;
  readonly #workers: TestWorkers;
  #invoked: TaskPayload[] = [];
  #ids = 0;

  constructor(
    { dynamodb, tableName }: TestTable,
    machines: readonly Parameters<typeof prepareMachine>[0][],
    workers: TestWorkers = {},
  ) {
    const now = () => this.now;
    this.#workers = workers;
    this.table = new DynamoDBTable({ client: dynamodb, tableName, now, ...layout });
    this.client = createClient({
      dynamodb,
      tableName,
      now,
      ...layout,
      newId: () => `id-${++this.#ids}`,
      onConsumedCapacity: (units) => this.consumed.push(units),
      sleep: async (ms, signal) => {
        this.pausesMs.push(ms);
        this.now += ms;
        await this.whilePausing();
        signal?.throwIfAborted();
      },
    });
    const lookup = machineLookup(prepareMachines(machines));
    const { table } = this;
    const report = () => {};
    const dispatcher = new TaskDispatcher({
      invoker: {
        invoke: async (_, payload) => {
          this.#invoked.push(payload);
          return { type: 'dispatched' };
        },
      },
      machines: lookup,
      table,
      tableName,
      layout,
      functionNames: functionNames(''),
      report,
      now,
    });
    const limits = { waitForMachineMs: 60_000 };
    this.#orchestrator = new Orchestrator({ table, machines: lookup, dispatcher, limits, report, now });
  }

  /** Applies what lies in the journal, as the stream would bring it, and runs the workers it asks for. */
  async orchestrate(executionId: string): Promise<void> {
    do {
      this.#invoked = [];
      const entries = await this.table.journal.readAll(executionId);
      const records = entries.map((entry) => ({ entry, createdAt: this.now }));
      await this.#orchestrator.applyRecords(executionId, records);
    } while (await this.#runWorkers());
  }

  /** Writes the result of a task's first attempt, and applies it. */
  async succeed(executionId: string, task: number, output: Json): Promise<void> {
    const at = isoTime(this.now);
    const result = { status: 'SUCCEEDED', output } as const;
    await this.table.journal.insertResult({
      executionId,
      task,
      attempt: 1,
      worker: 'work',
      startedAt: at,
      endedAt: at,
      result,
    });
    await this.orchestrate(executionId);
  }

  /** Calls as the clock does when the execution is due. */
  async wake(executionId: string): Promise<void> {
    await this.#orchestrator.wake(executionId, `wake#${this.now}`);
    if (await this.#runWorkers()) await this.orchestrate(executionId);
  }

  async #runWorkers(): Promise<boolean> {
    const runs = this.#invoked.filter((payload) => this.#workers[payload.worker]);
    for (const payload of runs) {
      const work = this.#workers[payload.worker];
      const received = JSON.parse(JSON.stringify(payload)) as TaskPayload<never>;
      if (work) await runTask(received, work, { table: this.table, now: () => this.now });
    }
    return runs.length > 0;
  }
}
