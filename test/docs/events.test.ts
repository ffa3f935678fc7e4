import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LocalEventBridge } from '../../local/eventBridge/eventBridge.ts';
import type { BusEvent } from '../../orchestrator/bus/bus.ts';
import { detailType } from '../../orchestrator/bus/bus.ts';
import { executionStatuses } from '../../orchestrator/core/execution/model/execution.ts';
import { publishHandler } from '../../orchestrator/handlers/publish.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { project } from '../infra/bundleFixture.ts';
import { crier, messenger } from '../support/busMachines.ts';
import { CommitStream, RecordingBus } from '../support/commitStream.ts';
import { type JsonSchema, problemsOf } from '../support/jsonSchema.ts';
import { codeBlocksOf, repositoryDirectory } from './codeBlocks.ts';

async function schemaOf(name: string): Promise<JsonSchema> {
  const path = join(repositoryDirectory, `docs/reference/events/${name}.schema.json`);
  return JSON.parse(await readFile(path, 'utf8'));
}

const statusChange = await schemaOf('execution-status-change');
const emitted = await schemaOf('execution-event');
const blocks = await codeBlocksOf('docs/reference/events.md');

const schemaFor = (event: BusEvent) =>
  event['detail-type'] === detailType.statusChange ? statusChange : emitted;
const problemsIn = (event: BusEvent) => problemsOf(schemaFor(event), JSON.parse(JSON.stringify(event)));

/** Events of executions that succeed, fail, are stopped, wait for a redrive and go on after it. */
async function realEvents(): Promise<BusEvent[]> {
  const walkers = {
    walk: () => {
      throw new RangeError('the bridge is open');
    },
  };
  const cloud = new SimulatedCloud([crier, messenger], walkers);
  const stream = new CommitStream(cloud.table);
  await cloud.start('crier', 'succeeding');
  await cloud.send('succeeding', 'END');
  await cloud.start('crier', 'throwing');
  await cloud.send('throwing', 'STUMBLE');
  await cloud.start('messenger', 'failing');
  await cloud.start('crier', 'stopped');
  await cloud.control('stopped', 'stop');
  await cloud.start('nobody', 'missing');
  await cloud.advance(3_600_000);
  await cloud.control('missing', 'redrive');
  await cloud.advance(1000);
  const bus = new RecordingBus();
  await stream.deliverTo(
    publishHandler({ bus, report: () => {}, retryPausesMs: [], sleep: async () => {} }),
    100,
  );
  return bus.taken;
}

describe('the schemas of events', () => {
  it('hold for every event that executions have led to', async () => {
    const events = await realEvents();
    const statuses = events.flatMap(({ detail }) => ('status' in detail ? [detail.status] : []));
    expect(new Set(statuses)).toEqual(
      new Set(['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED', 'PENDING_REDRIVE']),
    );
    expect(events.filter(({ detail }) => 'event' in detail).length).toBeGreaterThan(4);
    expect(events.flatMap(problemsIn)).toEqual([]);
  });

  it('hold for what the target of a rule gets of EventBridge', async () => {
    const got: string[] = [];
    const eventBridge = new LocalEventBridge({ invoke: async (_, payload) => got.push(payload) });
    const targets = [{ functionName: 'listener' }];
    const eventPattern = { source: ['millrace'], detail: { id: [{ exists: true }] } };
    eventBridge.deploy([], [{ name: 'all', eventBusName: 'default', eventPattern, targets }]);
    const events = await realEvents();
    await eventBridge.putEvents(
      events.map(({ source, 'detail-type': DetailType, time, detail }) => ({
        Source: source,
        DetailType,
        Time: Date.parse(time) / 1000,
        Detail: JSON.stringify(detail),
      })),
    );
    await eventBridge.idle();
    expect(got).toHaveLength(events.length);
    expect(got.flatMap((text) => problemsIn(JSON.parse(text)))).toEqual([]);
  });

  it('do not hold for what is something else', async () => {
    const [event] = await realEvents();
    if (!event) throw new Error('There is no event.');
    for (const change of [{ status: 'ASLEEP' }, { id: 'order-17' }, { startDate: 'today' }, { more: 1 }]) {
      const changed = { ...event, detail: { ...event.detail, ...change } };
      expect(problemsOf(statusChange, JSON.parse(JSON.stringify(changed)))).toHaveLength(1);
    }
    const { time: _, ...withoutTime } = event;
    expect(problemsOf(statusChange, JSON.parse(JSON.stringify(withoutTime)))).toEqual(['$.time is missing']);
  });

  it('know every status', () => {
    expect(statusChange.properties?.detail?.properties?.status?.enum).toEqual(executionStatuses);
  });

  it('hold for the examples of the page', () => {
    const examples = blocks.filter(({ language }) => language === 'json').map(({ text }) => JSON.parse(text));
    expect(examples.map((each: BusEvent) => each['detail-type'])).toEqual(Object.values(detailType));
    expect(examples.flatMap(problemsIn)).toEqual([]);
  });
});

describe('the bus of the page', () => {
  it('posts what was emitted, with the id, and refuses what was not taken', async () => {
    const requests: unknown[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      requests.push([request.headers['idempotency-key'], JSON.parse(Buffer.concat(chunks).toString())]);
      response.writeHead(requests.length === 1 ? 204 : 503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
      delete process.env.NOTIFY_URL;
    });
    process.env.NOTIFY_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const text = blocks.find(({ marks }) => marks.get('file') === 'bus.ts')?.text ?? '';
    const { bundle, path } = await project({
      'machines/order.mjs': "export const order = { id: 'order' };",
      'bus.ts': text,
      // The bus alone, as the publisher gets it.
      'fakes/publisher.js': 'export const createPublisher = ({ bus }) => ({ publish: bus.publish });',
    });
    const { publisher } = await bundle({
      bus: { module: path('bus.ts') },
      entries: {
        orchestrator: path('fakes/orchestrator.js'),
        workerHost: path('fakes/workerHost.js'),
        publisher: path('fakes/publisher.js'),
      },
    });
    const { publish } = await import(join(publisher?.codeDirectory ?? '', 'index.mjs'));
    const events = (await realEvents()).filter(({ detail }) => detail.executionId === 'succeeding');
    expect(await publish(events)).toEqual({
      failures: [{ id: 'succeeding/1/2', reason: 'answered 503' }],
    });
    expect(requests).toEqual([
      ['succeeding/1/1', { type: 'cried', what: 'good morning' }],
      ['succeeding/1/2', { type: 'cried', what: 'good night' }],
    ]);
  });
});
