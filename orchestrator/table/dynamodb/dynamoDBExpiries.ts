import type { Attributes } from '../attributes.ts';
import type { ItemsRenewal, RenewedItems } from '../requests.ts';
import { expiresBefore, graceOf } from '../retention.ts';
import { attribute, sortKeyPrefix } from '../schema.ts';
import type { Expiries } from '../table.ts';
import { type DynamoDBCalls, keyOf, partitionQuery } from './dynamoDBCalls.ts';

const updatesInFlight = 16;

/** Expiries of items, in DynamoDB. */
export class DynamoDBExpiries implements Expiries {
  readonly #calls: DynamoDBCalls;

  constructor(calls: DynamoDBCalls) {
    this.#calls = calls;
  }

  async renew(executionId: string, { before, until, limit }: ItemsRenewal): Promise<RenewedItems> {
    const senders = new Set<string>();
    let count = 0;
    let from: Attributes | undefined;
    do {
      const page = await this.#calls.query({
        ...keysQuery(executionId),
        ...(from && { ExclusiveStartKey: from }),
      });
      const items = page.Items ?? [];
      for (const item of items) addSender(senders, item);
      const due = items.filter((item) => expiresBefore(item, before)).slice(0, limit - count);
      for (let i = 0; i < due.length; i += updatesInFlight) {
        await Promise.all(due.slice(i, i + updatesInFlight).map((item) => this.#renewOne(item, until)));
      }
      count += due.length;
      from = page.LastEvaluatedKey;
    } while (from && count < limit);
    return { count, senders: [...senders] };
  }

  async postpone(executionId: string, reference: string, until: number | undefined): Promise<void> {
    // An `execution` item has no expiry while it runs: one that was redriven meanwhile must not get one.
    const update =
      until === undefined
        ? { UpdateExpression: 'REMOVE expiresAt', ConditionExpression: 'attribute_exists(expiresAt)' }
        : {
            UpdateExpression: 'SET expiresAt = :until',
            ConditionExpression: 'expiresAt < :until',
            ExpressionAttributeValues: { ':until': { N: String(Math.floor(until / 1000)) } },
          };
    await this.#calls.updateIf({ Key: keyOf(executionId, reference), ...update });
  }

  #renewOne(item: Attributes, until: number): Promise<void> {
    const { executionId, item: sort } = item;
    return this.postpone(executionId?.S ?? '', sort?.S ?? '', until + graceOf(item));
  }
}

function keysQuery(executionId: string) {
  return {
    ...partitionQuery(executionId),
    ProjectionExpression: 'executionId, #item, expiresAt',
    ExpressionAttributeNames: { '#item': attribute.item },
  };
}

function addSender(senders: Set<string>, item: Attributes): void {
  const key = item[attribute.item]?.S ?? '';
  if (!key.startsWith(sortKeyPrefix.message)) return;
  senders.add(key.slice(sortKeyPrefix.message.length, key.lastIndexOf('#')));
}
