import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type ConsumedCapacity,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type Attributes, attributesSize } from '../attributes.ts';
import { encodeCursor } from '../indexQueries.ts';
import type { Page } from '../requests.ts';
import { countedItems, isExpired, type Owner } from '../retention.ts';
import type { Condition } from './conditions.ts';
import { indexError } from './missingIndex.ts';
import { UnprocessedBackoff } from './unprocessedBackoff.ts';

export interface DynamoDBCallsOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told the units that each call took, as DynamoDB counts them. @default not asked for */
  readonly onConsumedCapacity?: (consumed: Units) => void;
  /** Waits before keys that DynamoDB left unprocessed are asked for again. @default the system's timers */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface Units {
  readonly writeUnits: number;
  readonly readUnits: number;
}

export type PutOutcome =
  | { readonly type: 'written' }
  | { readonly type: 'refused'; readonly existing: Attributes | undefined; readonly attempts: number };

export type UpdateOutcome =
  | { readonly type: 'written' }
  | { readonly type: 'refused'; readonly existing: Attributes | undefined };

/** Items of one table by the calls of DynamoDB's API, each strongly consistent where it can be, with their units counted. */
export class DynamoDBCalls {
  readonly #options: DynamoDBCallsOptions;
  readonly #client: DynamoDBClient;
  readonly #common: { readonly TableName: string; readonly ReturnConsumedCapacity?: 'TOTAL' };

  constructor(options: DynamoDBCallsOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#common = {
      TableName: options.tableName,
      ...(options.onConsumedCapacity && { ReturnConsumedCapacity: 'TOTAL' as const }),
    };
  }

  /** @param isStrong whether every write of before is seen, for twice the units */
  async get(executionId: string, item: string, isStrong = true): Promise<Attributes | undefined> {
    const output = await this.#client.send(
      new GetItemCommand({ ...this.#common, Key: keyOf(executionId, item), ConsistentRead: isStrong }),
    );
    this.countRead(output.ConsumedCapacity);
    return output.Item;
  }

  /** Each item that is there once, also where its key is given twice. */
  getMany(executionId: string, sortKeys: readonly string[]): Promise<Attributes[]> {
    return this.getAll([...new Set(sortKeys)].map((key) => keyOf(executionId, key)));
  }

  /** The items of keys that are all different. */
  async getAll(keys: readonly Attributes[]): Promise<Attributes[]> {
    const items: Attributes[] = [];
    // BatchGetItem refuses a key that is given twice, takes 100 at a time, and may leave some for a later call.
    const backoff = new UnprocessedBackoff(this.#options.sleep ?? sleep);
    for (let pending = [...keys]; pending.length > 0; ) {
      const table = this.#options.tableName;
      const output = await this.#client.send(
        new BatchGetItemCommand({
          RequestItems: { [table]: { Keys: pending.slice(0, 100), ConsistentRead: true } },
          ...(this.#common.ReturnConsumedCapacity && { ReturnConsumedCapacity: 'TOTAL' }),
        }),
      );
      for (const consumed of output.ConsumedCapacity ?? []) this.countRead(consumed);
      items.push(...(output.Responses?.[table] ?? []));
      const unprocessed = output.UnprocessedKeys?.[table]?.Keys ?? [];
      await backoff.after(Math.min(pending.length, 100), unprocessed.length);
      pending = [...unprocessed, ...pending.slice(100)];
    }
    return items;
  }

  async queryAll(query: Omit<QueryCommandInput, 'TableName'>): Promise<Attributes[]> {
    const items: Attributes[] = [];
    let from: Attributes | undefined;
    do {
      const output = await this.query({ ...query, ...(from && { ExclusiveStartKey: from }) });
      items.push(...(output.Items ?? []));
      from = output.LastEvaluatedKey;
    } while (from);
    return items;
  }

  async query(query: Omit<QueryCommandInput, 'TableName'>) {
    const output = await this.#ofIndex(
      query.IndexName,
      this.#client.send(new QueryCommand({ ...this.#common, ...query })),
    );
    this.countRead(output.ConsumedCapacity);
    return output;
  }

  async scan(scan: Omit<ScanCommandInput, 'TableName'>) {
    const output = await this.#ofIndex(
      scan.IndexName,
      this.#client.send(new ScanCommand({ ...this.#common, ...scan })),
    );
    this.countRead(output.ConsumedCapacity);
    return output;
  }

  /** @throws IndexNotFoundError */
  async #ofIndex<T>(index: string | undefined, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw index === undefined ? error : indexError(error, this.#options.tableName);
    }
  }

  async put(item: Attributes, condition?: Condition): Promise<PutOutcome> {
    try {
      const output = await this.#client.send(
        new PutItemCommand({
          ...this.#common,
          Item: item,
          ...(condition && { ...condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        }),
      );
      const units = output.ConsumedCapacity?.CapacityUnits;
      if (units !== undefined) this.#options.onConsumedCapacity?.({ writeUnits: units, readUnits: 0 });
      return { type: 'written' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // A failed condition is charged like a write of the item.
      const writeUnits = Math.ceil(attributesSize(item) / 1024);
      if (this.#common.ReturnConsumedCapacity)
        this.#options.onConsumedCapacity?.({ writeUnits, readUnits: 0 });
      return { type: 'refused', existing: error.Item, attempts: error.$metadata.attempts ?? 1 };
    }
  }

  async update(update: Omit<UpdateItemCommandInput, 'TableName'>): Promise<void> {
    const output = await this.#client.send(new UpdateItemCommand({ ...this.#common, ...update }));
    const writeUnits = output.ConsumedCapacity?.CapacityUnits;
    if (writeUnits !== undefined) this.#options.onConsumedCapacity?.({ writeUnits, readUnits: 0 });
  }

  /** An update whose condition may not be met. A failed condition is charged like a write. */
  async updateIf(update: Omit<UpdateItemCommandInput, 'TableName'>): Promise<UpdateOutcome> {
    try {
      await this.update({ ...update, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
      return { type: 'written' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { type: 'refused', existing: error.Item };
    }
  }

  /** The items of an execution that count. */
  counted(items: readonly Attributes[], owner: Owner): readonly Attributes[] {
    return countedItems(items, owner, this.#options.now());
  }

  /** The items that have not expired, among those that count only until they expire. */
  unexpired(items: readonly Attributes[]): Attributes[] {
    const now = this.#options.now();
    return items.filter((item) => !isExpired(item, now));
  }

  countRead(consumed: ConsumedCapacity | undefined): void {
    const readUnits = consumed?.CapacityUnits;
    if (readUnits !== undefined) this.#options.onConsumedCapacity?.({ writeUnits: 0, readUnits });
  }
}

export function keyOf(executionId: string, item: string): Attributes {
  return { executionId: { S: executionId }, item: { S: item } };
}

/** Everything that a partition holds. */
export function partitionQuery(executionId: string) {
  return {
    KeyConditionExpression: 'executionId = :id',
    ExpressionAttributeValues: { ':id': { S: executionId } },
    ConsistentRead: true,
  };
}

/** A page of which DynamoDB has told where the next one begins. */
export function pageOf<T>(items: readonly T[], from: Attributes | undefined): Page<T> {
  return from ? { items, cursor: encodeCursor({ shard: 0, from }) } : { items };
}
