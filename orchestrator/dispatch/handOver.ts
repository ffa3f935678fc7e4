import type { TaskPayload } from '../contract/task.ts';
import { namedThrown, type TaskError } from '../core/data/thrown.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { TaskSource } from '../core/machine/sources.ts';
import { activityNotFound } from '../core/policy/activityName.ts';
import { taskSpan } from '../observability/spans.ts';
import { noTracing, type Tracing } from '../observability/tracing.ts';
import { StoredJson } from '../store/storedJson.ts';
import type { Table } from '../table/table.ts';
import type { DispatchOutcome, FunctionInvoker } from './dispatch.ts';
import { lambdaEvent } from './lambdaEvent.ts';

export interface HandOverOptions {
  readonly invoker: FunctionInvoker;
  readonly functionNames: FunctionNames;
  readonly table: Pick<Table, 'attempts' | 'registry'>;
  /**
   * Whether the activities of a machine are those that were created through the API of Step Functions, so that a task for another
   * one fails. @default activities need no creation
   */
  readonly namesActivities?: (machine: string, version: string | undefined) => boolean;
  /** Where pages of files, and inputs that are too large for a payload, are. @default nowhere */
  readonly data?: StoredJson;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @default trace contexts are handed on, and nothing is recorded */
  readonly tracing?: Tracing;
}

export interface FunctionNames {
  /** Name of a worker's own function. */
  worker(worker: string): string;
  /** Name of a function that knows nothing of Millrace, from the name by which machines call it. */
  lambda(functionName: string): string;
  /** Name of the function that runs `fromPromise` actors. */
  readonly workerHost: string;
  /** Name of the function that steps executions. */
  readonly orchestrator: string;
}

/** Invokes the function of a task, or enqueues the task for the workers of its activity, in a span of its own. */
export function handOver(
  execution: Execution,
  source: TaskSource,
  payload: TaskPayload,
  options: HandOverOptions,
): Promise<DispatchOutcome> {
  const { tracing = noTracing } = options;
  return tracing.span(taskSpan('producer', payload, execution.traceparent), async ({ traceparent, fail }) => {
    const traced = traceparent === undefined ? payload : withTrace(payload, traceparent);
    const answer = await invoke(execution, source, traced, options);
    if (answer.type === 'deferred') fail({ name: 'Deferred', message: answer.error });
    else if (answer.type === 'failed') fail(namedThrown(answer.error));
    return answer;
  });
}

async function invoke(
  execution: Execution,
  source: TaskSource,
  payload: TaskPayload,
  options: HandOverOptions,
): Promise<DispatchOutcome> {
  const { invoker, functionNames, data = new StoredJson(undefined) } = options;
  switch (source.kind) {
    case 'worker':
      return invoker.invoke(functionNames.worker(source.worker), payload);
    case 'lambda': {
      const event = await lambdaEvent(payload, data);
      if (event.type !== 'event') return event;
      return invoker.invoke(functionNames.lambda(source.functionName), payload, event.event);
    }
    case 'activity':
      return enqueue(execution, source.activity, payload, options);
    default:
      return invoker.invoke(functionNames.workerHost, payload);
  }
}

/** Nothing is lost where it is in the queue already. */
async function enqueue(
  { machine, machineVersion }: Execution,
  activity: string,
  { executionId, task, index, attempt, expiresAt }: TaskPayload,
  { table, now, namesActivities }: HandOverOptions,
): Promise<DispatchOutcome> {
  if (namesActivities?.(machine, machineVersion)) {
    const record = await table.registry.read({ kind: 'activity', name: activity });
    if (!record?.content) return { type: 'failed', error: noActivity(activity) };
  }
  const numbers = { task, attempt, ...(index !== undefined && { index }) };
  await table.attempts.enqueue({ executionId, ...numbers, activity, at: now() }, expiresAt);
  return { type: 'dispatched' };
}

/** All tasks of the invocation belong to the trace. */
function withTrace(payload: TaskPayload, traceparent: string): TaskPayload {
  const { chain } = payload;
  if (!chain) return { ...payload, traceparent };
  return {
    ...payload,
    traceparent,
    chain: { ...chain, others: chain.others.map((each) => ({ ...each, traceparent })) },
  };
}

function noActivity(activity: string): TaskError {
  const message = `Activity '${activity}' does not exist: create it with CreateActivity.`;
  return { name: activityNotFound, message };
}
