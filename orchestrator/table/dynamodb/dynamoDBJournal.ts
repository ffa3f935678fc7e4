import type { JournalEntry, ResultEntry } from '../../core/execution/model/entries.ts';
import type { AttemptNumbers } from '../../core/execution/model/openTask.ts';
import type { Attributes } from '../attributes.ts';
import { encodeEvent } from '../eventItem.ts';
import { decodeCursor } from '../indexQueries.ts';
import { checkedSize } from '../itemSize.ts';
import { decodeJournalItem } from '../journalItems.ts';
import type { InsertOutcome, InsertStartOutcome, NewEvent, Page } from '../requests.ts';
import { encodeResult, type ResultItem } from '../resultItem.ts';
import type { Owner } from '../retention.ts';
import { sortKey, sortKeyPrefix } from '../schema.ts';
import { encodeStart, isSameStart, type StartItem } from '../startItem.ts';
import type { JournalReader, JournalWriter } from '../table.ts';
import { isNotWrittenYet } from './conditions.ts';
import { type DynamoDBCalls, pageOf, partitionQuery } from './dynamoDBCalls.ts';

/** The journal items, in DynamoDB. */
export class DynamoDBJournal implements JournalReader, JournalWriter {
  readonly #calls: DynamoDBCalls;
  readonly #expiresAt: () => number | undefined;

  /** @param expiresAt of an item that is written now, in seconds since the epoch */
  constructor(calls: DynamoDBCalls, expiresAt: () => number | undefined) {
    this.#calls = calls;
    this.#expiresAt = expiresAt;
  }

  async readStart(executionId: string): Promise<JournalEntry | undefined> {
    const item = await this.#calls.get(executionId, sortKey.start);
    return entriesOf(this.#calls.unexpired(item ? [item] : []))[0];
  }

  async readEvents(executionId: string): Promise<JournalEntry[]> {
    return entriesOf(this.#calls.unexpired(await this.#query(executionId, sortKeyPrefix.event)));
  }

  async readResults(executionId: string, attempts: readonly AttemptNumbers[]): Promise<JournalEntry[]> {
    const references = attempts.map((attempt) => sortKey.result(attempt));
    return entriesOf(await this.#calls.getMany(executionId, references));
  }

  readItemResults(executionId: string, task: number): Promise<JournalEntry[]> {
    return this.#readPrefix(executionId, sortKeyPrefix.itemResult(task));
  }

  async readMessages(
    executionId: string,
    sender: string,
    numbers: readonly number[],
  ): Promise<JournalEntry[]> {
    const items: Attributes[] = [];
    for (const number of numbers) {
      const item = await this.#calls.get(executionId, sortKey.message(sender, number));
      if (item) items.push(item);
    }
    return entriesOf(items);
  }

  async readAll(executionId: string): Promise<JournalEntry[]> {
    const start = await this.#calls.get(executionId, sortKey.start);
    const results = await this.#readPrefix(executionId, sortKeyPrefix.result);
    const messages = await this.#readPrefix(executionId, sortKeyPrefix.message);
    const events = await this.#readPrefix(executionId, sortKeyPrefix.event);
    return [...entriesOf(start ? [start] : []), ...events, ...messages, ...results];
  }

  async readEntries(
    executionId: string,
    references: readonly string[],
    owner: Owner,
  ): Promise<JournalEntry[]> {
    const items = await this.#calls.getMany(executionId, references);
    return entriesOf(this.#calls.counted(items, owner));
  }

  async readPage(executionId: string, owner: Owner, cursor?: string): Promise<Page<JournalEntry>> {
    const from = cursor === undefined ? undefined : decodeCursor(cursor).from;
    const output = await this.#calls.query({
      ...partitionQuery(executionId),
      ...(from && { ExclusiveStartKey: from }),
    });
    return pageOf(entriesOf(this.#calls.counted(output.Items ?? [], owner)), output.LastEvaluatedKey);
  }

  async insertStart(start: StartItem): Promise<InsertStartOutcome> {
    const item = encodeStart(start, this.#expiresAt());
    const outcome = await this.#calls.put(checkedSize('The start item', item), isNotWrittenYet);
    if (outcome.type === 'written') return { type: 'inserted' };
    // An expired one gives no information any more; its id is free once DynamoDB has deleted it.
    const [existing] = this.#calls.unexpired(outcome.existing ? [outcome.existing] : []);
    return { type: existing !== undefined && isSameStart(existing, item) ? 'same' : 'different' };
  }

  async insertEvent(event: NewEvent): Promise<InsertOutcome> {
    const item = encodeEvent(event, this.#expiresAt());
    const outcome = await this.#calls.put(checkedSize('The event item', item), isNotWrittenYet);
    return outcome.type === 'written' ? 'inserted' : 'exists';
  }

  async insertResult(result: ResultItem, expiry?: number): Promise<InsertOutcome> {
    const outcome = await this.#putResult(result, expiry);
    return outcome.type === 'written' ? 'inserted' : 'exists';
  }

  async insertResultOrGet(result: ResultItem, expiry?: number): Promise<ResultEntry | undefined> {
    const outcome = await this.#putResult(result, expiry);
    if (outcome.type === 'written' || !outcome.existing) return undefined;
    return entriesOf([outcome.existing]).find((entry) => entry.kind === 'result');
  }

  #putResult(result: ResultItem, expiry?: number) {
    const item = encodeResult(result, expiry ?? this.#expiresAt());
    return this.#calls.put(checkedSize('The result item', item), isNotWrittenYet);
  }

  async #readPrefix(executionId: string, prefix: string): Promise<JournalEntry[]> {
    return entriesOf(await this.#query(executionId, prefix));
  }

  #query(executionId: string, prefix: string): Promise<Attributes[]> {
    return this.#calls.queryAll({
      KeyConditionExpression: 'executionId = :id AND begins_with(#item, :prefix)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':id': { S: executionId }, ':prefix': { S: prefix } },
      ConsistentRead: true,
    });
  }
}

export function entriesOf(items: readonly Attributes[]): JournalEntry[] {
  return items.map(decodeJournalItem).filter((entry) => entry !== undefined);
}
