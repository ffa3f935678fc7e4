/** One attempt of a task, wherever it is known outside its execution. */
export interface AttemptAddress {
  readonly executionId: string;
  readonly task: number;
  readonly attempt: number;
}

/** What whoever has the result of a task needs to give it: no secret, and no more than its address. */
export function taskToken(
  executionId: string,
  { task, attempt }: Omit<AttemptAddress, 'executionId'>,
): string {
  return `${executionId}#${task}#${attempt}`;
}

/** Nothing where it is no token. */
export function parseTaskToken(token: string): AttemptAddress | undefined {
  const match = /^([^#]{1,2048})#(\d{1,9})#(\d{1,9})$/s.exec(token);
  if (!match) return undefined;
  const [, executionId = '', task, attempt] = match;
  return { executionId, task: Number(task), attempt: Number(attempt) };
}
