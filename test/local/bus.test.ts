import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { readBusEvents } from '../../cli/cloud/busEvents.ts';
import { type StartBusOptions, startBus } from '../../local/bus.ts';
import { busEvents } from '../../orchestrator/bus/busEvents.ts';
import { HttpBus } from '../../orchestrator/bus/httpBus.ts';
import { execution } from '../contract/examples.ts';

let stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping) await stop();
  stopping = [];
});

async function start(options?: StartBusOptions) {
  const bus = await startBus(options);
  stopping.push(() => bus.stop());
  return bus;
}

const events = busEvents({
  execution: execution(),
  emitted: [{ status: 'RUNNING' }, { event: { type: 'shipped', to: 'Málaga' } }],
});
const [running, shipped] = events;

describe('the local bus', () => {
  it('takes what the publisher posts, and notifies subscribers from then on', async () => {
    const bus = await start();
    const publisher = new HttpBus(bus.endpoint);
    expect(await publisher.publish(events.slice(0, 1))).toEqual({ failures: [] });
    const seen: unknown[] = [];
    const unsubscribe = bus.subscribe((event) => seen.push(event));
    await publisher.publish(events.slice(1));
    unsubscribe();
    await publisher.publish(events);
    expect(seen).toEqual([shipped]);
    expect(bus.events()).toEqual([running, shipped, running, shipped]);
  });

  it('answers which events it refuses, and takes the others', async () => {
    const bus = await start({ refuse: ({ detail }) => ('event' in detail ? undefined : 'no statuses') });
    expect(await new HttpBus(bus.endpoint).publish(events)).toEqual({
      failures: [{ id: 'order-17/1/0', reason: 'no statuses' }],
    });
    expect(bus.events()).toEqual([shipped]);
  });

  it('is read to its end, or followed until the follower has enough, or the bus stops', async () => {
    const bus = await start();
    const publisher = new HttpBus(bus.endpoint);
    await publisher.publish(events);
    const { signal } = new AbortController();
    const read: unknown[] = [];
    for await (const event of readBusEvents(bus.endpoint, { isFollowing: false, signal })) read.push(event);
    expect(read).toEqual(events);

    const followed: unknown[] = [];
    for await (const event of readBusEvents(bus.endpoint, { isFollowing: true, signal })) {
      followed.push(event);
      if (followed.length === 2) await publisher.publish(events);
      if (followed.length === 4) await bus.stop();
    }
    stopping = [];
    expect(followed).toEqual([...events, ...events]);
  });

  it('ends for a follower that is interrupted', async () => {
    const bus = await start();
    const controller = new AbortController();
    await new HttpBus(bus.endpoint).publish(events);
    let count = 0;
    for await (const _ of readBusEvents(bus.endpoint, { isFollowing: true, signal: controller.signal })) {
      count++;
      controller.abort();
    }
    expect(count).toBeGreaterThan(0);
  });

  it('keeps its events in a file, and goes on after a restart past a line that was cut short', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-bus-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'events.ndjson');
    const first = await startBus({ file });
    await new HttpBus(first.endpoint).publish(events);
    await first.stop();
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(2);
    await appendFile(file, '{"source":"mill');
    expect((await start({ file })).events()).toEqual(events);
  });

  it('refuses what is not an event', async () => {
    const bus = await start();
    for (const body of ['', 'null', '{"events":[1]}', '{"events":[{"detail":{"id":1}}]}', '{"events":{}}']) {
      const response = await fetch(bus.endpoint, { method: 'POST', body });
      expect(response.status).toBe(400);
    }
    expect(bus.events()).toEqual([]);
  });
});

describe('a bus behind an endpoint', () => {
  it('has taken nothing where no one answers', async () => {
    const bus = await startBus();
    await bus.stop();
    await expect(new HttpBus(bus.endpoint).publish(events)).rejects.toMatchObject({
      code: 'BusUnavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    [503, 'too busy'],
    [200, 'fine'],
    [200, 'null'],
    [200, '{"taken":true}'],
  ])('has taken nothing where it answers %s: %s', async (status, text) => {
    const server = createServer((_, response) => response.writeHead(status).end(text));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const publishing = new HttpBus(`http://127.0.0.1:${port}`).publish(events);
    await expect(publishing).rejects.toMatchObject({
      code: 'BusUnavailable',
      message: expect.stringContaining(text),
    });
  });
});
