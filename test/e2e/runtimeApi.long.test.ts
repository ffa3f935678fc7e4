import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { App, Stack } from 'aws-cdk-lib';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDirectory } from '../../infra/bundle/build.ts';
import { Millrace } from '../../infra/cdk/index.ts';
import type { DeploymentDescription } from '../../infra/description.ts';
import { readDeployment } from '../../infra/template/readDeployment.ts';
import { type LocalBus, startBus } from '../../local/bus.ts';
import { ensureTable } from '../../local/dynamodb/createTable.ts';
import { startEngine } from '../../local/dynamodb/engine.ts';
import { startEventSource } from '../../local/eventSource/eventSource.ts';
import { FunctionProcesses } from '../../local/runtimeApi/functionProcesses.ts';
import { createDynamoDBClient } from '../../orchestrator/aws/client.ts';
import { eventually } from '../support/eventually.ts';
import { functionsOfClaim } from './claim.features.ts';

const started: (() => Promise<unknown> | unknown)[] = [];
let bus: LocalBus & { stop(): Promise<void> };
const printed: { readonly functionName: string; readonly text: string }[] = [];
let deployment: DeploymentDescription;
let functions: FunctionProcesses;
let client: DynamoDBClient;

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** A machine that only the clock and the wake function bring forward. */
const nap = {
  id: 'nap',
  version: '1',
  initial: 'asleep',
  states: { asleep: { after: { 300: 'awake' } }, awake: { type: 'final' } },
};

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-runtime-api-'));
  started.push(() => rm(directory, { recursive: true, force: true }));
  bus = await startBus();
  started.push(() => bus.stop());
  deployment = await synthesize(directory, bus.endpoint);

  const engine = await startEngine();
  started.push(() => engine.stop());
  const ofEngine = {
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  client = createDynamoDBClient(ofEngine);
  started.push(() => client.destroy());
  const { streamArn } = await ensureTable(client, deployment.table);
  functions = await FunctionProcesses.start(deployment.functions, {
    dynamodbEndpoint: engine.endpoint,
    output: (functionName, piece) => printed.push({ functionName, text: piece }),
  });
  started.push(() => functions.stop());

  const streamsClient = new DynamoDBStreamsClient(ofEngine);
  started.push(() => streamsClient.destroy());
  for (const eventSource of [
    deployment.eventSource,
    ...(deployment.bus ? [deployment.bus.eventSource] : []),
  ]) {
    const source = startEventSource({
      streamsClient,
      streamArn,
      eventSource,
      invoke: async (payload) => {
        const outcome = await functions.invoke(eventSource.functionName, JSON.parse(payload));
        return outcome.type === 'succeeded'
          ? { payload: outcome.payload }
          : { payload: JSON.stringify(outcome.error), functionError: 'Unhandled' };
      },
    });
    started.push(() => source.stop());
  }
});

afterAll(async () => {
  for (const end of started.reverse()) await end();
});

