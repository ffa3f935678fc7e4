/**
 * Measures starting each function as Lambda does, and its first and later invocations, at several
 * memory settings: docs/reference/benchmarks.md.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageDirectory } from '../../infra/bundle/build.ts';
import { bundleFunctions } from '../../infra/bundle.ts';
import { describeDeployment } from '../../infra/describe.ts';
import type { DeploymentDescription, FunctionDescription } from '../../infra/description.ts';
import { startBus } from '../../local/bus.ts';
import { ensureTable } from '../../local/dynamodb/createTable.ts';
import { startEngine } from '../../local/dynamodb/engine.ts';
import type { FunctionProcess } from '../../local/runtimeApi/functionProcess.ts';
import { FunctionProcesses } from '../../local/runtimeApi/functionProcesses.ts';
import { createDynamoDBClient } from '../../orchestrator/aws/client.ts';
import { environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import { count, printResult, progress, round, runBench } from './commandLine.ts';
import { batchSize, FunctionEvents } from './functionEvents.ts';
import { median } from './median.ts';

/** Lambda gives a whole processor at this memory, and less in proportion below it. */
const oneProcessorMb = 1769;
const memorySizesMb = [128, 256, 512, 1024, oneProcessorMb] as const;
const megabyte = 1024 * 1024;
/** How long the clock, which does not end, is watched. */
const clockMs = 4000;

interface Measured {
  readonly role: string;
  readonly memorySizeMb: number;
  readonly initMs: number;
  readonly initCpuMs: number;
  readonly firstMs: number;
  readonly firstCpuMs: number;
  /** For one record, task or wake; for the clock, for one second. */
  readonly warmCpuMs: number;
  readonly memoryMb: number;
  readonly peakMemoryMb: number;
}

