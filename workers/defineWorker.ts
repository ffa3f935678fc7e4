import { createDynamoDBClient } from '../orchestrator/aws/client.ts';
import { readConfiguration } from '../orchestrator/configuration/configuration.ts';
import { readExecutionClock } from '../orchestrator/configuration/executionClock.ts';
import type { TaskPayload } from '../orchestrator/contract/task.ts';
import { shown } from '../orchestrator/core/data/shown.ts';
import { InvalidTaskPolicyError } from '../orchestrator/core/policy/taskPolicy.ts';
import { consumedCapacityMeter } from '../orchestrator/observability/consumedCapacity.ts';
import { openTelemetry } from '../orchestrator/observability/openTelemetry.ts';
import { consoleReporter } from '../orchestrator/observability/report.ts';
import type { ObjectStore } from '../orchestrator/store/objectStore.ts';
import { openStore } from '../orchestrator/store/openStore.ts';
import type { StoredJson } from '../orchestrator/store/storedJson.ts';
import { DynamoDBTable, type DynamoDBTableOptions } from '../orchestrator/table/dynamodb/dynamoDBTable.ts';
import type { ResultItem } from '../orchestrator/table/resultItem.ts';
import { openStoredJson, withStore } from '../orchestrator/table/stored/withStore.ts';
import type { Table } from '../orchestrator/table/table.ts';
import { cancelTask, settleAttempt } from './cancelTask.ts';
import type { WorkerHandler } from './handlerTypes.ts';
import { nudger } from './nudge.ts';
import { attemptTask, type Task, writeResult } from './runTask.ts';

/**
 * Makes a Lambda handler of a function. The function returns the task's output; an error that it throws is the task's,
 * with the class name as its name and a `retryable` property of the error respected.
 *
 * @throws InvalidTaskPolicyError where it is given anything but a function
 */
export function defineWorker<Input, Output>(
  work: (input: Input, task: Task) => Output | Promise<Output>,
): WorkerHandler<Input, Output> {
  if (typeof work !== 'function') {
    throw new InvalidTaskPolicyError(
      `defineWorker() is given ${shown(work)}: give the function that does the work, as in defineWorker(async (input) => …).`,
    );
  }
  const { run } = taskRunner();
  return (payload) => run(payload, work);
}

/** Where tasks are run, for those that the worker host does for Millrace itself. */
export interface Surroundings {
  readonly table: Table;
  readonly data: StoredJson;
  readonly store: ObjectStore | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Runs tasks of any payload against the tables that the payloads name, with one client for the whole process. */
export function taskRunner() {
  const configuration = readConfiguration(process.env);
  const report = consoleReporter();
  const meter = consumedCapacityMeter(configuration.reportsConsumedCapacity, report);
  const clock = readExecutionClock(process.env);
  const { now } = clock;
  const data = openStoredJson(configuration);
  const store = configuration.store === undefined ? undefined : openStore(configuration.store);
  const storeOverBytes = store === undefined ? Number.POSITIVE_INFINITY : configuration.storeOverKb * 1024;
  const nudge = nudger(storeOverBytes);
  const tables = new Map<string, Table>();
  let client: ReturnType<typeof createDynamoDBClient> | undefined;
  const openTable = (options: Pick<DynamoDBTableOptions, 'tableName' | 'retentionDays'>) => {
    client ??= createDynamoDBClient();
    const { indexShards } = configuration;
    const onConsumedCapacity = meter.count && { onConsumedCapacity: meter.count };
    const items = new DynamoDBTable({ client, now, indexShards, ...options, ...onConsumedCapacity });
    return withStore(items, data, configuration, { fetches: false });
  };
  const tableNamed = (tableName: string): Table => {
    const table = tables.get(tableName) ?? openTable({ tableName });
    tables.set(tableName, table);
    return table;
  };
  /** Writes no result. */
  const attempt = <Input>(
    payload: TaskPayload<Input>,
    work: (input: Input, task: Task, surroundings: Surroundings) => unknown,
  ): Promise<ResultItem | undefined> => {
    const table = tableNamed(payload.table);
    const around = { table, data, store, now };
    return attemptTask<Input>(payload, (input, task) => work(input, task, around), {
      table,
      data,
      ...clock,
      tracing: openTelemetry,
    });
  };
  const write = (payload: TaskPayload<unknown>, result: ResultItem) =>
    writeResult(result, payload.expiresAt, tableNamed(payload.table));
  const run = async <Input>(
    payload: TaskPayload<Input>,
    work: (input: Input, task: Task, surroundings: Surroundings) => unknown,
  ): Promise<void> => {
    const around = { table: tableNamed(payload.table), data, now, report };
    if (payload.cancelled) return cancelTask(payload, work, around);
    const result = await attempt(payload, work);
    const taken =
      result && (await settleAttempt(payload, result, work, (item) => write(payload, item), around));
    meter.report();
    if (taken) await nudge(payload, taken);
  };
  return { run, attempt, write, openTable, configuration, clock, reportCapacity: meter.report };
}
