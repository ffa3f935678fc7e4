import { isDeepStrictEqual } from 'node:util';
import { checkedSize } from '../itemSize.ts';
import {
  decodeRegistryRecord,
  encodeRegistryRecord,
  type RegistryKey,
  type RegistryKind,
  type RegistryRecord,
} from '../registryItem.ts';
import type { RegistryPageRequest } from '../requests.ts';
import { registryPartition, sortKey } from '../schema.ts';
import type { Registry } from '../table.ts';
import { isNotWrittenYet, isStillWritten } from './conditions.ts';
import { type DynamoDBCalls, keyOf } from './dynamoDBCalls.ts';

/** The registry, in DynamoDB. */
export class DynamoDBRegistry implements Registry {
  readonly #calls: DynamoDBCalls;

  constructor(calls: DynamoDBCalls) {
    this.#calls = calls;
  }

  async read({ kind, name }: RegistryKey): Promise<RegistryRecord | undefined> {
    const item = await this.#calls.get(registryPartition, sortKey.registry(kind, name));
    return item && decodeRegistryRecord(kind, item);
  }

  async write(record: RegistryRecord): Promise<boolean> {
    const item = checkedSize(`The ${record.kind} '${record.name}'`, encodeRegistryRecord(record));
    const before = record.version - 1;
    const outcome = await this.#calls.put(item, before === 0 ? isNotWrittenYet : isStillWritten(before));
    // A request that the SDK has repeated may meet itself.
    return outcome.type === 'written' || (outcome.attempts > 1 && isSame(item, outcome.existing));
  }

  async list({ kind, prefix = '', after, isDescending, limit }: RegistryPageRequest) {
    const output = await this.#calls.query({
      KeyConditionExpression: 'executionId = :id AND begins_with(#item, :prefix)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: {
        ':id': { S: registryPartition },
        ':prefix': { S: sortKey.registry(kind, prefix) },
      },
      ConsistentRead: true,
      ScanIndexForward: isDescending !== true,
      Limit: limit,
      ...(after !== undefined && {
        ExclusiveStartKey: keyOf(registryPartition, sortKey.registry(kind, after)),
      }),
    });
    const records = (output.Items ?? []).map((item) => decodeRegistryRecord(kind, item));
    const last = output.LastEvaluatedKey?.item?.S;
    return {
      items: records.filter(({ content }) => content !== undefined),
      ...(last !== undefined && { cursor: nameIn(kind, last) }),
    };
  }
}

function nameIn(kind: RegistryKind, key: string): string {
  return key.slice(sortKey.registry(kind, '').length);
}

function isSame(item: object, existing: object | undefined): boolean {
  return isDeepStrictEqual(plain(item), plain(existing));
}

/** Binaries are of several classes. */
function plain(item: object | undefined): unknown {
  return (
    item && JSON.parse(JSON.stringify(item, (_, value) => (value instanceof Uint8Array ? [...value] : value)))
  );
}