/** This repository's own machines and workers, and one machine more, as `cdk synth` leaves them. */
async function synthesize(directory: string, endpoint: string): Promise<DeploymentDescription> {
  const file = join(directory, 'nap.json');
  await writeFile(file, JSON.stringify(nap));
  const outdir = join(directory, 'cdk.out');
  const app = new App({ outdir });
  const millrace = new Millrace(new Stack(app, 'Shop'), 'Orders', {
    machines: join(packageDirectory, 'machines'),
    workers: join(packageDirectory, 'workers/examples'),
    // The functions of the example definition are not deployed here.
    substitutions: Object.fromEntries(
      Object.entries(functionsOfClaim).map(([name, functionName]) => [
        name,
        `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
      ]),
    ),
    bus: { endpoint },
    rules: { Tired: { eventPattern: { source: ['bed'] }, start: { machine: 'nap' } } },
  });
  millrace.addMachine(file);
  app.synth();
  return readDeployment(join(outdir, 'Shop.template.json'));
}

function nameOf(role: DeploymentDescription['functions'][number]['role']): string {
  return deployment.functions.find((each) => each.role === role)?.functionName ?? role;
}

async function start(executionId: string, machine: string, input: object): Promise<void> {
  const Item = marshall({ executionId, item: 'start', machine, input, traceparent });
  await client.send(new PutItemCommand({ TableName: deployment.table.tableName, Item }));
}

async function ended(executionId: string): Promise<Record<string, unknown>> {
  const Key = marshall({ executionId, item: 'execution' });
  const read = async () => {
    const { Item } = await client.send(new GetItemCommand({ TableName: deployment.table.tableName, Key }));
    return unmarshall(Item ?? {});
  };
  return eventually(read, ({ endedAt }) => endedAt !== undefined, { what: executionId });
}

describe('the bundles that are shipped, unpacked and run through the Runtime API', () => {
  it('bring an execution from its start to its end, through workers, worker host and publisher', async () => {
    const input = {
      orderId: 'order-0001',
      sku: 'tea-kettle',
      quantity: 1,
      amount: 3950,
      card: 'card-403d-8945',
      email: 'yara.jansen@example.com',
      country: 'NL',
    };
    await start('order-0001', 'order', input);
    expect(await ended('order-0001')).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'shipped' },
      traceparent,
    });
    const statuses = await eventually(
      async () => bus.events().flatMap(({ detail }) => ('status' in detail ? [detail.status] : [])),
      (told) => told.length >= 2,
      { what: 'the events on the bus' },
    );
    expect(statuses).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  it('fire timers: the clock finds what is due and calls the wake function', async () => {
    const run = functions.invoke(nameOf('clock'), {});
    await start('nap-1', 'nap', {});
    expect(await ended('nap-1')).toMatchObject({ status: 'SUCCEEDED', state: 'awake' });
    expect(functions.started).toContain(nameOf('wake'));
    run.catch(() => {});
  });

  it('start executions by rules of an event bus', async () => {
    const event = { id: 'e-1', source: 'bed', detail: {} };
    const request = { rule: 'Tired', start: { machine: 'nap' }, event };
    expect(await functions.invoke(nameOf('ingest'), request)).toMatchObject({ type: 'succeeded' });
    const run = functions.invoke(nameOf('clock'), {});
    expect(await ended('nap-Tired-e-1')).toMatchObject({ status: 'SUCCEEDED' });
    run.catch(() => {});
  });

  it('hear of workers that died', async () => {
    const outcome = await functions.invoke(nameOf('failed'), { requestPayload: {}, responsePayload: null });
    expect(outcome).toEqual({ type: 'succeeded', payload: 'null' });
  });

  it('load all: every function of the stack has a handler of its name', async () => {
    for (const { functionName } of deployment.functions) {
      const { initMs } = await functions.of(functionName);
      expect(initMs).toBeGreaterThan(0);
    }
  });

  it('post an error as the runtime does where a handler throws, and go on', async () => {
    const outcome = await functions.invoke(nameOf('orchestrator'), { Records: 1 });
    expect(outcome).toMatchObject({ type: 'failed', error: { errorType: 'TypeError' } });
    expect(await functions.invoke(nameOf('orchestrator'), { Records: [] })).toMatchObject({
      type: 'succeeded',
    });
  });

  it('publish metrics of what they did', () => {
    const lines = printed
      .map(({ text: piece }) => piece)
      .join('')
      .split('\n')
      .filter((line) => line.includes('CloudWatchMetrics'))
      .map((line) => JSON.parse(line));
    const sum = (name: string) =>
      lines.reduce((total, line) => total + (line.machine === 'order' ? (line[name] ?? 0) : 0), 0);
    expect(sum('Steps')).toBe(4);
    expect(sum('Commits')).toBeGreaterThanOrEqual(5);
    expect(lines.some((line) => line.machine === 'nap' && line.Wakes === 1)).toBe(true);
  });
});

describe('the bundles hold', () => {
  it('no package that is for development, and none that is not of this project’s dependencies', async () => {
    const lock = JSON.parse(await readFile(join(packageDirectory, 'package-lock.json'), 'utf8'));
    // Its peers, as XState, are installed for development here and by the user there.
    const { peerDependencies } = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8'));
    const peers = new Set(Object.keys(peerDependencies).map((name) => `node_modules/${name}`));
    const forbidden: string[] = [];
    // The example of a worker without the SDK brings packages of its own, as a user's worker may.
    const own = deployment.functions.filter(({ functionName }) => !functionName.endsWith('-plain'));
    for (const { codeDirectory } of own) {
      const map = JSON.parse(await readFile(join(codeDirectory, 'index.mjs.map'), 'utf8'));
      for (const source of map.sources as string[]) {
        const path = /(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
        if (path === undefined) continue;
        const locked = lock.packages[path];
        if ((!locked || locked.dev === true) && !peers.has(path)) forbidden.push(path);
      }
    }
    expect(forbidden).toEqual([]);
  });

  it('all that they import but Node’s own modules, and the S3 client that Lambda has', async () => {
    for (const { codeDirectory } of deployment.functions) {
      const imported = await importsOf(join(codeDirectory, 'index.mjs'));
      const others = imported.filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
      expect(new Set(others)).toEqual(new Set(others.length > 0 ? ['@aws-sdk/client-s3'] : []));
    }
  });
});

/** The modules that a module loads, by `import` or `require`, also when it runs. */
async function importsOf(file: string): Promise<string[]> {
  const names: string[] = [];
  const recorder: Plugin = {
    name: 'recorder',
    setup: ({ onResolve }) => {
      onResolve({ filter: /.*/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined;
        names.push(path);
        return { path, external: true };
      });
    },
  };
  await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
    plugins: [recorder],
  });
  return names;
}
