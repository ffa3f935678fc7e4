import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from 'millrace/workers';

/** Name of the variable with the path of the workers' tally. */
export const tallyVariable = 'MILLRACE_CHAOS_TALLY';

/** One line of the tally. */
export interface TallyEntry {
  readonly worker: string;
  readonly executionId: string;
  readonly task: number;
  readonly attempt: number;
  /** The work done under this key: doing it twice would show. */
  readonly done?: string;
}

const longestPauseMs = 40;

/** Runs a worker's work so slowly that it can be killed in the midst of it, and notes that it ran. */
export async function tallied<Output>(worker: string, task: Task, work: () => Output): Promise<Output> {
  note(worker, task, {});
  await pause(Math.random() * longestPauseMs);
  const output = work();
  note(worker, task, { done: task.idempotencyKey });
  await pause(Math.random() * longestPauseMs);
  return output;
}

/** One write to a file that is opened for appending: lines of several processes do not mix. */
function note(worker: string, { executionId, task, attempt }: Task, rest: { done?: string }): void {
  const path = process.env[tallyVariable];
  if (!path) throw new Error(`Set ${tallyVariable} to the path of a file.`);
  const entry: TallyEntry = { worker, executionId, task, attempt, ...rest };
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}
