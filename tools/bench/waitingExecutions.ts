import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { eachLimited } from '../../orchestrator/concurrency/eachLimited.ts';
import { defaults } from '../../orchestrator/configuration/configuration.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { advance } from '../../orchestrator/core/execution/step/advance.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import { encodeExecution } from '../../orchestrator/table/executionItem.ts';
import { reminder } from './machines/reminder.ts';

export interface Reminder {
  readonly executionId: string;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

const machines = machineLookup([prepareMachine(reminder)]);
const limits = { waitForMachineMs: defaults.waitForMachineSeconds * 1000 };
const layout = { indexShards: defaults.indexShards };
const itemsPerBatch = 25;
const batchesInFlight = 8;

/**
 * Writes executions that wait, each as the orchestrator's first commit has it: by the pure step, from its start. Only
 * the start items are left out, which no wake reads. Answers the bytes of the largest item.
 */
export async function writeReminders(
  client: DynamoDBClient,
  tableName: string,
  reminders: readonly Reminder[],
): Promise<number> {
  const batches: Reminder[][] = [];
  for (let i = 0; i < reminders.length; i += itemsPerBatch)
    batches.push(reminders.slice(i, i + itemsPerBatch));
  let largest = 0;
  await eachLimited(batches, batchesInFlight, async (batch) => {
    const requests = batch.map((each): WriteRequest => {
      const encoded = encodeExecution(waitingExecution(each), layout);
      if (encoded.type === 'tooLarge') throw new RangeError(`An item of ${encoded.bytes} bytes waits.`);
      largest = Math.max(largest, attributesSize(encoded.item));
      return { PutRequest: { Item: encoded.item } };
    });
    for (let pending = requests; pending.length > 0; ) {
      const output = await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: pending } }));
      pending = output.UnprocessedItems?.[tableName] ?? [];
    }
  });
  return largest;
}

function waitingExecution({ executionId, dueAt }: Reminder): Execution {
  const now = Date.now();
  const input = { delayMs: dueAt - now };
  const start = { kind: 'start', reference: 'start', machine: reminder.id, input } as const;
  const step = advance(machines, limits, { executionId, execution: undefined, entries: [start], now });
  if (step.type !== 'commit') throw new Error(`The execution '${executionId}' did not start.`);
  return step.execution;
}
