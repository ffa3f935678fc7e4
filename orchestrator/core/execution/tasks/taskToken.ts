import { isWellFormed } from '../../data/text.ts';
import { type AttemptNumbers, taskId } from '../model/openTask.ts';

/** One attempt of a task, wherever it is known outside its execution. */
export interface AttemptAddress extends AttemptNumbers {
  readonly executionId: string;
}

/** What whoever has the result of a task needs to give it: no secret, and no more than its address. */
export function taskToken(executionId: string, numbers: AttemptNumbers): string {
  return `${executionId}#${taskId(numbers)}#${numbers.attempt}`;
}

/** Nothing where it is no token. */
export function parseTaskToken(token: string): AttemptAddress | undefined {
  const match = /^([^#]{1,2048})#(\d{1,9})(?:\.(\d{1,9}))?#(\d{1,9})$/s.exec(token);
  if (!match || !isWellFormed(token)) return undefined;
  const [, executionId = '', task, index, attempt] = match;
  return {
    executionId,
    task: Number(task),
    ...(index !== undefined && { index: Number(index) }),
    attempt: Number(attempt),
  };
}
