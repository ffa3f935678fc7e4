import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { endlessStop } from './endless.ts';
import type { Instances } from './instances.ts';
import { InvariantError } from './invariantError.ts';
import type { World } from './process.ts';

interface Shard {
  records: DynamoDBRecord[];
  isDelivering: boolean;
}

const largestBatch = 10;

/**
 * The stream and its mapping: shards that are read at the same time, each in its order; a batch that fails is delivered
 * again from its first failure on. Items of one execution are in any shard.
 */
export class SimulatedStream {
  readonly #world: World;
  readonly #instances: Instances;
  #shards: Shard[] = [newShard(), newShard()];
  readonly #all: DynamoDBRecord[] = [];
  #sequence = 100;

  constructor(world: World, instances: Instances) {
    this.#world = world;
    this.#instances = instances;
  }

  append(item: Attributes): void {
    const { draws, schedule } = this.#world;
    if (draws.strikes('shardSplit')) this.#shards = [newShard(), ...this.#shards].slice(0, 3);
    const record: DynamoDBRecord = {
      eventName: 'INSERT',
      dynamodb: {
        NewImage: imageOf(item),
        SequenceNumber: String(this.#sequence++),
        // DynamoDB's streams have whole seconds.
        ApproximateCreationDateTime: Math.floor(schedule.now / 1000),
      },
    };
    this.#all.push(record);
    const [first = newShard(), ...rest] = this.#shards;
    const shard = draws.oneOf([first, ...rest], 'shard');
    if (isEndlessStop(item)) {
      // By the time that a late batch comes it could have thousands of timers.
      const own: Shard = { records: [record], isDelivering: true };
      schedule.later(5, () => schedule.begin(this.#deliver(own)));
    } else this.#deliverOf(shard, record);
    if (draws.strikes('recreatedMapping')) this.deliverAgain();
  }

  /** As a mapping that begins at the horizon does. */
  deliverAgain(): void {
    const horizon = this.#world.schedule.now / 1000 - 86_400;
    const records = this.#all.filter(
      ({ dynamodb }) => (dynamodb?.ApproximateCreationDateTime ?? 0) >= horizon,
    );
    this.#world.trace(() => `stream: ${records.length} records again, from the horizon`);
    const shard = newShard();
    shard.records.push(...records);
    this.#begin(shard);
  }

  #deliverOf(shard: Shard, record: DynamoDBRecord): void {
    shard.records.push(record);
    this.#begin(shard);
  }

  #begin(shard: Shard): void {
    if (shard.isDelivering || shard.records.length === 0) return;
    shard.isDelivering = true;
    const { schedule, draws } = this.#world;
    const lateMs = draws.strikes('lateBatch') ? draws.below(90_000, 'late') : 0;
    schedule.later(5 + draws.below(60, 'delivery') + lateMs, () => schedule.begin(this.#deliver(shard)));
  }

  async #deliver(shard: Shard): Promise<void> {
    const { schedule, draws } = this.#world;
    const batch = shard.records.slice(0, 1 + draws.below(largestBatch, 'batch'));
    if (draws.strikes('duplicateBatch')) {
      schedule.later(draws.below(40_000, 'late'), () => schedule.begin(this.#send(batch)));
    }
    const taken = await this.#send(batch);
    shard.records.splice(0, taken);
    shard.isDelivering = false;
    if (taken < batch.length) await schedule.wait(100);
    this.#begin(shard);
  }

  /** Answers how many records need not be delivered again. */
  async #send(batch: readonly DynamoDBRecord[]): Promise<number> {
    const event: DynamoDBStreamEvent = { Records: [...batch] };
    try {
      const { batchItemFailures, failed } = await this.#instances.stream(event);
      const again = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const isAgain = ({ dynamodb }: DynamoDBRecord) => again.has(dynamodb?.SequenceNumber ?? '');
      for (const { dynamodb } of batch.filter(isAgain)) {
        const executionId = dynamodb?.NewImage?.executionId?.S ?? '';
        // The items of a part are in the partition of the execution whose list it is.
        if ([...failed].some((id) => rootOf(id) === rootOf(executionId))) continue;
        throw new InvariantError(8, executionId, 'it is delivered again for what failed of another.');
      }
      const first = batch.findIndex(isAgain);
      return first < 0 ? batch.length : first;
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      // Whatever the handler throws, the mapping delivers the batch again.
      return 0;
    }
  }
}

function isEndlessStop({ item }: Attributes): boolean {
  return item?.S?.startsWith(`event#${endlessStop}`) === true;
}

function newShard(): Shard {
  return { records: [], isDelivering: false };
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** An item as Lambda's event has it: bytes are base64 text. */
function imageOf(item: Attributes): Image {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: Attributes[string]): Image[string] {
  if (value.M !== undefined) return { M: imageOf(value.M) };
  if (value.L !== undefined) return { L: value.L.map(attributeOf) };
  if (value.B !== undefined) return { B: Buffer.from(value.B).toString('base64') };
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  return { NULL: true };
}

/** An execution reads items of its descendants. */
function rootOf(executionId: string): string {
  return executionId.split('.')[0] ?? executionId;
}
