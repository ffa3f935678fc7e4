import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { isTrue, updated } from './expressions.ts';

/** The index, as it comes after the table. */
export interface IndexLag {
  /** How long a write takes to reach it, in milliseconds. */
  lagMs(): number;
  later(ms: number, run: () => void): void;
  now(): number;
}

export interface DatabaseHooks {
  /** The stream's records, after each write. */
  onWrite(item: Attributes, before: Attributes | undefined): void;
  /** How many items a page of a query holds. */
  pageSize(): number;
  /** How many writes of an item an eventually consistent read does not see. */
  unseenWrites(): number;
}

interface Write {
  readonly Item: Attributes | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Attributes | undefined;
}

/** Versions of an item that are kept, for reads that are behind. */
const keptVersions = 4;

/** DynamoDB, as far as Millrace's table module uses it. It refuses everything else loudly. */
export class SimulatedDatabase {
  readonly #partitions = new Map<string, Map<string, Attributes>>();
  readonly #index = new Map<string, Attributes>();
  readonly #indexedAt = new Map<string, number>();
  /** The last writes of each `execution` item, the latest last. */
  readonly #versions = new Map<string, Attributes[]>();
  readonly #lag: IndexLag;
  readonly #hooks: DatabaseHooks;

  constructor(lag: IndexLag, hooks: DatabaseHooks) {
    this.#lag = lag;
    this.#hooks = hooks;
  }

