/**
 * The cost of very many waiting executions while none is due, and the lateness of timers through the clock and wake functions
 * of the local cloud: docs/reference/benchmarks.md.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { paginateQuery } from '@aws-sdk/client-dynamodb';
import type { LocalCloud } from '../../local/index.ts';
import { defaults, functionNames } from '../../orchestrator/configuration/configuration.ts';
import { runSeconds } from '../../orchestrator/handlers/clock.ts';
import { indexName, indexPartition } from '../../orchestrator/table/schema.ts';
import { startBenchCloud } from './benchCloud.ts';
import { count, printResult, progress, round, runBench } from './commandLine.ts';
import { reminder } from './machines/reminder.ts';
import { percentile } from './percentile.ts';
import { idleMonthLines } from './prices.ts';
import { type ProcessTimes, processTimes, timesBetween } from './processTimes.ts';
import { type Reminder, writeReminders } from './waitingExecutions.ts';

const dayMs = 86_400_000;
/** Between the first write of so many executions and the first that is due: all must be there by then. */
const leadMs = (executions: number) => 5000 + 4 * executions;
const patienceMs = 180_000;
const names = functionNames(defaults.functionPrefix);

await runBench(async () => {
  const waiting = count('waiting', 100_000);
  const idleSeconds = count('idle-seconds', 60);
  const rate = count('rate', 20);
  const seconds = count('seconds', 60);
  const atOnce = count('at-once', 10_000);
  const cloud = await startBenchCloud({
    countsConsumedCapacity: true,
  });
  try {
    await warmUp(cloud);
    const idleEmpty = await idle(cloud, idleSeconds);
    progress(
      `${idleSeconds} s with nothing in the table: ${idleEmpty.readUnitsPerSecond} read units a second`,
    );
    const largestItemBytes = await writeWaiting(cloud, waiting);
    const idleFull = await idle(cloud, idleSeconds);
    progress(`${idleSeconds} s with ${waiting} waiting: ${idleFull.readUnitsPerSecond} read units a second`);
    const moderate = await measure(cloud, 'moderate', rate * seconds, (i) => (i * 1000) / rate);
    progress(`${moderate.executions} due over ${seconds} s: at most ${moderate.latenessMs.max} ms late`);
    const burst = await measure(cloud, 'at-once', atOnce, () => 0);
    const result = {
      waiting,
      largestItemBytes,
      idle: { seconds: idleSeconds, empty: idleEmpty, full: idleFull },
      moderate: { ...moderate, ratePerSecond: rate },
      atOnce: { ...burst, drainedPerSecond: round((atOnce * 1000) / burst.latenessMs.max, 0) },
      usdPerIdleMonth: round(usdPerIdleMonth(cloud)),
    };
    printResult(result, () => text(result));
  } finally {
    await cloud.stop();
  }
});

/** Until the functions' processes run and have compiled the AWS SDK. */
async function warmUp(cloud: LocalCloud): Promise<void> {
  const warm = await measure(cloud, 'warm-up', 3000, (i) => i * 10);
  progress(`Warm-up: ${warm.executions} fired, at most ${warm.latenessMs.max} ms late`);
}

async function writeWaiting(cloud: LocalCloud, waiting: number): Promise<number> {
  const now = Date.now();
  const start = performance.now();
  // From a day to a year from now.
  const reminders = Array.from({ length: waiting }, (_, i) => ({
    executionId: `waiting-${i}`,
    dueAt: now + dayMs + Math.floor((i * 364 * dayMs) / waiting),
  }));
  const largest = await writeReminders(cloud.dynamodb, cloud.tableName, reminders);
  await cloud.settled();
  progress(`${waiting} waiting executions written in ${round((performance.now() - start) / 1000, 0)} s`);
  return largest;
}

interface Idle {
  readonly readUnitsPerSecond: number;
  readonly writeUnitsPerSecond: number;
  /** By process. */
  readonly cpuMsPerSecond: Readonly<Record<string, number>>;
}

