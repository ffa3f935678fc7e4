import type { TaskError } from '../../data/thrown.ts';
import { taskFailedErrorName } from '../../policy/errorNames.ts';
import { startedExecutionId } from '../../policy/perTask.ts';
import { type Execution, type ExecutionStatus, hasEnded } from '../model/execution.ts';
import { type OpenTask, taskKey } from '../model/openTask.ts';
import type { Draft } from '../step/draft.ts';
import { parseTaskToken, taskToken } from '../tasks/taskToken.ts';

/**
 * Gives the task that waits for this execution its result. An execution that is redriven ends again: the first result
 * is the one that counts.
 */
export function answer(draft: Draft): void {
  const { answerTo, status, startedAt, endedAt = draft.now } = draft.execution;
  const address = answerTo === undefined ? undefined : parseTaskToken(answerTo);
  if (!address || !hasEnded(status)) return;
  const { executionId: receiver, ...attempt } = address;
  const result =
    status === 'SUCCEEDED'
      ? ({ status, output: { $execution: descriptionOf(draft.execution, endedAt) } } as const)
      : ({ status: 'FAILED', error: errorOf(draft.execution, status, endedAt) } as const);
  draft.said.push({
    type: 'item',
    receiver,
    item: { type: 'answer', receiver, attempt, result, startedAt, endedAt },
  });
}

function errorOf(execution: Execution, status: ExecutionStatus, endedAt: number): TaskError {
  const { executionId, machine, error } = execution;
  const why = error ? ` ${error.name}: ${error.message}` : '';
  return {
    name: taskFailedErrorName,
    message: `The execution '${executionId}' of the machine '${machine}' is ${status}.${why}`,
    $execution: descriptionOf(execution, endedAt),
  };
}

/** The description of the execution that the waiting machine receives. */
function descriptionOf(
  { executionId, machine, status, startedAt, output, error }: Execution,
  endedAt: number,
) {
  return {
    executionId,
    machine,
    status,
    startedAt,
    endedAt,
    ...(output !== undefined && { output }),
    ...(error && { error: { name: error.name, message: error.message } }),
  };
}

/**
 * Stops the executions that tasks have started and that nothing waits for any more: the task's state was left, its time
 * ran out, or the execution has ended.
 */
export function stopAbandoned(draft: Draft): void {
  const { before, answered, execution } = draft;
  for (const task of before.tasks) {
    const { starts } = task;
    if (!starts || starts.isStopped || answered.has(taskKey(task))) continue;
    const isAwaited = execution.tasks.some(
      (open) => taskKey(open) === taskKey(task) && !open.starts?.isStopped,
    );
    if (!isAwaited) stop(draft, task);
  }
}

function stop({ said, now, execution: { executionId } }: Draft, task: OpenTask): void {
  if (!task.starts) return;
  const receiver = startedExecutionId(task.starts, task.attempt);
  const answerTo = taskToken(executionId, task);
  const cause = `The execution '${executionId}', whose task waited for this one, does not wait any more.`;
  said.push({ type: 'item', receiver, item: { type: 'stop', receiver, answerTo, cause, at: now } });
}
