import { randomUUID } from 'node:crypto';
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { FunctionDescription } from '../../infra/description.ts';
import type { FunctionProcesses } from '../../local/runtimeApi/functionProcesses.ts';
import { sortKey } from '../../orchestrator/table/schema.ts';

type Item = Record<string, AttributeValue>;

/** Records of starts that one event of the orchestrator brings once it is warm. */
export const batchSize = 50;

const order = {
  orderId: 'order-0001',
  sku: 'tea-kettle',
  quantity: 1,
  amount: 3950,
  card: 'card-403d-8945',
  email: 'yara.jansen@example.com',
  country: 'NL',
};

/** Events for functions, as AWS would bring them: of orders that were started, each of them another one. */
export class FunctionEvents {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  #orders = 0;
  #sequence = 0;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** The work of this role's function, once; for a warm orchestrator, `batchSize` times. */
  async next(
    role: FunctionDescription['role'],
    functions: FunctionProcesses,
    isWarm: boolean,
  ): Promise<unknown> {
    switch (role) {
      case 'orchestrator':
        return this.#starts(isWarm ? batchSize : 1);
      case 'wake':
        return { wakes: [{ executionId: await this.#started(functions), wakeAt: Date.now() }] };
      case 'recovery':
        return { executionIds: [await this.#started(functions)] };
      case 'failed':
        return {
          requestPayload: await this.#task(functions, 'charge'),
          responsePayload: { errorType: 'Runtime.ExitError', errorMessage: 'The process ended.' },
        };
      case 'publisher':
        return this.#commit(await this.#started(functions));
      case 'workerHost':
        return this.#task(functions, 'label');
      case 'worker':
        return this.#task(functions, 'charge');
      case 'ingest':
        return { rule: 'Placed', start: { machine: 'order' }, event: { id: randomUUID(), detail: {} } };
      // Not of the example app.
      case 'stepFunctions':
      case 'unmodified':
      case 'clock':
        return {};
      default:
        return role satisfies never;
    }
  }

  #starts(count: number) {
    const items = Array.from({ length: count }, () =>
      marshall({
        executionId: `order-${process.pid}-${++this.#orders}`,
        item: sortKey.start,
        machine: 'order',
        input: order,
      }),
    );
    return { Records: items.map((item) => this.#record(item)) };
  }

  /** An order whose first commit was taken, by another process. */
  async #started(functions: FunctionProcesses): Promise<string> {
    const event = this.#starts(1);
    await functions.invoke('millrace-orchestrator', event);
    return `order-${process.pid}-${this.#orders}`;
  }

  /** A worker's payload. */
  async #task(functions: FunctionProcesses, worker: string) {
    const executionId = await this.#started(functions);
    const input =
      worker === 'charge' ? { card: order.card, amount: order.amount } : { ...order, warehouse: 'ams' };
    return {
      table: this.#tableName,
      executionId,
      item: 'task#0#1',
      task: 0,
      attempt: 1,
      worker,
      machine: 'order',
      machineVersion: '1',
      deadline: new Date(Date.now() + 120_000).toISOString(),
      idempotencyKey: `${executionId}#0`,
      input,
    };
  }

  async #commit(executionId: string) {
    const Key = marshall({ executionId, item: sortKey.execution });
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#tableName, Key }));
    return { Records: [this.#record(Item ?? {})] };
  }

  #record(item: Item) {
    return {
      eventName: 'INSERT',
      dynamodb: {
        NewImage: item,
        SequenceNumber: String(++this.#sequence),
        ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
      },
    };
  }
}
