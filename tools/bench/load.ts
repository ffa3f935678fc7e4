/**
 * Very many executions started as fast as they can be written: whether the backlog drains, with what memory, and whether
 * anything is lost: docs/reference/benchmarks.md.
 */
import { loadavg } from 'node:os';
import { setInterval, setTimeout as sleep } from 'node:timers/promises';
import { eachLimited } from '../../orchestrator/concurrency/eachLimited.ts';
import { defaults } from '../../orchestrator/configuration/configuration.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { maximumConcurrency, startBenchCloud } from './benchCloud.ts';
import { count, printResult, progress, round, runBench } from './commandLine.ts';
import { countSucceeded } from './countSucceeded.ts';
import { type MemorySample, sampleMemory } from './memorySamples.ts';

const machine = 'sequential-1';
const startsInFlight = 64;
const memoryEveryMs = 1000;
/** Rows of memory over time in the text. */
const rowsShown = 12;
const countEveryMs = 5000;
const patienceMs = 20 * 60_000;

interface Result {
  readonly executions: number;
  readonly succeeded: number;
  readonly startSeconds: number;
  readonly startsPerSecond: number;
  /** Executions that had not ended when the last start was written. */
  readonly backlog: number;
  readonly drainSeconds: number;
  readonly endsPerSecond: number;
  /** Once a second, and how many had ended by then, as last counted. */
  readonly memory: readonly (MemorySample & { readonly ended: number })[];
  readonly recordsGivenUp: number;
  readonly machineLoad: readonly [number, number];
}

await runBench(async () => {
  const executions = count('executions', 20_000);
  const cloud = await startBenchCloud({
    maximumConcurrency,
    bus: false,
  });
  const { dynamodb: client, tableName } = cloud;
  const memory: (MemorySample & { ended: number })[] = [];
  const sampling = new AbortController();
  try {
    const { indexShards, retentionDays } = defaults;
    const table = new DynamoDBTable({ client, tableName, now: () => Date.now(), indexShards, retentionDays });
    const loadBefore = loadavg()[0] ?? 0;
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    let ended = 0;
    const sample = async () => {
      for await (const _ of setInterval(memoryEveryMs, undefined, { signal: sampling.signal })) {
        const now = await sampleMemory(cloud.description.eventSource.functionName, round(seconds(), 1));
        memory.push({ ...now, ended });
      }
    };
    const sampled = sample();
    sampled.catch(() => {}); // Ends by being aborted.
    const numbers = Array.from({ length: executions }, (_, number) => number);
    await eachLimited(numbers, startsInFlight, async (number) => {
      await table.journal.insertStart({ executionId: `load-${number}`, machine, input: { from: number } });
    });
    const startSeconds = seconds();
    const succeeded = () => countSucceeded(client, tableName, machine);
    ended = await succeeded();
    const backlog = executions - ended;
    progress(`${executions} started in ${round(startSeconds, 1)} s, ${backlog} of them not ended`);
    while (ended < executions && seconds() * 1000 < patienceMs) {
      await sleep(countEveryMs);
      ended = await succeeded();
      progress(`${ended} of ${executions} ended`);
    }
    const result: Result = {
      executions,
      succeeded: ended,
      startSeconds: round(startSeconds, 1),
      startsPerSecond: round(executions / startSeconds, 0),
      backlog,
      drainSeconds: round(seconds() - startSeconds, 1),
      endsPerSecond: round(ended / seconds(), 0),
      memory,
      recordsGivenUp: cloud.recordsGivenUp(),
      machineLoad: [round(loadBefore, 1), round(loadavg()[0] ?? 0, 1)],
    };
    printResult(result, () => text(result));
    if (ended !== executions) process.exitCode = 1;
  } finally {
    sampling.abort();
    await cloud.stop();
  }
});

function text(result: Result): string {
  const { executions, succeeded, startSeconds, startsPerSecond, backlog, drainSeconds, memory } = result;
  return [
    `${executions} executions started in ${startSeconds} s, ${startsPerSecond} a second`,
    `${backlog} of them had not ended by then; ${succeeded} had ${drainSeconds} s later, ${result.endsPerSecond} a second over all`,
    `Not ended: ${executions - succeeded}; records that the stream gave up: ${result.recordsGivenUp}`,
    ...memoryTable(memory),
    `Load of the machine before and after: ${result.machineLoad.join(' and ')}`,
  ].join('\n');
}

function memoryTable(memory: Result['memory']): string[] {
  const every = Math.max(1, Math.floor(memory.length / rowsShown));
  const mb = (value: number | undefined) => String(round(value ?? 0, 0)).padStart(13);
  return [
    'MB resident     ended orchestrator all functions  local cloud     DynamoDB',
    ...memory
      .filter((_, i) => i % every === every - 1)
      .map(
        ({ seconds, ended, orchestrator, functions, localCloud, engine }) =>
          `after ${String(round(seconds, 0)).padStart(4)} s ${String(ended).padStart(8)}${[orchestrator, functions, localCloud, engine].map(mb).join('')}`,
      ),
  ];
}
