import {
  type ConsumedCapacity,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { Attributes } from './attributes.ts';
import { statusOf } from './executionItem.ts';
import { encodeCursor } from './indexQueries.ts';
import { childNumbers, type ItemOutline, outlineOf, outlineQuery, outlineScan } from './outline.ts';
import type { ScanRequest } from './requests.ts';
import { isExpired } from './retention.ts';
import { sortKey } from './schema.ts';
import type { ExecutionVersion, Outline } from './table.ts';

export interface OutlineReaderOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told what each call took. */
  readonly count: (consumed: ConsumedCapacity | undefined) => void;
}

/** Reads what is there without its data: for those who look after many executions. */
export class OutlineReader {
  readonly #options: OutlineReaderOptions;

  constructor(options: OutlineReaderOptions) {
    this.#options = options;
  }

  async readStatus(executionId: string): Promise<ExecutionVersion | undefined> {
    const { client, tableName, count } = this.#options;
    const output = await client.send(
      new GetItemCommand({
        TableName: tableName,
        Key: { executionId: { S: executionId }, item: { S: sortKey.execution } },
        ProjectionExpression: '#status, #version, children, expiresAt',
        ExpressionAttributeNames: { '#status': 'status', '#version': 'version' },
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    count(output.ConsumedCapacity);
    const item = output.Item && !isExpired(output.Item, this.#options.now()) ? output.Item : {};
    const status = statusOf(item.status?.S);
    const children = childNumbers(item);
    return (
      status && {
        status,
        version: Number(item.version?.N),
        ...(children.length > 0 && { children }),
      }
    );
  }

  async readOutline(executionId: string): Promise<Outline> {
    const { client, tableName, count } = this.#options;
    const items: ItemOutline[] = [];
    let readUnits = 0;
    let from: Attributes | undefined;
    do {
      const query = { TableName: tableName, ...outlineQuery(executionId, from) };
      const output = await client.send(new QueryCommand(query));
      count(output.ConsumedCapacity);
      readUnits += output.ConsumedCapacity?.CapacityUnits ?? 0;
      items.push(...this.#outlinesOf(output.Items));
      from = output.LastEvaluatedKey;
    } while (from);
    return { items, readUnits };
  }

  async scan(request: ScanRequest): Promise<Outline & { readonly cursor?: string }> {
    const { client, tableName, count } = this.#options;
    const output = await client.send(new ScanCommand({ TableName: tableName, ...outlineScan(request) }));
    count(output.ConsumedCapacity);
    const from = output.LastEvaluatedKey;
    return {
      items: this.#outlinesOf(output.Items),
      readUnits: output.ConsumedCapacity?.CapacityUnits ?? 0,
      ...(from && { cursor: encodeCursor({ shard: request.segment, from }) }),
    };
  }

  #outlinesOf(items: readonly Attributes[] = []): ItemOutline[] {
    const now = this.#options.now();
    return items
      .filter((item) => !isExpired(item, now))
      .map(outlineOf)
      .filter((outline) => outline !== undefined);
  }
}
