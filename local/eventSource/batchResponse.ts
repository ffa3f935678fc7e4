import type { PendingRecord } from './streamRecord.ts';

/** The outcome of a batch that the function answered without an error. */
export type BatchOutcome =
  | { readonly kind: 'succeeded' }
  /** The response names records that are not in the batch, or is not readable: all of it failed. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'partial'; readonly taken: PendingRecord[]; readonly failed: PendingRecord[] };

const succeeded: BatchOutcome = { kind: 'succeeded' };
const allFailed: BatchOutcome = { kind: 'failed' };

/**
 * Reads a `ReportBatchItemFailures` response as Lambda does: everything from the lowest failed sequence number on comes
 * again; nothing, null or an empty list is success; an identifier that is empty, null or of no record of the batch
 * fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function readBatchResponse(payload: string, batch: readonly PendingRecord[]): BatchOutcome {
  if (payload === '') return succeeded;
  let response: unknown;
  try {
    response = JSON.parse(payload);
  } catch {
    return allFailed;
  }
  const failures = batchItemFailures(response);
  if (failures === undefined) return allFailed;
  if (failures.length === 0) return succeeded;

  const known = new Set(batch.map(({ sequenceNumber }) => sequenceNumber));
  let lowest: bigint | undefined;
  for (const failure of failures) {
    const identifier = itemIdentifier(failure);
    if (identifier === undefined || !known.has(identifier)) return allFailed;
    const sequenceNumber = BigInt(identifier);
    if (lowest === undefined || sequenceNumber < lowest) lowest = sequenceNumber;
  }
  const from = lowest ?? 0n;
  const isTaken = ({ sequenceNumber }: PendingRecord): boolean => BigInt(sequenceNumber) < from;
  return {
    kind: 'partial',
    taken: batch.filter(isTaken),
    failed: batch.filter((record) => !isTaken(record)),
  };
}

/** Empty for a response that reports no failure, undefined for one that is none. */
function batchItemFailures(response: unknown): readonly unknown[] | undefined {
  if (response === null || response === undefined) return [];
  if (typeof response !== 'object') return undefined;
  if (!('batchItemFailures' in response) || response.batchItemFailures === null) return [];
  return Array.isArray(response.batchItemFailures) ? response.batchItemFailures : undefined;
}

function itemIdentifier(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null || !('itemIdentifier' in failure)) return undefined;
  return typeof failure.itemIdentifier === 'string' ? failure.itemIdentifier : undefined;
}
