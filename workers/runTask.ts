import { randomUUID } from 'node:crypto';
import type { TaskPayload } from '../orchestrator/contract/task.ts';
import { describeThrown } from '../orchestrator/core/data/describeThrown.ts';
import { received } from '../orchestrator/core/data/serializable.ts';
import type { TaskResult } from '../orchestrator/core/execution/model/taskResult.ts';
import { dataLimitErrorName, timeoutErrorName } from '../orchestrator/core/policy/errorNames.ts';
import { checkOptions } from '../orchestrator/core/policy/options.ts';
import { withTaskToken } from '../orchestrator/core/policy/taskTokenPlaceholder.ts';
import { taskSpan } from '../orchestrator/observability/spans.ts';
import { noTracing, type Tracing } from '../orchestrator/observability/tracing.ts';
import { isStoredDataError, StoredJson } from '../orchestrator/store/storedJson.ts';
import { ItemTooLargeError, StoredDataTooLargeError } from '../orchestrator/table/errors.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import type { ResultItem } from '../orchestrator/table/resultItem.ts';
import type { WorkerTable } from '../orchestrator/table/table.ts';
import { unfinished } from './unfinished.ts';

/** A worker's view of its task. */
export interface Task {
  readonly executionId: string;
  /** Number of the task within the execution. */
  readonly task: number;
  /** Where the task is an item of a list that `each` works on: its place in the list, from 0. */
  readonly index?: number;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly machine: string;
  readonly machineVersion: string;
  /** The same for every attempt of this task: what a payment service, say, takes to do a thing once. */
  readonly idempotencyKey: string;
  /** A result after it is ignored. Absent where the result may come at any time. */
  readonly deadline?: Date;
  /** Aborts a second before the deadline. */
  readonly signal: AbortSignal;
  /** The trace that the task belongs to, to be handed on in calls to others: W3C Trace Context. Absent without one. */
  readonly traceparent?: string;
  /** For a task with `waitForResult`: the token with which the result is given. */
  readonly token?: string;
  /**
   * Says that the attempt lives, to be called more often than the task's `heartbeat` is long, and how far it is, for
   * `describe` to show: `progress` is any JSON, and stays until there is another. One write each.
   *
   * @throws NotSerializableError, ItemTooLargeError, and what the AWS SDK throws where the table does not take it
   */
  heartbeat(beat?: { readonly progress?: unknown }): Promise<void>;
}

export interface TaskSurroundings {
  readonly table: WorkerTable;
  /** Where inputs are that are too large for a payload. @default nowhere: such a task fails */
  readonly data?: StoredJson;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Converts a delay by `now` to one of the system's timers. @default unchanged */
  readonly systemDelayMs?: (ms: number) => number;
  /** Names this run in its claim of a `once` task. @default a random UUID */
  readonly newId?: () => string;
  /** @default the trace context is handed on, and nothing is recorded */
  readonly tracing?: Tracing;
}

/** Between the abort signal and the deadline. */
const marginMs = 1000;

/**
 * Runs one attempt and writes its result. Whatever the work does — return, throw, return something other than JSON — becomes an
 * item; it rejects only when the table does not take the item. With a token, only a thrown error is written: the
 * result comes from elsewhere. An attempt whose time is over is not begun: Lambda may hold a throttled event for hours, and the
 * machine has gone on. Nor is a `once` attempt that another run has claimed.
 *
 * @returns what the work came to, where it is the attempt's result now: another run, or the deadline, may have come first
 */
export async function runTask<Input>(
  payload: TaskPayload<Input>,
  work: (input: Input, task: Task) => unknown,
  surroundings: TaskSurroundings,
): Promise<ResultItem | undefined> {
  const result = await attemptTask(payload, work, surroundings);
  return result && writeResult(result, payload.expiresAt, surroundings.table);
}

/**
 * Runs one attempt and writes no result: see {@link runTask}.
 *
 * @returns what the work came to, where the attempt was begun and its result is to be written
 */