/** Capacity units and CPU while the clock looks and finds nothing. */
async function idle(cloud: LocalCloud, seconds: number): Promise<Idle> {
  await sleep(2000);
  const unitsBefore = cloud.consumed();
  const cpuBefore = processTimes();
  const start = performance.now();
  await sleep(seconds * 1000);
  const elapsed = (performance.now() - start) / 1000;
  const units = cloud.consumed();
  return {
    readUnitsPerSecond: round((units.readUnits - unitsBefore.readUnits) / elapsed),
    writeUnitsPerSecond: round((units.writeUnits - unitsBefore.writeUnits) / elapsed),
    cpuMsPerSecond: perOne(timesBetween(cpuBefore, processTimes()), elapsed),
  };
}

function perOne(times: ProcessTimes, count: number): Record<string, number> {
  return Object.fromEntries([...times].map(([kind, ms]) => [kind, round(ms / count, 2)]));
}

interface Fired {
  readonly executions: number;
  /** Between the due time and the step that the wake function took. */
  readonly latenessMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly early: number;
  readonly writeUnitsPerExecution: number;
  readonly readUnitsPerExecution: number;
  /** By process. */
  readonly cpuMsPerExecution: Readonly<Record<string, number>>;
  readonly wakeCalls: number;
  readonly wakeCallsRefused: number;
}

/** Lets executions fall due, each so long after the first, and waits until all have ended. */
async function measure(
  cloud: LocalCloud,
  prefix: string,
  executions: number,
  offsetMs: (number: number) => number,
): Promise<Fired> {
  const startedAt = Date.now();
  const firstDueAt = startedAt + leadMs(executions);
  const reminders = Array.from({ length: executions }, (_, i) => ({
    executionId: `${prefix}-${i}`,
    dueAt: firstDueAt + Math.floor(offsetMs(i)),
  }));
  await writeReminders(cloud.dynamodb, cloud.tableName, reminders);
  if (Date.now() >= firstDueAt) throw new TooSlowError(executions);
  const unitsBefore = cloud.consumed();
  const callsBefore = wakeMetrics(cloud);
  const cpuBefore = processTimes();
  const lateness = await latenessOf(cloud, reminders, startedAt);
  const cpu = timesBetween(cpuBefore, processTimes());
  // A call answers after its last execution has ended, and then reports its units.
  await sleep(1500);
  const units = cloud.consumed();
  const calls = wakeMetrics(cloud);
  return {
    executions,
    latenessMs: {
      p50: percentile(lateness, 50),
      p99: percentile(lateness, 99),
      max: percentile(lateness, 100),
    },
    early: lateness.filter((ms) => ms < 0).length,
    writeUnitsPerExecution: round((units.writeUnits - unitsBefore.writeUnits) / executions),
    readUnitsPerExecution: round((units.readUnits - unitsBefore.readUnits) / executions),
    cpuMsPerExecution: perOne(cpu, executions),
    wakeCalls: calls.invocations - callsBefore.invocations,
    wakeCallsRefused: calls.throttles - callsBefore.throttles,
  };
}

function wakeMetrics(cloud: LocalCloud): { readonly invocations: number; readonly throttles: number } {
  return cloud.functionMetrics().get(names.wake) ?? { invocations: 0, throttles: 0 };
}

/** Thrown when the first timers fell due before the last were written: it would not be known what was measured. */
class TooSlowError extends Error {
  readonly code = 'TooSlow';
  override readonly name = 'TooSlowError';
  constructor(executions: number) {
    super(
      `Writing ${executions} executions took over ${leadMs(executions)} ms: let less run beside the bench.`,
    );
  }
}

