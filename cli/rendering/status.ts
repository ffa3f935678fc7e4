import type { ExecutionStatus } from '../../client/index.ts';

const colours: Readonly<Record<ExecutionStatus, number>> = {
  RUNNING: 36,
  SUCCEEDED: 32,
  FAILED: 31,
  TIMED_OUT: 31,
  ABORTED: 31,
  PENDING_REDRIVE: 33,
  SUSPENDED: 33,
};

/** A status in its colour; other text as it is. */
export function colouredStatus(text: string, hasColours: boolean): string {
  const colour = hasColours ? colours[text as ExecutionStatus] : undefined;
  return colour === undefined ? text : `\u001b[${colour}m${text}\u001b[0m`;
}

/** `3 SUCCEEDED, 1 FAILED` */
export function statusCounts(status: Readonly<Partial<Record<ExecutionStatus, number>>>): string {
  const counts = Object.entries(status).map(([name, count]) => `${count} ${name}`);
  return counts.join(', ');
}
