import { latestTime } from '../../policy/time.ts';
import { openTasks } from '../lists/fanOut.ts';
import type { Draft } from '../step/draft.ts';
import { nextDueOf } from '../tasks/tasks.ts';

/**
 * When the clock must wake the execution. Invariant 6: while it has something to wait for in time, `wakeAt` is set and
 * is not later than that. It is part of an index key, and a changed key costs two writes, so an earlier one that is
 * still to come is kept: waking early is harmless.
 */
export function nextWakeAt(draft: Draft): number | undefined {
  const { execution, now } = draft;
  // Even of an execution that has ended: its children must hear of it.
  if (execution.outbox) return now;
  if (execution.status !== 'RUNNING') return undefined;
  const stored = execution.wakeAt;
  const needed = neededWakeAt(draft);
  const storedIsToCome = stored !== undefined && stored > now;
  if (storedIsToCome && (needed === undefined || stored <= needed)) return stored;
  return needed;
}

function neededWakeAt(draft: Draft): number | undefined {
  const { execution } = draft;
  const { waiting, timeoutAt } = execution;
  if (waiting) return Math.min(waiting.nextAttemptAt, timeoutAt ?? waiting.nextAttemptAt);
  const times = openTasks(execution).map((task) => nextDueOf(task)?.at);
  const known = [...times, draft.nextTimerAt, timeoutAt].filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known, latestTime);
}