/** Looks rarely, because a look takes from what is measured. */
async function latenessOf(
  cloud: LocalCloud,
  reminders: readonly Reminder[],
  startedAt: number,
): Promise<number[]> {
  const lastDueAt = Math.max(...reminders.map(({ dueAt }) => dueAt));
  await sleep(lastDueAt - Date.now());
  for (;;) {
    const endedAt = await endTimes(cloud, startedAt);
    const lateness = reminders.flatMap(({ executionId, dueAt }) => {
      const at = endedAt.get(executionId);
      return at === undefined ? [] : [at - dueAt];
    });
    if (lateness.length === reminders.length) return lateness;
    if (Date.now() > lastDueAt + patienceMs) {
      throw new Error(
        `Of ${reminders.length} timers ${lateness.length} have fired: look at what was printed.`,
      );
    }
    await sleep(2000);
  }
}

async function endTimes(cloud: LocalCloud, since: number): Promise<Map<string, number>> {
  const endedAt = new Map<string, number>();
  for (let shard = 0; shard < defaults.indexShards; shard++) {
    const query = {
      TableName: cloud.tableName,
      IndexName: indexName,
      KeyConditionExpression: 'mr_pk = :partition AND mr_sk >= :since',
      ExpressionAttributeValues: {
        ':partition': { S: indexPartition.ended(reminder.id, 'SUCCEEDED', shard) },
        ':since': { N: String(since) },
      },
    } as const;
    for await (const { Items = [] } of paginateQuery({ client: cloud.dynamodb }, query)) {
      for (const item of Items) endedAt.set(item.executionId?.S ?? '', Number(item.mr_sk?.N));
    }
  }
  return endedAt;
}

function usdPerIdleMonth(cloud: LocalCloud): number {
  const clock = cloud.description.functions.find(({ role }) => role === 'clock');
  if (!clock) throw new Error('The deployment has no clock.');
  const { memorySizeMb } = clock;
  return idleMonthLines({ runSeconds, memorySizeMb, indexShards: defaults.indexShards }).reduce(
    (sum, { usd }) => sum + usd,
    0,
  );
}

function text(result: {
  readonly waiting: number;
  readonly largestItemBytes: number;
  readonly idle: { readonly seconds: number; readonly empty: Idle; readonly full: Idle };
  readonly moderate: Fired & { readonly ratePerSecond: number };
  readonly atOnce: Fired & { readonly drainedPerSecond: number };
  readonly usdPerIdleMonth: number;
}): string {
  const { waiting, idle: measured, moderate, atOnce } = result;
  const cpu = (times: Readonly<Record<string, number>>) =>
    Object.entries(times)
      .filter(([, ms]) => ms > 0)
      .map(([kind, ms]) => `${kind} ${ms}`)
      .join(', ');
  const idleLine = ({ readUnitsPerSecond, writeUnitsPerSecond, cpuMsPerSecond }: Idle) =>
    `${readUnitsPerSecond} read and ${writeUnitsPerSecond} write units a second; CPU in ms a second: ${cpu(cpuMsPerSecond)}`;
  const late = ({ latenessMs: { p50, p99, max } }: Fired) =>
    `median ${p50} ms late, 99 of 100 at most ${p99} ms, all at most ${max} ms`;
  const units = (fired: Fired) =>
    `${fired.writeUnitsPerExecution} write and ${fired.readUnitsPerExecution} read units each; ` +
    `${fired.wakeCalls} calls of the wake function, ${fired.wakeCallsRefused} refused; CPU in ms each: ${cpu(fired.cpuMsPerExecution)}`;
  return [
    `Nothing due for ${measured.seconds} s`,
    `  no execution:        ${idleLine(measured.empty)}`,
    `  ${waiting} waiting: ${idleLine(measured.full)}`,
    `  an execution that waits takes ${result.largestItemBytes} bytes; the clock ${result.usdPerIdleMonth} USD a month`,
    `${moderate.executions} due, ${moderate.ratePerSecond} a second: ${late(moderate)}; ${moderate.early} early`,
    `  ${units(moderate)}`,
    `${atOnce.executions} due at once: ${late(atOnce)}; ${atOnce.early} early; ${atOnce.drainedPerSecond} a second`,
    `  ${units(atOnce)}`,
  ].join('\n');
}
