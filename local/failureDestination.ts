import { randomUUID } from 'node:crypto';
import type { EventSourceDescription } from '../infra/description.ts';
import { openStore } from '../orchestrator/store/openStore.ts';
import type { DiscardedBatch } from './eventSource/delivery.ts';
import type { LocalLambda } from './lambda/index.ts';

export interface FailureDestinationOptions {
  readonly eventSource: EventSourceDescription;
  readonly streamArn: string;
  readonly lambda: Pick<LocalLambda, 'invoke'>;
  readonly log: (text: string) => void;
}

/** What an event source gave up, put where its description says, and told to the recovery function as S3 tells it. */
export interface FailureDestination {
  take(batch: DiscardedBatch): void;
  /** Resolves when everything that was taken is there and told. */
  settled(): Promise<void>;
}

/** Nothing where the event source has no on-failure destination: what it gives up is dropped. */
export function failureDestination(options: FailureDestinationOptions): FailureDestination | undefined {
  const { eventSource, streamArn, lambda, log } = options;
  const { onFailure } = eventSource;
  if (!onFailure) return undefined;
  const store = openStore(onFailure.url);
  const under = new Set<Promise<void>>();
  const put = async (batch: DiscardedBatch): Promise<void> => {
    const time = new Date();
    const key = keyOf(batch, time);
    await store.put(key, Buffer.from(invocationRecord(eventSource, streamArn, batch, time)));
    const notification = {
      Records: [{ eventSource: 'aws:s3', s3: { object: { key: encodeURIComponent(key) } } }],
    };
    await lambda.invoke(onFailure.recovery.functionName, JSON.stringify(notification), { type: 'Event' });
  };
  return {
    take: (batch) => {
      const putting: Promise<void> = put(batch)
        .catch((error: unknown) =>
          log(`${batch.records.length} records that were given up are lost: ${String(error)}`),
        )
        .finally(() => under.delete(putting));
      under.add(putting);
    },
    settled: async () => {
      while (under.size > 0) await Promise.all(under);
    },
  };
}

/** As Lambda names objects. */
function keyOf({ shardId }: DiscardedBatch, time: Date): string {
  const iso = time.toISOString();
  const day = iso.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/local/${shardId}/${day}/${iso.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html */
function invocationRecord(
  { functionName }: EventSourceDescription,
  streamArn: string,
  batch: DiscardedBatch,
  time: Date,
): string {
  const { records } = batch;
  return JSON.stringify({
    requestContext: {
      requestId: randomUUID(),
      functionArn: functionName,
      condition: batch.condition,
      approximateInvokeCount: batch.invocations,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: batch.functionError ?? null,
    },
    version: '1.0',
    timestamp: time.toISOString(),
    DDBStreamBatchInfo: {
      shardId: batch.shardId,
      startSequenceNumber: records[0]?.sequenceNumber,
      endSequenceNumber: records.at(-1)?.sequenceNumber,
      batchSize: records.length,
      streamArn,
    },
    payload: `{"Records":[${records.map(({ json }) => json).join(',')}]}`,
  });
}