  /** Answers as DynamoDB would, or throws its error. */
  execute(command: object): object {
    if (command instanceof GetItemCommand) {
      const { Key: key, ConsistentRead: isStrong } = command.input;
      const item = isStrong ? this.get(idOf(key), sortOf(key)) : this.#getEarlier(idOf(key), sortOf(key));
      return { $metadata: {}, ...(item && { Item: item }) };
    }
    if (command instanceof PutItemCommand) return this.#put(command.input);
    if (command instanceof TransactWriteItemsCommand) {
      return this.#transact((command.input.TransactItems ?? []).map(({ Put }) => Put ?? { Item: undefined }));
    }
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof UpdateItemCommand) return this.#update(command.input);
    if (command instanceof BatchGetItemCommand) {
      const [table = '', request] = Object.entries(command.input.RequestItems ?? {})[0] ?? [];
      const items = (request?.Keys ?? []).map((key) => this.get(idOf(key), sortOf(key)));
      return { $metadata: {}, Responses: { [table]: items.filter((item) => item !== undefined) } };
    }
    throw new Error(`The simulation knows no ${command.constructor.name}: teach it to database.ts.`);
  }

  get(executionId: string, item: string): Attributes | undefined {
    return this.#partitions.get(executionId)?.get(item);
  }

  #getEarlier(executionId: string, item: string): Attributes | undefined {
    const versions = this.#versions.get(executionId) ?? [];
    const unseen = item === 'execution' ? this.#hooks.unseenWrites() : 0;
    return unseen === 0 ? this.get(executionId, item) : versions[versions.length - 1 - unseen];
  }

  delete(executionId: string, item: string): void {
    this.#partitions.get(executionId)?.delete(item);
    if (item === 'execution') this.#versions.delete(executionId);
    if (item === 'execution') this.#indexLater(executionId);
  }

  executionIds(): string[] {
    return [...this.#partitions.keys()];
  }

  items(executionId: string): Attributes[] {
    return [...(this.#partitions.get(executionId)?.values() ?? [])];
  }

  /**
   * When executions that the index has are due, and when that was written.
   * @param isLeft of items, those that are not to be woken
   */
  *due(
    isLeft: (item: Attributes) => boolean,
  ): Iterable<{ executionId: string; dueAt: number; writtenAt: number }> {
    for (const [executionId, item] of this.#index) {
      if (!item.mr_pk?.S?.startsWith('due#') || isLeft(item)) continue;
      yield { executionId, dueAt: Number(item.mr_sk?.N), writtenAt: this.#indexedAt.get(executionId) ?? 0 };
    }
  }

  /**
   * The earliest time in the index that an execution is to be woken at; infinite where there is none.
   * @param isLeft of items, those that are not to be woken
   */
  earliestDue(isLeft: (item: Attributes) => boolean): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const item of this.#index.values()) {
      const at = Number(item.mr_sk?.N);
      if (item.mr_pk?.S?.startsWith('due#') && at < earliest && !isLeft(item)) earliest = at;
    }
    return earliest < 253_000_000_000_000 ? earliest : Number.POSITIVE_INFINITY;
  }

  #put(write: Write): object {
    const existing = this.#existing(write);
    if (!this.#isMet(write, existing)) {
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: { attempts: 1 },
        ...(existing && { Item: existing }),
      });
    }
    this.#write(write.Item);
    return { $metadata: {} };
  }

  #update(input: UpdateItemCommandInput): object {
    const { Key: key, ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
    if (!this.#isMet({ ...input, Item: undefined }, this.get(idOf(key), sortOf(key)))) {
      throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
    }
    const item = updated(
      input.UpdateExpression ?? '',
      { ...this.get(idOf(key), sortOf(key)), ...key },
      names,
      values,
    );
    this.#write(item);
    return { $metadata: {} };
  }

  #transact(writes: readonly Write[]): object {
    const reasons = writes.map((write) => {
      const existing = this.#existing(write);
      return this.#isMet(write, existing)
        ? { Code: 'None' }
        : { Code: 'ConditionalCheckFailed', ...(existing && { Item: existing }) };
    });
    if (reasons.some(({ Code }) => Code !== 'None')) {
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: reasons,
      });
    }
    for (const { Item } of writes) this.#write(Item);
    return { $metadata: {} };
  }

  #existing({ Item }: Write): Attributes | undefined {
    return this.get(idOf(Item), sortOf(Item));
  }

  #isMet(write: Write, existing: Attributes | undefined): boolean {
    const { ConditionExpression: expression, ExpressionAttributeNames: names } = write;
    if (expression === undefined) return true;
    return isTrue(expression, existing, names ?? {}, write.ExpressionAttributeValues ?? {});
  }

  #write(item: Attributes | undefined): void {
    if (!item) throw new Error('A write without an item.');
    const executionId = idOf(item);
    const partition = this.#partitions.get(executionId) ?? new Map<string, Attributes>();
    this.#partitions.set(executionId, partition);
    const before = partition.get(sortOf(item));
    partition.set(sortOf(item), item);
    if (sortOf(item) === 'execution') {
      this.#indexLater(executionId);
      this.#versions.set(
        executionId,
        [...(this.#versions.get(executionId) ?? []), item].slice(-keptVersions),
      );
    }
    this.#hooks.onWrite(item, before);
  }

  /** Writes of one item reach the index in their order. */
  #indexLater(executionId: string): void {
    const at = Math.max(this.#lag.now() + this.#lag.lagMs(), this.#indexedAt.get(executionId) ?? 0);
    this.#indexedAt.set(executionId, at);
    const item = this.get(executionId, 'execution');
    const apply = () => {
      if (item) this.#index.set(executionId, item);
      else this.#index.delete(executionId);
    };
    if (at <= this.#lag.now()) apply();
    else this.#lag.later(at - this.#lag.now(), apply);
  }

  #query(input: QueryCommandInput): object {
    const values = input.ExpressionAttributeValues ?? {};
    const names = input.ExpressionAttributeNames ?? {};
    const isIndex = input.IndexName !== undefined;
    const all = isIndex ? [...this.#index.values()] : this.items(values[':id']?.S ?? '');
    const sorted = all
      .filter((item) => isTrue(input.KeyConditionExpression ?? '', item, names, values))
      .sort(isIndex ? byIndexKey : bySortKey);
    const from = input.ExclusiveStartKey;
    const after = from ? sorted.filter((item) => (isIndex ? byIndexKey : bySortKey)(item, from) > 0) : sorted;
    const items = after.slice(0, Math.min(input.Limit ?? Number.POSITIVE_INFINITY, this.#hooks.pageSize()));
    const last = items.length < after.length ? items.at(-1) : undefined;
    return { $metadata: {}, Items: items, ...(last && { LastEvaluatedKey: keysOf(last, isIndex) }) };
  }
}

function keysOf({ executionId, item, mr_pk, mr_sk }: Attributes, isIndex: boolean): Attributes {
  return {
    ...(executionId && { executionId }),
    ...(item && { item }),
    ...(isIndex && mr_pk && mr_sk && { mr_pk, mr_sk }),
  };
}

function idOf(key: Attributes | undefined): string {
  return key?.executionId?.S ?? '';
}

function sortOf(key: Attributes | undefined): string {
  return key?.item?.S ?? '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function bySortKey(a: Attributes, b: Attributes): number {
  return compare(sortOf(a), sortOf(b));
}

function byIndexKey(a: Attributes, b: Attributes): number {
  return Number(a.mr_sk?.N) - Number(b.mr_sk?.N) || compare(idOf(a), idOf(b));
}
