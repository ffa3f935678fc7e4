import { randomUUID } from 'node:crypto';
import type { FailuresDescription } from '../infra/description.ts';
import { openStore } from '../orchestrator/store/openStore.ts';
import type { DiscardedBatch } from './eventSource/delivery.ts';
import type { LocalLambda } from './lambda/index.ts';

export interface FailureDestinationOptions {
  /** The function that did not take the batches. */
  readonly functionName: string;
  readonly failures: FailuresDescription;
  readonly streamArn: string;
  readonly lambda: Pick<LocalLambda, 'invoke'>;
  readonly log: (text: string) => void;
}

/** Puts batches that an event source gave up where the description says, and calls the recovery function as EventBridge does. */
export interface FailureDestination {
  take(batch: DiscardedBatch): void;
  /** Resolves when everything that was taken is there and told. */
  settled(): Promise<void>;
}

export function failureDestination(options: FailureDestinationOptions): FailureDestination {
  const { functionName, failures, streamArn, lambda, log } = options;
  const { bucketName = failures.url, recovery } = failures;
  const store = openStore(failures.url);
  const under = new Set<Promise<void>>();
  const put = async (batch: DiscardedBatch): Promise<void> => {
    const time = new Date();
    const key = keyOf(batch, time);
    await store.put(key, Buffer.from(invocationRecord(functionName, streamArn, batch, time)));
    const created = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: bucketName }, object: { key } },
    };
    await lambda.invoke(recovery.functionName, JSON.stringify(created), { type: 'Event' });
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
  functionName: string,
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
