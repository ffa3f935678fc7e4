import type { EventSourceDescription } from '../../../infra/description.ts';
import type { InvocationResult } from '../../../local/eventSource/delivery.ts';
import type { StreamRecord } from '../../../local/eventSource/streamRecord.ts';

export type ReceivedRecord = StreamRecord & { readonly eventSourceARN: string };

export const success: InvocationResult = { payload: '{"batchItemFailures":[]}' };
export const functionError: InvocationResult = {
  functionError: 'Unhandled',
  payload: '{"errorMessage":"broken"}',
};

export function failedFrom(...sequenceNumbers: unknown[]): InvocationResult {
  return {
    payload: JSON.stringify({
      batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })),
    }),
  };
}

/** A function that keeps what it is given, and answers as a test says. */
export class ReceivingFunction {
  readonly batches: (readonly ReceivedRecord[])[] = [];
  answer: (batch: readonly ReceivedRecord[]) => InvocationResult | Promise<InvocationResult> = () => success;

  readonly invoke = async (payload: string): Promise<InvocationResult> => {
    const event: { readonly Records: readonly ReceivedRecord[] } = JSON.parse(payload);
    this.batches.push(event.Records);
    return this.answer(event.Records);
  };

  records(): readonly ReceivedRecord[] {
    return this.batches.flat();
  }

  /** The sequence numbers of each batch. */
  deliveries(): readonly (readonly string[])[] {
    return this.batches.map((batch) => batch.map(({ dynamodb }) => dynamodb.SequenceNumber));
  }
}

export const describedEventSource: EventSourceDescription = {
  functionName: 'orchestrator',
  startingPosition: 'TRIM_HORIZON',
  batchSize: 100,
  maximumBatchingWindowSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 2,
  bisectBatchOnFunctionError: false,
  functionResponseTypes: ['ReportBatchItemFailures'],
  filters: [],
};