await runBench(async () => {
  const runs = count('runs', 5);
  const invocations = count('invocations', 20);
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-cold-start-'));
    ends.push(() => rm(directory, { recursive: true, force: true }));
    const bus = await startBus();
    ends.push(() => bus.stop());
    const deployment = await bundled(directory, bus.endpoint);
    const engine = await startEngine();
    ends.push(() => engine.stop());
    const client = createDynamoDBClient({
      endpoint: engine.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    ends.push(async () => client.destroy());
    await ensureTable(client, deployment.table);
    const functions = await FunctionProcesses.start(deployment.functions, {
      dynamodbEndpoint: engine.endpoint,
      dropsEvents: true,
    });
    ends.push(() => functions.stop());
    const events = new FunctionEvents(client, deployment.table.tableName);

    const measured: Measured[] = [];
    for (const description of oneOfEachRole(deployment)) {
      for (const memorySizeMb of memorySizesMb) {
        const samples: Measured[] = [];
        for (let run = 0; run < runs; run++) {
          const started = await functions.startAnother(description.functionName, { memorySizeMb });
          samples.push(await measure(description, memorySizeMb, started, invocations, events, functions));
          await started.stop();
        }
        const row = middle(samples);
        measured.push(row);
        progress(line(row));
      }
    }
    const result = { runs, invocations, batchSize, functions: measured };
    printResult(result, () => measured.map(line).join('\n'));
  } finally {
    for (const end of ends.reverse()) await end();
  }
});

/** This repository's own machines and workers, as they are deployed. */
async function bundled(outDirectory: string, busEndpoint: string): Promise<DeploymentDescription> {
  const { orchestrator, workerHost, publisher, workers } = await bundleFunctions({
    machinesDirectory: join(packageDirectory, 'machines'),
    workersDirectory: join(packageDirectory, 'workers/examples'),
    outDirectory,
    minify: true,
    bus: {},
  });
  const described = describeDeployment(
    {
      orchestrator: orchestrator.codeDirectory,
      workerHost: workerHost.codeDirectory,
      ...(publisher && { publisher: publisher.codeDirectory }),
      workers,
    },
    { hasMetrics: true },
  );
  const more = { [environmentVariable.busEndpoint]: busEndpoint, NODE_OPTIONS: '--enable-source-maps' };
  const functions = described.functions.map((each) => ({
    ...each,
    environment: { ...each.environment, ...more },
  }));
  return { ...described, functions };
}

function oneOfEachRole({ functions }: DeploymentDescription): FunctionDescription[] {
  const workers = functions.filter(({ role }) => role === 'worker');
  const charge = workers.find(({ functionName }) => functionName.endsWith('-charge'));
  return [...functions.filter(({ role }) => role !== 'worker'), ...(charge ? [charge] : [])];
}

async function measure(
  { role }: FunctionDescription,
  memorySizeMb: number,
  started: FunctionProcess,
  invocations: number,
  events: FunctionEvents,
  functions: FunctionProcesses,
): Promise<Measured> {
  const invoke = async (isWarm: boolean) => {
    const event = await events.next(role, functions, isWarm);
    const before = await started.use();
    const start = performance.now();
    await settled(role, started, event);
    const ms = performance.now() - start;
    return { ms, cpuMs: (await started.use()).cpuMs - before.cpuMs };
  };
  const first = await invoke(false);
  const warm: number[] = [];
  // The clock is looked at for seconds, and its later ones are as its first.
  if (role === 'clock') warm.push((first.cpuMs / clockMs) * 1000);
  else for (let i = 0; i < invocations; i++) warm.push((await invoke(true)).cpuMs);
  const use = await started.use();
  return {
    role,
    memorySizeMb,
    initMs: started.initMs,
    initCpuMs: started.initUse.cpuMs,
    firstMs: first.ms,
    firstCpuMs: first.cpuMs,
    warmCpuMs: median(warm.slice(Math.floor(warm.length / 2))) / (role === 'orchestrator' ? batchSize : 1),
    memoryMb: started.initUse.memoryBytes / megabyte,
    peakMemoryMb: use.peakMemoryBytes / megabyte,
  };
}

/** @throws where the function answers an error: it would have done something else than what is measured */
async function settled(
  role: FunctionDescription['role'],
  started: FunctionProcess,
  event: unknown,
): Promise<void> {
  const invoked = started.invoke(event);
  if (role === 'clock') {
    await new Promise((resolve) => setTimeout(resolve, clockMs));
    return;
  }
  const outcome = await invoked;
  if (outcome.type === 'failed')
    throw new Error(`The function ${role} failed: ${outcome.error.errorMessage}`);
  const { batchItemFailures = [] } = (JSON.parse(outcome.payload) ?? {}) as { batchItemFailures?: unknown[] };
  if (batchItemFailures.length > 0) throw new Error(`The function ${role} did not take its batch.`);
}

function middle(samples: readonly Measured[]): Measured {
  const of = (key: Exclude<keyof Measured, 'role'>) => round(median(samples.map((each) => each[key])), 1);
  const [sample] = samples;
  return {
    role: sample?.role ?? '',
    memorySizeMb: of('memorySizeMb'),
    initMs: of('initMs'),
    initCpuMs: of('initCpuMs'),
    firstMs: of('firstMs'),
    firstCpuMs: of('firstCpuMs'),
    warmCpuMs: round(median(samples.map((each) => each.warmCpuMs)), 2),
    memoryMb: of('memoryMb'),
    peakMemoryMb: of('peakMemoryMb'),
  };
}

function line(row: Measured): string {
  return (
    `${row.role.padEnd(12)} ${String(row.memorySizeMb).padStart(5)} MB: ` +
    `init ${row.initMs} ms (${row.initCpuMs} ms CPU), first invocation ${row.firstMs} ms (${row.firstCpuMs} ms CPU), ` +
    `then ${row.warmCpuMs} ms CPU; memory ${row.memoryMb} MB after init, at most ${row.peakMemoryMb} MB`
  );
}
