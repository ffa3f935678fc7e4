import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { describeDeployment } from '../../infra/describe.ts';
import { eventFilter } from '../../local/eventSource/eventFilter.ts';
import type { StreamRecord } from '../../local/eventSource/streamRecord.ts';
import type { Bus, BusEvent, PublishFailure } from '../../orchestrator/bus/bus.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import type { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';

const described = describeDeployment({ orchestrator: '', workerHost: '', publisher: 'code', workers: [] });
const passesFilter = eventFilter(described.bus?.eventSource.filters ?? []);

type Handler = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/** The records of a memory table's commits, and the publisher's event source mapping with the described filter. */
export class CommitStream {
  /** The commits that the filter keeps from the publisher too. */
  commits = 0;
  /** The publisher's part. */
  readonly records: DynamoDBRecord[] = [];

  constructor(table: MemoryTable) {
    table.onCommit = (item) => {
      const record = recordOf(item, ++this.commits);
      if (passesFilter(record)) this.records.push(JSON.parse(JSON.stringify(record)));
    };
  }

  /**
   * Delivers all records in batches, each until the handler takes it: from the lowest failed one on they come again.
   *
   * @param isRepeated whether a batch that was taken is delivered once more
   */
  async deliverTo(
    handler: Handler,
    batchSize: number,
    isRepeated: () => boolean = () => false,
  ): Promise<void> {
    for (let from = 0; from < this.records.length; from += batchSize) {
      let batch = this.records.slice(from, from + batchSize);
      const whole = batch;
      for (let attempts = 0; batch.length > 0; attempts++) {
        if (attempts > 1000) throw new Error('The publisher does not take the batch.');
        const failed = await failedOf(handler, batch);
        batch = batch.slice(batch.findIndex((record) => failed.has(record.dynamodb?.SequenceNumber ?? '')));
        if (failed.size === 0) break;
      }
      if (isRepeated()) await failedOf(handler, whole);
    }
  }
}

async function failedOf(handler: Handler, records: DynamoDBRecord[]): Promise<Set<string>> {
  const { batchItemFailures } = await handler({ Records: records });
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

/** A record as the stream has it: JSON, with Binary values as base64. */
function recordOf(item: Attributes, number: number): StreamRecord {
  const image = JSON.parse(
    JSON.stringify(item, (_, value: unknown) =>
      isBufferJson(value) ? Buffer.from(value.data).toString('base64') : value,
    ),
  );
  return {
    eventID: String(number),
    eventName: item.version?.N === '1' ? 'INSERT' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      Keys: { executionId: image.executionId, item: image.item },
      NewImage: image,
      SequenceNumber: String(number),
      SizeBytes: 1,
      StreamViewType: 'NEW_IMAGE',
      ApproximateCreationDateTime: 1_700_000_000,
    },
  };
}

function isBufferJson(value: unknown): value is { data: number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value &&
    Array.isArray(value.data)
  );
}

/** A bus that remembers what it took, and refuses what a test says. */
export class RecordingBus implements Bus {
  readonly taken: BusEvent[] = [];
  /** Ids of each call. */
  readonly calls: string[][] = [];
  refuses: (event: BusEvent) => boolean = () => false;

  async publish(events: readonly BusEvent[]): Promise<{ failures: PublishFailure[] }> {
    this.calls.push(events.map(({ detail }) => detail.id));
    const failures: PublishFailure[] = [];
    for (const event of events) {
      if (this.refuses(event)) failures.push({ id: event.detail.id, reason: 'not now' });
      else this.taken.push(event);
    }
    return { failures };
  }

  /** The view of a consumer that remembers ids: statuses, and emitted events of an execution. */
  of(executionId: string): unknown[] {
    return this.#firstOf(executionId).map(contentOf);
  }

  /** The same in the order of the ids. */
  inOrder(executionId: string): unknown[] {
    return this.#firstOf(executionId)
      .sort((a, b) => versionOf(a) - versionOf(b) || indexOf(a) - indexOf(b))
      .map(contentOf);
  }

  /** The commit of each event, in the order in which they came. */
  versionsOf(executionId: string): number[] {
    return this.#firstOf(executionId).map(versionOf);
  }

  #firstOf(executionId: string): BusEvent[] {
    const ofExecution = this.taken.filter(({ detail }) => detail.executionId === executionId);
    const ids = ofExecution.map(({ detail }) => detail.id);
    return ofExecution.filter(({ detail }, i) => ids.indexOf(detail.id) === i);
  }
}

function contentOf({ detail }: BusEvent): unknown {
  return 'event' in detail ? detail.event : detail.status;
}

function versionOf({ detail }: BusEvent): number {
  return Number(detail.id.split('/')[1]);
}

function indexOf({ detail }: BusEvent): number {
  return Number(detail.id.split('/')[2]);
}
