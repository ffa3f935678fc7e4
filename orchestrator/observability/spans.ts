import type { TaskPayload } from '../contract/task.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { SpanDescription } from './tracing.ts';

/** Names of attributes of spans. */
export const spanAttribute = {
  executionId: 'millrace.execution.id',
  machine: 'millrace.machine',
  machineVersion: 'millrace.machine.version',
  status: 'millrace.execution.status',
  worker: 'millrace.worker',
  task: 'millrace.task',
  attempt: 'millrace.task.attempt',
} as const;

/** A commit, and what is done for it after it. */
export function stepSpan(execution: Execution): SpanDescription {
  const { executionId, machine, machineVersion = '', status, traceparent } = execution;
  return {
    name: `millrace step ${machine}`,
    kind: 'internal',
    traceparent,
    attributes: {
      [spanAttribute.executionId]: executionId,
      [spanAttribute.machine]: machine,
      [spanAttribute.machineVersion]: machineVersion,
      [spanAttribute.status]: status,
    },
  };
}

/** A task's invocation, or its work. */
export function taskSpan(
  kind: 'producer' | 'consumer',
  { executionId, machine, machineVersion, worker, task, attempt }: TaskPayload<unknown>,
  traceparent: string | undefined,
): SpanDescription {
  return {
    name: `millrace ${kind === 'producer' ? 'dispatch' : 'task'} ${worker}`,
    kind,
    traceparent,
    attributes: {
      [spanAttribute.executionId]: executionId,
      [spanAttribute.machine]: machine,
      [spanAttribute.machineVersion]: machineVersion,
      [spanAttribute.worker]: worker,
      [spanAttribute.task]: task,
      [spanAttribute.attempt]: attempt,
    },
  };
}
