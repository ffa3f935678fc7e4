import type { Attributes } from './attributes.ts';
import { type DynamoDBCalls, keyOf } from './dynamoDBCalls.ts';
import type { ItemsRenewal, RenewedItems } from './requests.ts';
import { executionGraceDays, expiryOf } from './retention.ts';
import { attribute, sortKey, sortKeyPrefix } from './schema.ts';

const updatesInFlight = 16;
const graceMs = executionGraceDays * 86_400_000;

/** Postpones the expiry of the items in a partition. Harmless at any time: an expiry is never brought forward. */
export async function renewItems(
  calls: DynamoDBCalls,
  executionId: string,
  { before, until, limit }: ItemsRenewal,
): Promise<RenewedItems> {
  const senders = new Set<string>();
  let count = 0;
  let from: Attributes | undefined;
  do {
    const page = await calls.query({ ...keysQuery(executionId), ...(from && { ExclusiveStartKey: from }) });
    const items = page.Items ?? [];
    for (const item of items) addSender(senders, item);
    const due = items.filter((item) => expiresBefore(item, before)).slice(0, limit - count);
    for (let i = 0; i < due.length; i += updatesInFlight) {
      await Promise.all(
        due.slice(i, i + updatesInFlight).map(({ executionId: id, item }) => {
          const key = keyOf(id?.S ?? '', item?.S ?? '');
          return postponeExpiry(calls, key, until + graceOf(key));
        }),
      );
    }
    count += due.length;
    from = page.LastEvaluatedKey;
  } while (from && count < limit);
  return { count, senders: [...senders] };
}

function keysQuery(executionId: string) {
  return {
    KeyConditionExpression: 'executionId = :id',
    ProjectionExpression: 'executionId, #item, expiresAt',
    ExpressionAttributeNames: { '#item': attribute.item },
    ExpressionAttributeValues: { ':id': { S: executionId } },
    ConsistentRead: true,
  };
}

/** @param until milliseconds since the epoch; undefined: for ever */
export async function postponeExpiry(
  calls: DynamoDBCalls,
  key: Attributes,
  until: number | undefined,
): Promise<void> {
  // An `execution` item has no expiry while it runs: one that was redriven meanwhile must not get one.
  const update =
    until === undefined
      ? { UpdateExpression: 'REMOVE expiresAt', ConditionExpression: 'attribute_exists(expiresAt)' }
      : {
          UpdateExpression: 'SET expiresAt = :until',
          ConditionExpression: 'expiresAt < :until',
          ExpressionAttributeValues: { ':until': { N: String(Math.floor(until / 1000)) } },
        };
  await calls.updateIf({ Key: key, ...update });
}

/** What has no expiry is kept for ever. */
export function expiresBefore(item: Attributes, before: number): boolean {
  return (expiryOf(item) ?? Number.POSITIVE_INFINITY) < before + graceOf(item);
}

/** By which an `execution` item outlives the rest. */
export function graceOf(item: Attributes): number {
  return item[attribute.item]?.S === sortKey.execution ? graceMs : 0;
}

function addSender(senders: Set<string>, item: Attributes): void {
  const key = item[attribute.item]?.S ?? '';
  if (!key.startsWith(sortKeyPrefix.message)) return;
  senders.add(key.slice(sortKeyPrefix.message.length, key.lastIndexOf('#')));
}
