import { setTimeout as delay } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import type { AnyStateMachine } from 'xstate';
import { describeDeployment } from '../../infra/describe.ts';
import { ensureTable } from '../../local/dynamodb/createTable.ts';
import { startEventSource } from '../../local/eventSource/eventSource.ts';
import { hops } from '../../local/latency.ts';
import { createDynamoDBClient } from '../../orchestrator/aws/client.ts';
import { defaults, functionNames } from '../../orchestrator/configuration/configuration.ts';
import type { NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { JsonObject } from '../../orchestrator/core/data/json.ts';
import { type Execution, hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { prepareMachines, promiseLogicOf } from '../../orchestrator/core/machine/index.ts';
import { retentionOf } from '../../orchestrator/core/policy/retention.ts';
import type { FunctionInvoker } from '../../orchestrator/dispatch/dispatch.ts';
import { TaskDispatcher } from '../../orchestrator/dispatch/taskDispatcher.ts';
import { doorbellHandler, streamHandler } from '../../orchestrator/handlers/stream.ts';
import { consoleReporter } from '../../orchestrator/observability/report.ts';
import { Orchestrator } from '../../orchestrator/step/orchestrator.ts';
import type { Units } from '../../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import { DynamoDBTable, type DynamoDBTableOptions } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import type { Table } from '../../orchestrator/table/table.ts';
import { nudgeOf } from '../../workers/nudge.ts';
import { runTask } from '../../workers/runTask.ts';
import { progress } from './commandLine.ts';
import { connection } from './engines.ts';
import { runHost } from './hostInProcess.ts';
import type { Mode } from './modes.ts';

export interface InProcessMillrace {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Starts executions and waits for their ends. */
  run(machine: string, executionIds: readonly string[], input: JsonObject): Promise<void>;
  /** Capacity that all calls have used since the last time: the client's, the orchestrator's and the workers'. */
  usage(): Usage;
  stop(): Promise<void>;
}

export interface InProcessOptions {
  /** Told of each commit. */
  readonly onCommit?: (execution: Execution) => void;
  /** An execution that has not ended by then fails the bench. @default 2 minutes */
  readonly endDeadlineMs?: number;
  /** The way that steps of promises take. @default stream */
  readonly mode?: Mode;
  /** Asks the stream as often as Lambda does, where a chain is faster. @default as often as the local cloud */
  readonly isPaced?: boolean;
}

export interface Usage extends Units {
  /** Calls of the orchestrator to DynamoDB and Lambda. */
  readonly orchestratorCalls: number;
  /** Invocations of the orchestrator: batches of the stream, and nudges. */
  readonly orchestratorInvocations: number;
}

/**
 * All of Millrace but Lambda in one process, on a DynamoDB engine: the table with its stream, the event source with its
 * filter, the stream handler, the dispatcher, and workers that write their results through the worker SDK. There is no
 * clock: for machines whose tasks end before their deadlines.
 */
export async function startInProcessMillrace(
  endpoint: string,
  machines: readonly AnyStateMachine[],
  work: (input: never) => unknown,
  {
    onCommit = () => {},
    endDeadlineMs = defaultEndDeadlineMs,
    mode = 'stream',
    isPaced = false,
  }: InProcessOptions = {},
): Promise<InProcessMillrace> {
  const client = createDynamoDBClient({ ...connection, endpoint });
  const streamsClient = new DynamoDBStreamsClient({ ...connection, endpoint });
  const description = describeDeployment({ orchestrator: '', workerHost: '', workers: [] });
  const { tableName } = description.table;
  const { streamArn } = await ensureTable(client, description.table);

  const meter = new Meter();
  const endings = new Endings(endDeadlineMs);
  const now = () => Date.now();
  const layout = { indexShards: defaults.indexShards, retentionDays: defaults.retentionDays };
  const common = { ...layout, client, tableName, now };
  const clientTable = new DynamoDBTable({ ...common, onConsumedCapacity: (units) => meter.count(units) });
  const workerTable = new DynamoDBTable({ ...common, onConsumedCapacity: (units) => meter.count(units) });
  const onEachCommit = (execution: Execution) => {
    onCommit(execution);
    if (hasEnded(execution.status)) endings.add(execution);
  };
  const orchestratorTable = observedTable(
    { ...common, onConsumedCapacity: (units) => meter.countOfOrchestrator(units) },
    onEachCommit,
  );
  const hostTable = observedTable(
    { ...common, onConsumedCapacity: (units) => meter.count(units) },
    onEachCommit,
  );

  const lookup = machineLookup(prepareMachines(machines));
  const report = consoleReporter(progress);
  const limits = { waitForMachineMs: defaults.waitForMachineSeconds * 1000 };
  const isOfPromise = ({ machine, machineVersion, worker }: TaskPayload) => {
    const prepared = lookup.find(machine, machineVersion);
    return prepared !== undefined && promiseLogicOf(prepared, worker) !== undefined;
  };
  const invoker: FunctionInvoker = {
    invoke: async (_, payload) => {
      meter.orchestratorCalls += 1;
      // As through Lambda: JSON, and the caller does not wait.
      const received: typeof payload & { input: never } = JSON.parse(JSON.stringify(payload));
      const run = isOfPromise(received)
        ? runHost(received, { table: hostTable, tableName, layout, machines: lookup, limits, report, now })
        : runTask(received, work, { table: workerTable, now }).then((written) => {
            if (!written || received.nudge === undefined) return;
            nudge(nudgeOf(received, written, Number.POSITIVE_INFINITY));
          });
      run.catch((error: unknown) => endings.fail(error));
      return { type: 'dispatched' };
    },
  };
  const dispatcher = new TaskDispatcher({
    invoker,
    machines: lookup,
    table: orchestratorTable,
    tableName,
    layout,
    functionNames: functionNames(defaults.functionPrefix),
    report,
    now,
    ...((mode === 'inline' || mode === 'checkpoint') && { chain: { isDefault: true, inlines: true } }),
    ...(mode === 'nudge' && { nudge: { isDefault: true } }),
  });
  const orchestrator = new Orchestrator({
    table: orchestratorTable,
    machines: lookup,
    dispatcher,
    limits,
    retention: retentionOf(defaults.retentionDays),
    report,
    now,
  });
  const handler = streamHandler(orchestrator, report, () => {});
  const doorbell = doorbellHandler(orchestrator, handler, report, () => {});
  /** As through Lambda. */
  const nudge = (event: NudgeEvent) => {
    meter.orchestratorInvocations += 1;
    doorbell(JSON.parse(JSON.stringify(event))).catch((error: unknown) => endings.fail(error));
  };
  const source = startEventSource({
    streamsClient,
    streamArn,
    eventSource: description.eventSource,
    invoke: async (payload) => {
      const event: DynamoDBStreamEvent = JSON.parse(payload);
      meter.orchestratorInvocations += 1;
      // A nudge is faster than the stream, as on AWS.
      if (mode === 'nudge') await delay(streamDelayMs);
      return { payload: JSON.stringify(await handler(event)) };
    },
    log: progress,
    ...(isPaced && { poll: { busyMs: 250, loadedMs: 250, idleMs: 250 } }),
  });

  return {
    client,
    tableName,
    async run(machine, executionIds, input) {
      const ended = endings.of(executionIds);
      for (const executionId of executionIds) {
        await clientTable.journal.insertStart({ executionId, machine, input });
      }
      for (const execution of await ended) {
        if (execution.status === 'SUCCEEDED') continue;
        throw new UnexpectedEndError(execution);
      }
    },
    usage: () => meter.take(),
    async stop() {
      await source.stop();
      streamsClient.destroy();
      client.destroy();
    },
  };
}

/** Thrown when an execution of a bench does not succeed: its figures would be those of something else. */
export class UnexpectedEndError extends Error {
  readonly code = 'UnexpectedEnd';
  override readonly name = 'UnexpectedEndError';
  constructor({ executionId, status, error }: Execution) {
    super(`The execution '${executionId}' is ${status}, not SUCCEEDED: ${error?.message ?? 'no error'}`);
  }
}

class Meter {
  #writeUnits = 0;
  #readUnits = 0;
  orchestratorCalls = 0;
  orchestratorInvocations = 0;

  count({ writeUnits, readUnits }: Units): void {
    this.#writeUnits += writeUnits;
    this.#readUnits += readUnits;
  }

  countOfOrchestrator(units: Units): void {
    this.orchestratorCalls += 1;
    this.count(units);
  }

  take(): Usage {
    const taken = {
      writeUnits: this.#writeUnits,
      readUnits: this.#readUnits,
      orchestratorCalls: this.orchestratorCalls,
      orchestratorInvocations: this.orchestratorInvocations,
    };
    this.#writeUnits = 0;
    this.#readUnits = 0;
    this.orchestratorCalls = 0;
    this.orchestratorInvocations = 0;
    return taken;
  }
}

/** A table that calls `onCommit` after each commit that it took. */
function observedTable(options: DynamoDBTableOptions, onCommit: (execution: Execution) => void): Table {
  const table = new DynamoDBTable(options);
  const commit = table.executions.commit.bind(table.executions);
  table.executions.commit = async (execution, ...rest) => {
    const outcome = await commit(execution, ...rest);
    if (outcome.type === 'committed') onCommit(execution);
    return outcome;
  };
  return table;
}

/** On AWS a nudge has run when the stream brings its item; on a busy machine it takes as long as the slowest deliveries there. */
const streamDelayMs = hops.streamToLambda.p99;

const defaultEndDeadlineMs = 120_000;

class Endings {
  readonly #endDeadlineMs: number;
  #open = new Set<string>();
  #ended: Execution[] = [];
  #settle: { resolve: (ended: readonly Execution[]) => void; reject: (error: unknown) => void } | undefined;

  constructor(endDeadlineMs: number) {
    this.#endDeadlineMs = endDeadlineMs;
  }

  /** Resolves when each of these has ended. One call at a time. */
  of(executionIds: readonly string[]): Promise<readonly Execution[]> {
    this.#open = new Set(executionIds);
    this.#ended = [];
    return new Promise((resolve, reject) => {
      const late = () =>
        reject(new Error(`${this.#open.size} executions did not end in ${this.#endDeadlineMs} ms.`));
      const deadline = setTimeout(late, this.#endDeadlineMs);
      this.#settle = {
        resolve: (ended) => {
          clearTimeout(deadline);
          resolve(ended);
        },
        reject: (error) => {
          clearTimeout(deadline);
          reject(error);
        },
      };
    });
  }

  add(execution: Execution): void {
    if (!this.#open.delete(execution.executionId)) return;
    this.#ended.push(execution);
    if (this.#open.size === 0) this.#settle?.resolve(this.#ended);
  }

  fail(error: unknown): void {
    this.#settle?.reject(error);
  }
}
