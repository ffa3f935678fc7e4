import { fileURLToPath } from 'node:url';
import {
  type AttributeValue,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/** A local cloud, and what any user of DynamoDB can do with its table: nothing here is Millrace's own. */
export interface TestCloud {
  readonly cloud: LocalCloud;
  /** Lines that functions printed, newest last. */
  readonly output: readonly string[];
  /** `PutItem` with the documented condition. */
  put(item: Item): Promise<void>;
  /** `GetItem` of the `execution` item, as plain values. */
  execution(executionId: string): Promise<Record<string, unknown> | undefined>;
  /** `Query` of the partition, as plain values. */
  partition(executionId: string): Promise<Record<string, unknown>[]>;
  /** `Query` of the index. */
  index(partition: string): Promise<Record<string, unknown>[]>;
  /** Resolves with the `execution` item once it holds. */
  until(
    executionId: string,
    holds: (execution: Record<string, unknown>) => boolean,
    timeoutMs?: number,
  ): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export const testMachines = fileURLToPath(new URL('./machines', import.meta.url));
export const testWorkers = fileURLToPath(new URL('./workers', import.meta.url));

/** Each file of end-to-end tests has one. */
export async function startTestCloud(options: Partial<LocalCloudOptions> = {}): Promise<TestCloud> {
  const output: string[] = [];
  const cloud = await startLocalCloud({
    machinesDirectory: testMachines,
    workersDirectory: testWorkers,
    bus: false,
    log: ({ source, text }) => output.push(`${source}: ${text}`),
    ...options,
  });
  const { dynamodb, tableName: TableName } = cloud;
  const query = async (input: Omit<QueryCommandInput, 'TableName'>) => {
    const { Items = [] } = await dynamodb.send(new QueryCommand({ TableName, ...input }));
    return Items.map((item) => unmarshall(item));
  };
  const execution = async (executionId: string) => {
    const { Item } = await dynamodb.send(
      new GetItemCommand({
        TableName,
        Key: { executionId: { S: executionId }, item: { S: 'execution' } },
        ConsistentRead: true,
      }),
    );
    return Item && unmarshall(Item);
  };
  return {
    cloud,
    output,
    put: async (Item) => {
      await dynamodb.send(
        new PutItemCommand({
          TableName,
          Item: { ...Item },
          ConditionExpression: 'attribute_not_exists(executionId)',
        }),
      );
    },
    execution,
    partition: (executionId) =>
      query({
        KeyConditionExpression: 'executionId = :id',
        ExpressionAttributeValues: { ':id': { S: executionId } },
      }),
    index: (partition) =>
      query({
        IndexName: 'mr_index',
        KeyConditionExpression: 'mr_pk = :partition',
        ExpressionAttributeValues: { ':partition': { S: partition } },
      }),
    until: (executionId, holds, timeoutMs) =>
      eventually(
        () => execution(executionId),
        (item) => item !== undefined && holds(item),
        { what: `execution '${executionId}'`, ...(timeoutMs !== undefined && { timeoutMs }) },
      ).then((item) => item ?? {}),
    stop: () => cloud.stop(),
  };
}

/** A start item as anybody would write it. */
export function startItem(executionId: string, machine: string, input?: AttributeValue): Item {
  return {
    executionId: { S: executionId },
    item: { S: 'start' },
    machine: { S: machine },
    ...(input && { input }),
  };
}

export function hasStatus(...statuses: readonly string[]) {
  return (execution: Record<string, unknown>) => statuses.includes(String(execution.status));
}
