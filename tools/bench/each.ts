/**
 * A list of many items through the local cloud: time, capacity units an item, and the largest item that was ever
 * stored: docs/reference/benchmarks.md. With `--machine`, capacity units of lists on whose items machines work.
 */
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { defaults } from '../../orchestrator/configuration/configuration.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { maximumConcurrency, startBenchCloud } from './benchCloud.ts';
import { choice, count, isGiven, printResult, progress, round, runBench } from './commandLine.ts';
import { costsOf, costsText } from './costTable.ts';
import { engineNames } from './engines.ts';
import { largestItems } from './largestItems.ts';
import { listOfMachines } from './machines/itemMachine.ts';
import { listPrices } from './prices.ts';
import { add } from './workers/add.ts';

const executionId = 'list';
const warmUpId = 'warm-up';
const warmUpItems = 500;
/** How often the execution is looked at until it has ended. */
const pollMs = 250;
const million = 1_000_000;
/** Items of a list, and tasks of the machine of an item. */
const sizes = [
  [10, 0],
  [10, 1],
  [10, 2],
  [40, 1],
  [200, 1],
] as const;

await runBench(async () => {
  if (isGiven('machine')) {
    const executions = count('executions', 10);
    const engine = choice('engine', engineNames);
    const lists = sizes.map(([length, tasks]) => ({
      label: `${length} items, each a machine of ${tasks} tasks`,
      machine: listOfMachines(length, tasks),
    }));
    const costs = await costsOf(lists, add, { engine, executions });
    printResult({ engine, executionsAPoint: executions, costs }, () => costsText(costs));
    return;
  }
  const items = count('items', 10_000);
  const concurrency = count('concurrency', 100);
  const cloud = await startBenchCloud({
    maximumConcurrency,
    countsConsumedCapacity: true,
  });
  const { dynamodb, tableName, environment } = cloud;
  const streams = new DynamoDBStreamsClient({
    endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB_STREAMS ?? '',
    region: environment.AWS_REGION ?? '',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    },
  });
  try {
    const { indexShards, retentionDays } = defaults;
    const table = new DynamoDBTable({
      client: dynamodb,
      tableName,
      now: Date.now,
      indexShards,
      retentionDays,
    });
    const run = async (id: string, length: number) => {
      const start = performance.now();
      const input = { items: length, concurrency: Math.min(concurrency, length) };
      await table.journal.insertStart({ executionId: id, machine: 'list', input });
      for (;;) {
        const execution = await table.executions.read(id);
        if (execution && execution.status !== 'RUNNING') {
          return { execution, seconds: (performance.now() - start) / 1000 };
        }
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    };
    const warmUp = await run(warmUpId, warmUpItems);
    await cloud.settled();
    progress(`Warm-up: ${round(warmUpItems / warmUp.seconds, 0)} items a second`);
    const before = cloud.consumed();
    const { execution, seconds } = await run(executionId, items);
    await cloud.settled();
    const after = cloud.consumed();
    const largest = await largestItems(dynamodb, streams, tableName);
    // The start item is this process's own.
    const writeUnits = after.writeUnits - before.writeUnits + 1;
    const writeUnitsPerItem = writeUnits / items;
    const result = {
      items,
      concurrency,
      status: execution.status,
      output: execution.output,
      seconds: round(seconds, 1),
      itemsPerSecond: round(items / seconds, 0),
      writeUnitsPerItem: round(writeUnitsPerItem, 3),
      /** With those of the clock, which looks once a second whatever there is. */
      readUnitsPerItem: round((after.readUnits - before.readUnits) / items, 3),
      /** By kind of item. */
      largestItemBytes: largest,
      largestExecutionItemBytes: largest.execution,
      onPaperForAMillion: {
        writeUnits: Math.round(writeUnitsPerItem * million),
        usd: round(writeUnitsPerItem * million * listPrices.dynamodb.writeUnit),
        hoursAtThisSpeed: round((million * seconds) / items / 3600, 1),
      },
    };
    printResult(result, () => text(result));
  } finally {
    streams.destroy();
    await cloud.stop();
  }
});

function text(result: {
  items: number;
  concurrency: number;
  status: string;
  output: unknown;
  seconds: number;
  itemsPerSecond: number;
  writeUnitsPerItem: number;
  readUnitsPerItem: number;
  largestItemBytes: Record<string, number>;
  onPaperForAMillion: { writeUnits: number; usd: number; hoursAtThisSpeed: number };
}): string {
  const { writeUnits, usd, hoursAtThisSpeed } = result.onPaperForAMillion;
  const sizes = Object.entries(result.largestItemBytes).map(([kind, bytes]) => `${kind} ${bytes}`);
  return [
    `${result.items} items, ${result.concurrency} at a time: ${result.status} ${JSON.stringify(result.output)}`,
    `${result.seconds} s, ${result.itemsPerSecond} items a second`,
    `${result.writeUnitsPerItem} write units and ${result.readUnitsPerItem} read units an item (at most 3.5 write units)`,
    `Largest items in bytes: ${sizes.join(', ')} (at most 4096)`,
    `A million on paper: ${writeUnits} write units, ${usd} USD, ${hoursAtThisSpeed} h at this speed`,
  ].join('\n');
}
