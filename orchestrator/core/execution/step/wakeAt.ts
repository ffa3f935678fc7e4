import { nextTimerDueAt } from '../../machine/index.ts';
import { latestTime } from '../../policy/time.ts';
import { openTasks } from '../lists/runningList.ts';
import { nextDueAt } from '../tasks/tasks.ts';
import type { Draft } from './draft.ts';

/**
 * When the clock must wake the execution. Invariant 6: while it has something to wait for in time, `wakeAt` is set and
 * is not later than that. It is part of an index key, and a changed key costs two writes, so an earlier one that is
 * still to come is kept: waking early is harmless. Unknown where the machine's timers are in a state that was not fetched.
 */
export function nextWakeAt(draft: Draft): number | 'unknown' | undefined {
  const { execution, now } = draft;
  // Even of an execution that has ended: its children must hear of it.
  if (execution.outbox) return now;
  if (execution.status !== 'RUNNING') return undefined;
  const { waiting, snapshot, snapshotAt, wakeAt: stored } = execution;
  if (!waiting && snapshot === undefined && snapshotAt !== undefined) return 'unknown';
  const needed = neededWakeAt(draft);
  const storedIsToCome = stored !== undefined && stored > now;
  if (storedIsToCome && (needed === undefined || stored <= needed)) return stored;
  return needed;
}

function neededWakeAt(draft: Draft): number | undefined {
  const { execution } = draft;
  const { waiting, timeoutAt } = execution;
  if (waiting) return Math.min(waiting.nextAttemptAt, timeoutAt ?? waiting.nextAttemptAt);
  const times = [timerAtOf(draft), timeoutAt, ...openTasks(execution).map(nextDueAt)];
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known, latestTime);
}

/** When the machine's first timer is due. */
export function timerAtOf({ machineState }: Draft): number | undefined {
  return machineState && nextTimerDueAt(machineState);
}
