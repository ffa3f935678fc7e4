import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { prepareMachine, stepMachine } from '../../orchestrator/core/machine/index.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { isNotWrittenYet } from '../../orchestrator/table/dynamodb/conditions.ts';
import { encodeExecution, isoTime } from '../../orchestrator/table/executionItem.ts';
import { encodeResult } from '../../orchestrator/table/resultItem.ts';
import { attribute } from '../../orchestrator/table/schema.ts';
import { sequential5 } from './machines/sequential.ts';

/**
 * Conditional puts a second, so many in flight: what one process can get out of an engine with the AWS SDK and nothing
 * else. The items are the two that a task step writes, in turn, without the attributes of the index.
 */
export async function rawWritesPerSecond(
  client: DynamoDBClient,
  tableName: string,
  writes: number,
  inFlight: number,
): Promise<number> {
  const now = Date.now();
  const items = [resultItem(now), executionItem(now)];
  const prefix = `${now}-${inFlight}`;
  const numbers = Array.from({ length: writes }, (_, number) => number).values();
  const writer = async () => {
    for (const number of numbers) {
      const item = { ...items[number % items.length], executionId: { S: `${prefix}-${number}` } };
      await client.send(new PutItemCommand({ TableName: tableName, Item: item, ...isNotWrittenYet }));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, writer));
  return (writes * 1000) / (performance.now() - start);
}

const executionId = 'measured-100';

function resultItem(now: number): Attributes {
  const at = isoTime(now);
  const result = { status: 'SUCCEEDED', output: 3 } as const;
  const item = { executionId, task: 2, attempt: 1, worker: 'add', startedAt: at, endedAt: at, result };
  return encodeResult(item, Math.floor(now / 1000));
}

/** In the middle of a run: a task is open, and some are in the log. */
function executionItem(now: number): Attributes {
  const prepared = prepareMachine(sequential5);
  const start = { type: 'start', input: { from: 1 } } as const;
  const step = stepMachine(prepared, undefined, start, { now, actor: { id: executionId } });
  const encoded = encodeExecution(
    {
      executionId,
      machine: prepared.id,
      machineVersion: prepared.version,
      definitionHash: prepared.definitionHash,
      status: 'RUNNING',
      version: 3,
      startedAt: now,
      updatedAt: now,
      state: 'task3',
      ...(step.type === 'taken' && { snapshot: step.stored }),
      tasks: [
        { task: 2, worker: 'add', attempt: 1, cause: 'task#1#1', deadline: now + 900_000, input: { to: 3 } },
      ],
      log: '=lx2k0abc;s~0;t0#1~2s;t1#1~2s',
      logSegments: 0,
      wakeAt: now + 900_000,
    },
    { indexShards: 1 },
  );
  if (encoded.type === 'tooLarge')
    throw new RangeError(`An item of ${encoded.bytes} bytes is not a small one.`);
  const { [attribute.indexPartition]: _, [attribute.indexSort]: __, ...item } = encoded.item;
  return item;
}
