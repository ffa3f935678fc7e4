/**
 * Task steps a second on the local cloud against what the same engine takes in plain writes, in the same run:
 * docs/reference/benchmarks.md. With `--mode inline` or `--mode checkpoint`, against the same promises by the stream.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ensureTable } from '../../local/dynamodb/createTable.ts';
import type { LocalCloud } from '../../local/index.ts';
import { maximumConcurrency, startBenchCloud } from './benchCloud.ts';
import { runOnCloud } from './cloudRun.ts';
import { choice, count, printResult, progress, round, runBench } from './commandLine.ts';
import { comparedText, compareWays } from './compareWays.ts';
import { type ProcessTimes, processTimes, timesBetween } from './processTimes.ts';
import { rawWritesPerSecond } from './rawWrites.ts';

const tasks = 5;
const machine = `sequential-${tasks}`;
const rawInFlight = [16, 32, 64];

await runBench(async () => {
  const mode = choice('mode', ['stream', 'inline', 'checkpoint']);
  const executions = count('executions', mode === 'stream' ? 1000 : 100);
  if (mode !== 'stream') {
    const compared = await compareWays(mode, executions, choice('tasks', ['20', '100']) === '100' ? 100 : 20);
    printResult(compared, () => comparedText(compared));
    return;
  }
  const rawWrites = count('writes', 4000);
  const cloud = await startBenchCloud({
    maximumConcurrency,
    bus: false,
  });
  try {
    // Until the compiler has seen to the AWS SDK, which takes some thousand calls in each process.
    for (const prefix of ['warm-up-1', 'warm-up-2']) {
      const warmUp = await runOnCloud(cloud, { machine, prefix, executions });
      progress(`Warm-up: ${round((executions * tasks * 1000) / warmUp.elapsedMs, 0)} task steps a second`);
    }
    await rawWritesOf(cloud, rawWrites);
    // Before and after, so that what else the machine does meets both.
    const sdk = sdkClient(cloud);
    const sdkBefore = await rawWritesOf(cloud, rawWrites, sdk);
    const before = await rawWritesOf(cloud, rawWrites);
    const measured = await runOnCloud(cloud, { machine, prefix: 'measured', executions });
    const after = await rawWritesOf(cloud, rawWrites);
    const sdkAfter = await rawWritesOf(cloud, rawWrites, sdk);
    sdk.destroy();
    const rawWritesPerSecond = best(before, after);
    const sdkWritesPerSecond = best(sdkBefore, sdkAfter);
    const steps = executions * tasks;
    const stepsPerSecond = (steps * 1000) / measured.elapsedMs;
    const result = {
      stepsPerSecond: round(stepsPerSecond, 0),
      rawWritesPerSecond: round(rawWritesPerSecond, 0),
      ratio: round((stepsPerSecond * 2) / rawWritesPerSecond, 3),
      /** For a plain client of the AWS SDK, without Millrace's tuning. */
      sdkWritesPerSecond: round(sdkWritesPerSecond, 0),
      ratioToSdkWrites: round((stepsPerSecond * 2) / sdkWritesPerSecond, 3),
      executions,
      steps,
      seconds: round(measured.elapsedMs / 1000, 2),
      /** By process. */
      cpuMsPerStep: perOne(measured.cpu, steps),
      cpuMsPerRawWrite: perOne(after.cpu, rawWrites * rawInFlight.length),
    };
    printResult(result, () => text(result));
  } finally {
    await cloud.stop();
  }
});

function perOne(times: ProcessTimes, count: number): Record<string, number> {
  const used = [...times].filter(([, ms]) => ms > 0);
  return Object.fromEntries(used.map(([kind, ms]) => [kind, round(ms / count, 3)]));
}

/** As any application has it. */
function sdkClient({ environment }: LocalCloud): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB ?? '',
    region: environment.AWS_REGION ?? '',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    },
  });
}

interface RawWrites {
  /** For each number of writes in flight. */
  readonly perSecond: readonly number[];
  readonly cpu: ProcessTimes;
}

/** The mean of two measurements, at the number in flight that is best. */
function best(before: RawWrites, after: RawWrites): number {
  return Math.max(...before.perSecond.map((each, i) => (each + (after.perSecond[i] ?? 0)) / 2));
}

/** For each number of writes in flight, into a table like Millrace's whose stream has no reader. */
async function rawWritesOf(
  cloud: LocalCloud,
  writes: number,
  client: DynamoDBClient = cloud.dynamodb,
): Promise<RawWrites> {
  const tableName = 'raw-writes';
  await ensureTable(cloud.dynamodb, { ...cloud.description.table, tableName });
  const perSecond: number[] = [];
  const cpuBefore = processTimes();
  for (const inFlight of rawInFlight) {
    const measured = await rawWritesPerSecond(client, tableName, writes, inFlight);
    const whose = client === cloud.dynamodb ? '' : ", the AWS SDK's own client";
    progress(`Plain conditional puts${whose}, ${inFlight} in flight: ${round(measured, 0)} a second`);
    perSecond.push(measured);
  }
  return { perSecond, cpu: timesBetween(cpuBefore, processTimes()) };
}

function text(result: {
  stepsPerSecond: number;
  rawWritesPerSecond: number;
  ratio: number;
  sdkWritesPerSecond: number;
  ratioToSdkWrites: number;
  executions: number;
  seconds: number;
  cpuMsPerStep: Record<string, number>;
  cpuMsPerRawWrite: Record<string, number>;
}): string {
  const cpu = (times: Record<string, number>) =>
    Object.entries(times)
      .map(([kind, ms]) => `${kind} ${ms} ms`)
      .join(', ');
  return [
    `${result.executions} executions of ${tasks} tasks in ${result.seconds} s: ${result.stepsPerSecond} task steps a second`,
    `Plain conditional puts, one process: ${result.rawWritesPerSecond} a second`,
    `Two writes a step: ${result.ratio} of what the engine takes in plain writes (at least 0.6)`,
    `The same by the AWS SDK's own client: ${result.sdkWritesPerSecond} a second, and ${result.ratioToSdkWrites} of them`,
    `CPU a step: ${cpu(result.cpuMsPerStep)}`,
    `CPU a plain put: ${cpu(result.cpuMsPerRawWrite)}`,
  ].join('\n');
}
