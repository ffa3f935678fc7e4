import type { TaskPayload } from '../orchestrator/contract/task.ts';
import type { Json } from '../orchestrator/core/data/json.ts';
import { cancelledErrorName } from '../orchestrator/core/policy/errorNames.ts';
import { describeError, type Reporter } from '../orchestrator/observability/report.ts';
import { StoredJson } from '../orchestrator/store/storedJson.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import type { ResultItem } from '../orchestrator/table/resultItem.ts';
import type { JournalWriter } from '../orchestrator/table/table.ts';
import { inputOf } from './runTask.ts';

/** How a worker cancels what its work has started outside. Only workers of Millrace's own have to. */
export interface Cancellation {
  /**
   * Cancels what a task has started, or was to look at.
   *
   * @param close ends the attempt, so that a result that comes later is not taken, and answers the output that came before
   */
  cancel(input: unknown, close: () => Promise<Json | undefined>, task: CancelledTask): Promise<void>;
  /** Cancels what a run has started whose output came too late: the attempt had failed by then. */
  cancelLate(input: unknown, output: Json, task: CancelledTask): Promise<void>;
}

/** Whose work is cancelled, and why. */
export interface CancelledTask {
  readonly executionId: string;
  readonly machine: string;
  /** How the execution ended. Absent where it went on without the task. */
  readonly cause?: string;
}

/** Gives a worker's work its cancellation. */
export function withCancellation<Work extends object>(work: Work, cancellation: Cancellation): Work {
  return Object.assign(work, { [cancellationKey]: cancellation });
}

const cancellationKey: unique symbol = Symbol('millrace.cancellation');

function cancellationOf(work: object): Cancellation | undefined {
  return hasCancellation(work) ? work[cancellationKey] : undefined;
}

function hasCancellation(work: object): work is { readonly [cancellationKey]: Cancellation } {
  return cancellationKey in work;
}

export interface CancelSurroundings {
  readonly table: { readonly journal: Pick<JournalWriter, 'insertResultOrGet'> };
  /** Where inputs and outputs are that are too large for an item. @default nowhere */
  readonly data?: StoredJson;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly report: Reporter;
}

/** Does what a payload with `cancelled` asks for. Never rejects: the execution has gone on, so an error is reported and no more. */
export async function cancelTask(
  payload: TaskPayload<unknown>,
  work: object,
  surroundings: CancelSurroundings,
): Promise<void> {
  const cancellation = cancellationOf(work);
  if (!cancellation) return;
  const { data = new StoredJson(undefined) } = surroundings;
  await reporting(payload, surroundings, async () =>
    cancellation.cancel(
      await inputOf(payload, data),
      () => closed(payload, data, surroundings),
      cancelledTask(payload),
    ),
  );
}

/**
 * Writes the result of an attempt. Where another result was taken, cancels what the attempt has started outside.
 *
 * @param work of the attempt. Absent where it has nothing that can be cancelled
 * @param write returns the result if it is the attempt's now. `settleAttempt` rejects with its error, and with no other
 * @returns what `write` returns
 */
export async function settleAttempt(
  payload: TaskPayload<unknown>,
  result: ResultItem,
  work: object | undefined,
  write: (result: ResultItem) => Promise<ResultItem | undefined>,
  surroundings: CancelSurroundings,
): Promise<ResultItem | undefined> {
  const written = await write(result);
  if (!written && work) await cancelUntaken(payload, result, work, surroundings);
  return written;
}

/** Cancels only where the result that was taken is a failure: it may be that of a cancellation. Never rejects. */
async function cancelUntaken(
  payload: TaskPayload<unknown>,
  untaken: ResultItem,
  work: object,
  surroundings: CancelSurroundings,
): Promise<void> {
  const cancellation = cancellationOf(work);
  const { result } = untaken;
  if (!cancellation || result.status !== 'SUCCEEDED') return;
  const { table, data = new StoredJson(undefined) } = surroundings;
  await reporting(payload, surroundings, async () => {
    const taken = await table.journal.insertResultOrGet(untaken, payload.expiresAt);
    if (taken?.result.status !== 'FAILED') return;
    const input = await inputOf(payload, data);
    await cancellation.cancelLate(input, result.output ?? null, cancelledTask(payload));
  });
}

function cancelledTask({ executionId, machine, cancelCause }: TaskPayload<unknown>): CancelledTask {
  return { executionId, machine, ...(cancelCause !== undefined && { cause: cancelCause }) };
}

async function reporting(
  { executionId, machine, machineVersion, worker }: TaskPayload<unknown>,
  { report }: CancelSurroundings,
  cancel: () => Promise<void>,
): Promise<void> {
  try {
    await cancel();
  } catch (error) {
    const about = { executionId, machine, machineVersion, worker };
    report({ type: 'cancelFailed', ...about, error: describeError(error) });
  }
}

async function closed(
  { executionId, task, index, attempt, worker, expiresAt }: TaskPayload<unknown>,
  data: StoredJson,
  { table, now }: CancelSurroundings,
): Promise<Json | undefined> {
  const at = isoTime(now());
  const message = 'The work was cancelled: nothing waits for it any more.';
  const there = await table.journal.insertResultOrGet(
    {
      executionId,
      task,
      ...(index !== undefined && { index }),
      attempt,
      worker,
      startedAt: at,
      endedAt: at,
      result: { status: 'FAILED', error: { name: cancelledErrorName, message, retryable: false } },
    },
    expiresAt,
  );
  if (there?.result.status !== 'SUCCEEDED') return undefined;
  return there.dataAt === undefined ? there.result.output : data.read(there.dataAt);
}
