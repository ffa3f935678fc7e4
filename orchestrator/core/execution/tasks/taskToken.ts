import { isWellFormed } from '../../data/text.ts';
import { type AttemptNumbers, taskId } from '../model/openTask.ts';

/** One attempt of a task, wherever it is known outside its execution. */
export interface AttemptAddress extends AttemptNumbers {
  readonly executionId: string;
}

/** The address at which a task's result is given. It is not a secret. */
export function taskToken(executionId: string, numbers: AttemptNumbers): string {
  return `${executionId}#${taskId(numbers)}#${numbers.attempt}`;
}

/** Undefined where it is not a token. */
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
