/**
 * A machine that goes round 20,000 times: what its first and its last steps cost, what is stored of them, and how long its
 * history takes to page and to replay: docs/reference/benchmarks.md.
 */
import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import type { Units } from '../../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import { choice, count, printResult, progress, round, runBench } from './commandLine.ts';
import { engineNames, startNamedEngine } from './engines.ts';
import { startInProcessMillrace } from './inProcessMillrace.ts';
import { loop } from './machines/loop.ts';
import { type Window, WindowMeter } from './windowMeter.ts';
import { add } from './workers/add.ts';

const executionId = 'loop';
const pageSize = 100;

await runBench(async () => {
  const engineName = choice('engine', engineNames);
  const steps = count('steps', 20_000);
  const window = Math.min(1000, Math.floor(steps / 3));
  const machine = loop(steps);
  const engine = await startNamedEngine(engineName);
  try {
    const meter = new WindowMeter(steps, window);
    const millrace = await startInProcessMillrace(engine.endpoint, [machine], add, {
      onCommit: (execution) => meter.commit(execution, () => millrace.usage()),
      endDeadlineMs: steps * 200,
    });
    try {
      await millrace.run(machine.id, [executionId], { from: 0 });
      const bytes = await resultBytes(millrace.client, millrace.tableName);
      const windows = {
        first: meter.window('first', mean(bytes.results.slice(0, window))),
        last: meter.window('last', mean(bytes.results.slice(-window))),
      };
      const history = await timeHistory(millrace.client, millrace.tableName, machine, steps);
      const { logSegments, segmentBytesPerStep } = bytes;
      const result = { engine: engineName, steps, ...windows, logSegments, segmentBytesPerStep, history };
      printResult(result, () => text(result));
    } finally {
      await millrace.stop();
    }
  } finally {
    await engine.stop();
  }
});

/** Sizes of the result items, by the number of their task, and of the older parts of the log. */
async function resultBytes(client: DynamoDBClient, tableName: string) {
  const byTask = new Map<number, number>();
  let logSegments = 0;
  let segmentBytes = 0;
  const query = {
    TableName: tableName,
    KeyConditionExpression: 'executionId = :id',
    ExpressionAttributeValues: { ':id': { S: executionId } },
  };
  for await (const { Items = [] } of paginateQuery({ client }, query)) {
    for (const item of Items) {
      const [kind, number] = (item.item?.S ?? '').split('#');
      if (kind === 'task') byTask.set(Number(number), attributesSize(item));
      if (kind !== 'log') continue;
      logSegments += 1;
      segmentBytes += attributesSize(item);
    }
  }
  const results = [...byTask].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
  return { results, logSegments, segmentBytesPerStep: round(segmentBytes / byTask.size, 1) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Timed {
  readonly milliseconds: number;
  /** CPU of this process, in which nothing else runs. */
  readonly cpuMilliseconds: number;
  readonly readUnits: number;
}

async function timeHistory(
  dynamodb: DynamoDBClient,
  tableName: string,
  machine: ReturnType<typeof loop>,
  steps: number,
) {
  let readUnits = 0;
  const onConsumedCapacity = (units: Units) => {
    readUnits += units.readUnits;
  };
  const client = createClient({ dynamodb, tableName, onConsumedCapacity });
  const timed = async (what: string, work: () => Promise<unknown>): Promise<Timed> => {
    readUnits = 0;
    const before = performance.now();
    const cpuBefore = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(cpuBefore);
    const result = {
      milliseconds: round(performance.now() - before, 0),
      cpuMilliseconds: round((user + system) / 1000, 0),
      readUnits: round(readUnits, 1),
    };
    progress(`${what}: ${result.milliseconds} ms`);
    return result;
  };
  const entries = steps + 1;
  const page = (from: number) => () => client.history(executionId, { from, limit: pageSize });
  const first = await timed('first page', page(1));
  return {
    pageSize,
    firstPage: first,
    middlePage: await timed('page in the middle', page(Math.floor(entries / 2))),
    middlePageByCursor: await byCursor(client, Math.floor(entries / 2), timed),
    lastPage: await timed('last page', page(entries - pageSize + 1)),
    all: await timed('all', () => drain(client.historyAll(executionId), entries)),
    allWithStates: await timed('all, with states', () =>
      drain(client.historyAll(executionId, { machines: [machine] }), entries),
    ),
    replay: await timed('replay', async () => {
      const { outcome } = await client.replay(executionId, [machine]);
      if (outcome !== 'equal') throw new Error(`The replay is ${outcome}, not equal.`);
    }),
  };
}

async function byCursor(
  client: MillraceClient,
  from: number,
  timed: (what: string, work: () => Promise<unknown>) => Promise<Timed>,
): Promise<Timed> {
  const { cursor } = await client.history(executionId, { from: from - pageSize, limit: pageSize });
  return timed('page in the middle, by cursor', () =>
    client.history(executionId, { limit: pageSize, ...(cursor !== undefined && { cursor }) }),
  );
}

async function drain(entries: AsyncIterable<unknown>, expected: number): Promise<void> {
  let read = 0;
  for await (const _ of entries) read += 1;
  if (read !== expected) throw new Error(`The history has ${read} entries, not ${expected}.`);
}

interface Result {
  readonly engine: string;
  readonly steps: number;
  readonly first: Window;
  readonly last: Window;
  readonly logSegments: number;
  readonly segmentBytesPerStep: number;
  readonly history: Awaited<ReturnType<typeof timeHistory>>;
}

function text({ engine, steps, first, last, logSegments, segmentBytesPerStep, history }: Result): string {
  const rows: [name: string, value: (window: Window) => number][] = [
    ['write units', ({ writeUnits }) => writeUnits],
    ['read units', ({ readUnits }) => readUnits],
    ['calls of the orchestrator', ({ orchestratorCalls }) => orchestratorCalls],
    ['milliseconds', ({ milliseconds }) => milliseconds],
    ['execution item, largest (bytes)', ({ executionItemBytes }) => executionItemBytes],
    ['result item (bytes)', ({ resultItemBytes }) => resultItemBytes],
  ];
  const { pageSize: size, ...timings } = history;
  return [
    `A step of a machine that goes round ${steps} times, by ${engine}`,
    '',
    `${''.padEnd(32)} first ${first.steps}   last ${last.steps}`,
    ...rows.map(
      ([name, value]) =>
        `${name.padEnd(32)} ${String(value(first)).padStart(10)} ${String(value(last)).padStart(10)}`,
    ),
    '',
    `Older parts of the log: ${logSegments} items, ${segmentBytesPerStep} bytes a step`,
    '',
    `Its history, in pages of ${size}     ms   ms of CPU   read units`,
    ...Object.entries(timings).map(
      ([name, { milliseconds, cpuMilliseconds, readUnits }]) =>
        `  ${name.padEnd(24)} ${[milliseconds, cpuMilliseconds, readUnits].map((figure) => String(figure).padStart(10)).join(' ')}`,
    ),
  ].join('\n');
}
