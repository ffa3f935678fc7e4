import type { LogSegment } from '../../core/execution/step/advance.types.ts';
import type { Attributes } from '../attributes.ts';
import { logTextOf, segmentLog } from '../logText.ts';
import type { InsertSegmentOutcome } from '../requests.ts';
import type { Owner } from '../retention.ts';
import { sortKey, sortKeyPrefix } from '../schema.ts';
import type { LogSegments } from '../table.ts';
import { isNotWrittenYet } from './conditions.ts';
import { type DynamoDBCalls, keyOf } from './dynamoDBCalls.ts';

/** Older parts of the logs, in DynamoDB. */
export class DynamoDBLog implements LogSegments {
  readonly #calls: DynamoDBCalls;
  readonly #expiresAt: () => number | undefined;

  /** @param expiresAt of an item that is written now, in seconds since the epoch */
  constructor(calls: DynamoDBCalls, expiresAt: () => number | undefined) {
    this.#calls = calls;
    this.#expiresAt = expiresAt;
  }

  async readSegment(executionId: string, number: number): Promise<string | undefined> {
    return logTextOf((await this.#calls.get(executionId, sortKey.logSegment(number)))?.log);
  }

  async readSegments(executionId: string, numbers: readonly number[], owner: Owner): Promise<LogSegment[]> {
    const items = await this.#calls.getMany(executionId, numbers.map(sortKey.logSegment));
    return this.#calls
      .counted(items, owner)
      .map((item) => ({ number: segmentNumber(item), text: logTextOf(item.log) ?? '' }));
  }

  async insertSegment(executionId: string, segment: LogSegment): Promise<InsertSegmentOutcome> {
    const outcome = await this.#calls.put(this.#itemOf(executionId, segment), isNotWrittenYet);
    if (outcome.type === 'written') return { type: 'inserted' };
    return { type: 'exists', text: logTextOf(outcome.existing?.log) ?? '' };
  }

  async replaceSegment(executionId: string, segment: LogSegment): Promise<void> {
    await this.#calls.put(this.#itemOf(executionId, segment));
  }

  #itemOf(executionId: string, { number, text }: LogSegment): Attributes {
    const expiry = this.#expiresAt();
    return {
      ...keyOf(executionId, sortKey.logSegment(number)),
      log: segmentLog(text),
      ...(expiry !== undefined && { expiresAt: { N: String(expiry) } }),
    };
  }
}

export function segmentNumber(item: Attributes): number {
  return Number(item.item?.S?.slice(sortKeyPrefix.logSegment.length));
}
