import {
  type ConsumedCapacity,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../attributes.ts';
import { statusIn } from '../executionVersion.ts';
import { decodeCursor, encodeCursor } from '../indexQueries.ts';
import { type ItemOutline, outlineOf } from '../outline.ts';
import type { ExecutionVersion, Outline, ScanRequest } from '../requests.ts';
import { isExpired } from '../retention.ts';
import { attribute, sortKey } from '../schema.ts';
import type { Outlines } from '../table.ts';

export interface DynamoDBOutlinesOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told what each call took. */
  readonly count: (consumed: ConsumedCapacity | undefined) => void;
}

/** Reads what is there without its data: for those who look after many executions. */
export class DynamoDBOutlines implements Outlines {
  readonly #options: DynamoDBOutlinesOptions;

  constructor(options: DynamoDBOutlinesOptions) {
    this.#options = options;
  }

  async readStatus(executionId: string): Promise<ExecutionVersion | undefined> {
    const { client, tableName, count, now } = this.#options;
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
    const item = output.Item;
    return !item || isExpired(item, now()) ? undefined : statusIn(item);
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
      items.push(...outlinesOf(output.Items));
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
      items: outlinesOf(output.Items),
      readUnits: output.ConsumedCapacity?.CapacityUnits ?? 0,
      ...(from && { cursor: encodeCursor({ shard: request.segment, from }) }),
    };
  }
}

function outlinesOf(items: readonly Attributes[] = []): ItemOutline[] {
  return items.map(outlineOf).filter((outline) => outline !== undefined);
}

const names = {
  '#item': attribute.item,
  '#status': 'status',
  '#version': attribute.version,
  '#at': 'at',
  '#log': 'log',
  '#control': 'control',
} as const;

const projection = {
  ProjectionExpression: [
    'executionId, #item, machine, #status, #version, startedAt, endedAt, #at, #control, expiresAt',
    '#log, logSegments, mr_pk, mr_sk, tasks, lists, children, outbox, waiting, messages',
  ].join(', '),
  ExpressionAttributeNames: names,
  ReturnConsumedCapacity: 'TOTAL',
} as const;

function outlineQuery(executionId: string, from: Attributes | undefined) {
  return {
    ...projection,
    KeyConditionExpression: 'executionId = :id',
    ExpressionAttributeValues: { ':id': { S: executionId } },
    ConsistentRead: true,
    ...(from && { ExclusiveStartKey: from }),
  } satisfies Omit<QueryCommandInput, 'TableName'>;
}

/** @throws InvalidCursorError */
function outlineScan({ segment, segments, limit, cursor }: ScanRequest) {
  const from = cursor === undefined ? undefined : decodeCursor(cursor).from;
  return {
    ...projection,
    ...(segments > 1 && { Segment: segment, TotalSegments: segments }),
    ...(limit !== undefined && { Limit: limit }),
    ...(from && { ExclusiveStartKey: from }),
  } satisfies Omit<ScanCommandInput, 'TableName'>;
}
