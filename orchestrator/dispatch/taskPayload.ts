import type { TaskPayload } from '../contract/task.ts';
import type { Json } from '../core/data/json.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { type OpenTask, taskId, taskKey } from '../core/execution/model/openTask.ts';
import { taskToken } from '../core/execution/tasks/taskToken.ts';
import type { PreparedMachine } from '../core/machine/index.ts';
import { type TaskSource, workerOf } from '../core/machine/sources.ts';
import { isoTime } from '../table/executionItem.ts';

export interface TaskPayloadParts {
  readonly execution: Execution;
  readonly task: OpenTask;
  readonly machine: PreparedMachine;
  readonly source: TaskSource;
  readonly input: Json;
  readonly tableName: string;
  /** When the result expires, in seconds since the epoch. */
  readonly expiresAt: number | undefined;
}

/** The payload that an open task is handed over with. */
export function taskPayloadOf(parts: TaskPayloadParts): TaskPayload {
  const { execution, task, source, input, tableName, expiresAt } = parts;
  const { executionId, machine, machineVersion = '' } = execution;
  const { startBy: begunBy = Number.POSITIVE_INFINITY, heartbeatAt = Number.POSITIVE_INFINITY } = task;
  const startBy = Math.min(begunBy, heartbeatAt);
  // The task of an effect was made before the commit put its input into the store.
  const inputAt = task.inputAt ?? execution.tasks.find((open) => open.task === task.task)?.inputAt;
  return {
    table: tableName,
    executionId,
    item: taskKey(task),
    task: task.task,
    ...(task.index !== undefined && { index: task.index }),
    attempt: task.attempt,
    worker: workerOf(source, task.worker),
    machine: parts.machine.listsOf ?? machine,
    machineVersion,
    ...(task.deadline !== undefined && { deadline: isoTime(task.deadline) }),
    ...(startBy !== Number.POSITIVE_INFINITY && { startBy: isoTime(startBy) }),
    idempotencyKey: `${executionId}#${taskId(task)}`,
    ...(task.waitsForResult && { token: taskToken(executionId, task) }),
    ...(source.policy.once && { once: true }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(inputAt === undefined ? { input } : { input: null, inputAt }),
  };
}
