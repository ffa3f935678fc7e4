import type { Json } from '../orchestrator/core/data/json.ts';
import { openTasks } from '../orchestrator/core/execution/lists/runningList.ts';
import { type Execution, hasEnded } from '../orchestrator/core/execution/model/execution.ts';
import { type OpenTask, taskId, taskKey } from '../orchestrator/core/execution/model/openTask.ts';
import { taskToken } from '../orchestrator/core/execution/tasks/taskToken.ts';
import { isActivityName, refusedInNames } from '../orchestrator/core/policy/activityName.ts';
import { withTaskToken } from '../orchestrator/core/policy/taskTokenPlaceholder.ts';
import type { QueuedAttempt } from '../orchestrator/table/activityQueue.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { InvalidActivityNameError } from './errors.ts';
import type { ClientSurroundings } from './surroundings.ts';

export interface GetActivityTaskOptions {
  /** Name of the caller, for the history and for `describe`: 1 to 80 characters. @default none */
  readonly workerName?: string;
  /** How long to wait for a task where there is none. 0: one look. @default 60,000, as Step Functions waits */
  readonly waitMs?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** A task that this caller alone has taken. */
export interface ActivityTask {
  /** For `completeTask`, `failTask` and `heartbeatTask`. */
  readonly token: string;
  readonly input: Json;
  readonly executionId: string;
  /** Id of the execution's machine. */
  readonly machine: string;
  readonly task: number;
  readonly attempt: number;
  /** The same for each attempt of the task. */
  readonly idempotencyKey: string;
}

/** Read from each shard, so that others who take tasks at the same time leave some. */
const mostRead = 25;
const firstPauseMs = 250;
const longestPauseMs = 2000;

/** Takes the oldest task that waits in the activity's queue. Looks again at intervals until there is one or the time is up. */
export async function getActivityTask(
  surroundings: ClientSurroundings,
  activity: string,
  { workerName, waitMs = 60_000, signal }: GetActivityTaskOptions,
): Promise<ActivityTask | undefined> {
  checkName(activity, `'${String(activity)}' is not the name of an activity`);
  if (workerName !== undefined) checkName(workerName, `workerName is '${String(workerName)}'`);
  const { now, sleep, waitClock = now } = surroundings;
  const endsAt = waitClock() + waitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    signal?.throwIfAborted();
    const look = await takeOldest(surroundings, activity, workerName);
    if (look.task) return look.task;
    const leftMs = endsAt - waitClock();
    if (leftMs <= 0) return undefined;
    if (look.isPartial) pauseMs = firstPauseMs;
    await sleep(Math.min(pauseMs, leftMs), signal);
  }
}

interface Look {
  readonly task?: ActivityTask;
  /** There may be more tasks than were read. */
  readonly isPartial: boolean;
}

async function takeOldest(
  surroundings: ClientSurroundings,
  activity: string,
  workerName: string | undefined,
): Promise<Look> {
  const { table, now, newId } = surroundings;
  const { attempts, isPartial } = await table.index.readQueue({ activity, limit: mostRead });
  for (const attempt of attempts) {
    const execution = await table.executions.read(attempt.executionId);
    const open = execution && openAttempt(execution, attempt);
    if (!execution || !open) {
      await table.attempts.withdraw(attempt);
      continue;
    }
    // The index is behind: a read costs less than a write that is refused.
    const [beat] = await table.attempts.readBeats(attempt.executionId, [attempt]);
    if (!beat?.isQueued) continue;
    const input = await table.executions.readTaskInput(open);
    const outcome = await table.attempts.take({
      ...attempt,
      claimedBy: newId(),
      at: isoTime(now()),
      ...(workerName !== undefined && { workerName }),
    });
    if (outcome === 'taken') return { task: taskOf(execution, open, input), isPartial };
  }
  return { isPartial };
}

/** The task, where its result is awaited. An execution that has ended has tasks for a redrive, which queues them again. */
function openAttempt(execution: Execution, attempt: QueuedAttempt): OpenTask | undefined {
  if (hasEnded(execution.status)) return undefined;
  return openTasks(execution).find((task) => taskKey(task) === taskKey(attempt));
}

function taskOf({ executionId, machine }: Execution, open: OpenTask, input: Json): ActivityTask {
  const token = taskToken(executionId, open);
  return {
    token,
    input: withTaskToken(input, token),
    executionId,
    machine,
    task: open.task,
    attempt: open.attempt,
    idempotencyKey: `${executionId}#${taskId(open)}`,
  };
}

function checkName(name: string, problem: string): void {
  if (isActivityName(name)) return;
  throw new InvalidActivityNameError(
    `${problem}: give 1 to 80 characters, without spaces and without any of ${refusedInNames}.`,
  );
}
