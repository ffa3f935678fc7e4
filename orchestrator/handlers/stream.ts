import type {
  DynamoDBBatchItemFailure,
  DynamoDBBatchResponse,
  DynamoDBRecord,
  DynamoDBStreamEvent,
} from 'aws-lambda';
import { eachLimited } from '../concurrency/eachLimited.ts';
import { isNudge, type Nudge, type NudgeEvent } from '../contract/nudge.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import type { JournalRecord } from '../step/journalRecord.ts';
import type { Orchestrator } from '../step/orchestrator.ts';
import { decodeJournalItem, isNudged } from '../table/journalItems.ts';
import { expiryOf } from '../table/retention.ts';
import { attributesOf, imageAttributes } from './streamImage.ts';

/** Executions of one batch that are advanced at the same time. */
const concurrency = 64;

/** A batch of the stream that is done with. */
export interface DoneBatch {
  readonly records: number;
  /** When the oldest of them was written, in whole seconds of DynamoDB's clock, in milliseconds since the epoch. */
  readonly oldestAt: number;
}

/**
 * The handler of the orchestrator's function: the stream's batches, and nudges of those who write journal items. A nudge is
 * invoked asynchronously and rejects where the table did not take a read or a write: Lambda then has the recovery function
 * catch up the execution.
 */
export function doorbellHandler(
  orchestrator: Orchestrator,
  stream: ReturnType<typeof streamHandler>,
  report: Reporter,
  afterInvocation: () => void,
) {
  return async (event: DynamoDBStreamEvent | NudgeEvent): Promise<DynamoDBBatchResponse | undefined> => {
    if (!('nudge' in event)) return stream(event);
    const { nudge } = event;
    try {
      if (isNudge(nudge)) await orchestrator.nudge(nudge, nudgedEntry(nudge));
      else report({ type: 'dropped', executionId: '', error: 'A nudge names no execution.' });
    } finally {
      afterInvocation();
    }
    return undefined;
  };
}

/** Undefined where the nudge has not the item that it names, in a form that can be read: the table has it. */
function nudgedEntry({ executionId, item, record }: Nudge): JournalEntry | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const attributes = imageAttributes(record);
  const isItem = attributes?.executionId?.S === executionId && attributes.item?.S === item;
  return isItem ? decodeJournalItem(attributes) : undefined;
}

/**
 * The stream's handler. A batch failure is answered only for executions whose table operations failed: everything else
 * that can go wrong is a state of the execution, and one execution never holds up the shard for others.
 *
 * @param executionTime what the executions' clock showed at a time of DynamoDB's
 */
export function streamHandler(
  orchestrator: Orchestrator,
  report: Reporter,
  afterBatch: (batch: DoneBatch) => void,
  executionTime: (systemMs: number) => number = (systemMs) => systemMs,
) {
  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batchItemFailures: DynamoDBBatchItemFailure[] = [];
    await eachLimited(
      [...byExecution(event.Records, executionTime)],
      concurrency,
      async ([executionId, records]) => {
        try {
          await orchestrator.applyRecords(executionId, records);
        } catch (error) {
          report({ type: 'tableFailed', executionId, error: describeError(error) });
          for (const { sequenceNumber } of records)
            batchItemFailures.push({ itemIdentifier: sequenceNumber });
        }
      },
    );
    const oldestSeconds = Math.min(
      ...event.Records.map(({ dynamodb }) => dynamodb?.ApproximateCreationDateTime ?? Infinity),
    );
    afterBatch({ records: event.Records.length, oldestAt: executionTime(oldestSeconds * 1000) });
    return { batchItemFailures };
  };
}

interface SequencedRecord extends JournalRecord {
  readonly sequenceNumber: string;
}

function byExecution(
  records: readonly DynamoDBRecord[],
  executionTime: (systemMs: number) => number,
): Map<string, SequencedRecord[]> {
  const groups = new Map<string, SequencedRecord[]>();
  for (const record of records) {
    const stream = record.dynamodb;
    // The filter lets nothing else through; a record without an image is one that a wider filter would bring.
    if (record.eventName !== 'INSERT' || !stream?.NewImage) continue;
    const item = attributesOf(stream.NewImage);
    const entry = decodeJournalItem(item);
    const executionId = item.executionId?.S;
    if (!entry || executionId === undefined) continue;
    const group = groups.get(executionId) ?? [];
    const createdAt = executionTime((stream.ApproximateCreationDateTime ?? 0) * 1000);
    const expiresAt = expiryOf(item);
    group.push({
      entry,
      createdAt,
      sequenceNumber: stream.SequenceNumber ?? '',
      ...(expiresAt !== undefined && { expiresAt }),
      ...(isNudged(item) && { isNudged: true }),
    });
    groups.set(executionId, group);
  }
  return groups;
}
