import type { EventSourceDescription } from '../../infra/description.ts';
import type { Clock } from '../clock.ts';
import { type BatchOutcome, readBatchResponse } from './batchResponse.ts';
import type { EventSourceMetrics } from './metrics.ts';
import { pause } from './pause.ts';
import type { PendingRecord } from './streamRecord.ts';

/** The answer of a synchronous invocation, as of `Invoke`. */
export interface InvocationResult {
  /** `Handled` or `Unhandled` if the function ended with an error, which then is the payload. */
  readonly functionError?: string | undefined;
  readonly payload: string;
}

/**
 * Invokes the function synchronously. Rejects if the invocation did not reach it, with a `TooManyRequestsException` if
 * that was for want of concurrency.
 */
export type InvokeFunction = (payload: string) => Promise<InvocationResult>;

/** Records that the function did not take in any attempt, as an on-failure destination would receive them. */
export interface DiscardedBatch {
  readonly condition: 'RetryAttemptsExhausted';
  readonly shardId: string;
  readonly invocations: number;
  readonly functionError: string | undefined;
  /** The function's last answer. */
  readonly responsePayload: string;
  readonly records: readonly { readonly sequenceNumber: string; readonly json: string }[];
}

export interface RetryWait {
  readonly initialMs: number;
  readonly maximumMs: number;
}

export interface DeliveryOptions {
  readonly shardId: string;
  readonly eventSource: EventSourceDescription;
  readonly invoke: InvokeFunction;
  readonly onDiscarded: (batch: DiscardedBatch) => void;
  readonly retryWait: RetryWait;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called with records that the function took, before they are settled. */
  readonly onTaken?: ((records: readonly PendingRecord[]) => void) | undefined;
  readonly metrics: EventSourceMetrics;
  readonly log: (line: string) => void;
}

const payloadStart = '{"Records":[';
const payloadEnd = ']}';
export const payloadFrameBytes = payloadStart.length + payloadEnd.length;

/**
 * Delivers a batch until each record was taken or discarded, or the event source is stopped: then what is left comes
 * again at the next start.
 *
 * A retry is used by each failed invocation that is not answered by splitting the batch, whether in halves or at the
 * sequence number that the function reported.
 */
export async function deliver(
  batch: PendingRecord[],
  options: DeliveryOptions,
  retriesBefore = 0,
): Promise<void> {
  const { eventSource, metrics, signal } = options;
  let remaining = batch;
  let retries = retriesBefore;
  let invocations = 0;
  while (!signal.aborted) {
    const result = await invokeUntilReached(remaining, options);
    if (result === undefined) return;
    invocations += 1;
    const outcome = outcomeOf(result, remaining, options);
    if (outcome.kind === 'succeeded') return take(remaining, options);
    let split = false;
    if (outcome.kind === 'partial') {
      take(outcome.taken, options);
      remaining = outcome.failed;
      split = eventSource.bisectBatchOnFunctionError && outcome.taken.length > 0;
    } else if (eventSource.bisectBatchOnFunctionError && remaining.length > 1) {
      const middle = Math.ceil(remaining.length / 2);
      await deliver(remaining.slice(0, middle), options, retries);
      remaining = remaining.slice(middle);
      split = true;
    }
    if (split) {
      metrics.bisections += 1;
      continue;
    }
    const { maximumRetryAttempts } = eventSource;
    const isEndless = maximumRetryAttempts === -1;
    if (!isEndless && retries >= maximumRetryAttempts) {
      return discard(remaining, invocations, result, options);
    }
    retries += 1;
    metrics.retries += 1;
    await pause(options.clock, waitMs(options.retryWait, retries), signal);
  }
}

function outcomeOf(
  result: InvocationResult,
  batch: readonly PendingRecord[],
  { eventSource, metrics }: DeliveryOptions,
): BatchOutcome {
  if (result.functionError !== undefined) {
    metrics.functionErrors += 1;
    return { kind: 'failed' };
  }
  if (!eventSource.functionResponseTypes.includes('ReportBatchItemFailures')) return { kind: 'succeeded' };
  const outcome = readBatchResponse(result.payload, batch);
  if (outcome.kind !== 'succeeded') metrics.partialFailures += 1;
  return outcome;
}

/** Undefined when the event source was stopped before the function was reached. */
async function invokeUntilReached(
  batch: readonly PendingRecord[],
  { invoke, metrics, signal, clock, retryWait, log }: DeliveryOptions,
): Promise<InvocationResult | undefined> {
  const payload = payloadStart + batch.map(({ json }) => json).join(',') + payloadEnd;
  for (let refusals = 1; !signal.aborted; refusals += 1) {
    try {
      const result = await invoke(payload);
      metrics.invocations += 1;
      return result;
    } catch (error) {
      if (isThrottle(error)) {
        metrics.throttles += 1;
      } else {
        metrics.invokeErrors += 1;
        log(`Event source: the function could not be invoked, trying again: ${String(error)}`);
      }
      await pause(clock, waitMs(retryWait, refusals), signal);
    }
  }
  return undefined;
}

function take(records: readonly PendingRecord[], { onTaken, metrics }: DeliveryOptions): void {
  metrics.recordsDelivered += records.length;
  onTaken?.(records);
  for (const record of records) record.settled();
}

function discard(
  records: readonly PendingRecord[],
  invocations: number,
  result: InvocationResult,
  { onDiscarded, shardId, metrics }: DeliveryOptions,
): void {
  metrics.recordsDiscarded += records.length;
  for (const record of records) record.settled();
  onDiscarded({
    condition: 'RetryAttemptsExhausted',
    shardId,
    invocations,
    functionError: result.functionError,
    responsePayload: result.payload,
    records: records.map(({ sequenceNumber, json }) => ({ sequenceNumber, json })),
  });
}

function waitMs({ initialMs, maximumMs }: RetryWait, attempts: number): number {
  return Math.min(maximumMs, initialMs * 2 ** (attempts - 1));
}

function isThrottle(error: unknown): boolean {
  return error instanceof Error && error.name === 'TooManyRequestsException';
}