export async function attemptTask<Input>(
  payload: TaskPayload<Input>,
  work: (input: Input, task: Task) => unknown,
  surroundings: TaskSurroundings,
): Promise<ResultItem | undefined> {
  const { data = new StoredJson(undefined), now, systemDelayMs = (ms) => ms } = surroundings;
  const startedAt = now();
  const { executionId, task, attempt, worker, token } = payload;
  const index = payload.index === undefined ? {} : { index: payload.index };
  const deadlineMs = payload.deadline === undefined ? undefined : Date.parse(payload.deadline);
  if (isOver(payload, startedAt)) return undefined;
  if (payload.once && !(await claim(payload, surroundings))) return undefined;
  if (token !== undefined) await beat(payload, undefined, surroundings);
  const controller = new AbortController();
  const timer =
    deadlineMs !== undefined &&
    setTimeout(
      () => controller.abort(deadlineIsNear()),
      Math.min(systemDelayMs(Math.max(0, deadlineMs - marginMs - startedAt)), 2 ** 31 - 1),
    );
  const { tracing = noTracing } = surroundings;
  const result = await resultOf(() =>
    tracing.span(taskSpan('consumer', payload, payload.traceparent), async ({ traceparent }) =>
      work(await taskInputOf(payload, data), {
        executionId,
        task,
        ...index,
        attempt,
        machine: payload.machine,
        machineVersion: payload.machineVersion,
        idempotencyKey: payload.idempotencyKey,
        ...(deadlineMs !== undefined && { deadline: new Date(deadlineMs) }),
        signal: controller.signal,
        ...(token !== undefined && { token }),
        ...(traceparent !== undefined && { traceparent }),
        heartbeat: async (given = {}) => {
          checkOptions('heartbeat()', given, { progress: true });
          await beat(payload, given.progress, surroundings);
        },
      }),
    ),
  ).finally(() => clearTimeout(timer || undefined));
  if (result === undefined || (token !== undefined && result.status === 'SUCCEEDED')) return undefined;
  return {
    executionId,
    task,
    ...index,
    attempt,
    worker,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(now()),
    ...(payload.nudge !== undefined && { isNudged: true }),
    result,
  };
}

/**
 * Writes what an attempt came to. Where its output can be stored nowhere, the attempt has failed.
 *
 * @param expiry in seconds since the epoch
 * @returns the result, where it is the attempt's now: another run may have come first
 */
export async function writeResult(
  item: ResultItem,
  expiry: number | undefined,
  { journal }: Pick<WorkerTable, 'journal'>,
): Promise<ResultItem | undefined> {
  try {
    const outcome = await journal.insertResult(item, expiry);
    return outcome === 'inserted' ? item : undefined;
  } catch (error) {
    const name = errorNameOf(error);
    if (!(error instanceof Error) || name === undefined) throw error;
    const failure = { name, message: `Worker '${item.worker ?? ''}': ${error.message}` };
    await journal.insertResult({ ...item, result: { status: 'FAILED', error: failure } }, expiry);
    return undefined;
  }
}

/** @returns the input, in which the token has the place of its placeholder */
async function taskInputOf<Input>(payload: TaskPayload<Input>, data: StoredJson): Promise<Input> {
  const input = await inputOf(payload, data);
  return payload.token === undefined ? input : withTaskToken(input, payload.token);
}

/** Whether nothing waits for the attempt any more, whatever its worker does. */
function isOver({ deadline, startBy, cancelled }: TaskPayload<unknown>, now: number): boolean {
  if (cancelled) return true;
  return [deadline, startBy].some((time) => time !== undefined && now >= Date.parse(time));
}

/** Whether this run, and no other, may do the attempt's work. */
async function claim(
  payload: TaskPayload<unknown>,
  { table, now, newId = randomUUID }: TaskSurroundings,
): Promise<boolean> {
  const { executionId, task, index, attempt, expiresAt } = payload;
  const outcome = await table.attempts.insertClaim(
    {
      executionId,
      task,
      ...(index !== undefined && { index }),
      attempt,
      claimedBy: newId(),
      at: isoTime(now()),
    },
    expiresAt,
  );
  return outcome === 'claimed';
}

/** @throws NotSerializableError, ItemTooLargeError */
async function beat(
  { executionId, task, index, attempt, expiresAt }: TaskPayload<unknown>,
  progress: unknown,
  { table, now }: TaskSurroundings,
): Promise<void> {
  const shown = received(progress, 'progress');
  const life = {
    executionId,
    task,
    ...(index !== undefined && { index }),
    attempt,
    at: isoTime(now()),
  };
  await table.attempts.writeBeat({ ...life, ...(shown !== undefined && { progress: shown }) }, expiresAt);
}

/** Name of the machine's error where the output could be stored nowhere; nothing where the table itself failed. */
function errorNameOf(error: unknown): string | undefined {
  const isTooLarge = error instanceof ItemTooLargeError || error instanceof StoredDataTooLargeError;
  if (isTooLarge) return dataLimitErrorName;
  return isStoredDataError(error) ? error.name : undefined;
}

/** The input's type is what the worker says it is: what comes is JSON. */
export async function inputOf<Input>(payload: TaskPayload<Input>, data: StoredJson): Promise<Input> {
  const { input, inputAt } = payload;
  return inputAt === undefined ? input : ((await data.read(inputAt)) as Input);
}

async function resultOf(work: () => unknown): Promise<TaskResult | undefined> {
  try {
    const given = await work();
    if (given === unfinished) return undefined;
    const output = received(given, 'output');
    // A copy: a getter may answer otherwise when it is asked again.
    return {
      status: 'SUCCEEDED',
      ...(output !== undefined && { output: JSON.parse(JSON.stringify(output)) }),
    };
  } catch (error) {
    return { status: 'FAILED', error: describeThrown(error) };
  }
}

/** The error of a promise that is slower than its timeout. Guards and retry policies know it by its name. */
function deadlineIsNear(): Error {
  return Object.assign(new Error('The deadline of the task is near.'), { name: timeoutErrorName });
}
