import { describe, expect, it } from 'vitest';
import { publishHandler } from '../../orchestrator/handlers/publish.ts';
import { seededRandom } from '../../testing/seededRandom.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { crier, messenger, walkWorker } from '../support/busMachines.ts';
import { CommitStream, RecordingBus } from '../support/commitStream.ts';
import { addWorker, sequential } from '../support/machines.ts';
import { seeds } from '../support/seeds.ts';
import { booking, payment, trip, tripWorkers } from '../support/trip.ts';

const publisherOf = (bus: RecordingBus) =>
  publishHandler({ bus, report: () => {}, retryPausesMs: [1], sleep: async () => {} });

/** Ten messengers under every kind of bad delivery; then the publisher, with a stream and a bus no kinder. */
async function unkindRun(seed: number) {
  const cloud = new SimulatedCloud([messenger, crier], walkWorker, {
    seed,
    duplicate: 0.3,
    maximumDelayMs: 2000,
    crashAfterCommit: 0.2,
    throttleCommit: 0.05,
    throttleInvoke: 0.1,
    duplicateInvoke: 0.1,
    loseInvoke: 0.02,
  });
  const stream = new CommitStream(cloud.table);
  const ids = Array.from({ length: 10 }, (_, i) => `m${i}`);
  for (const id of ids) await cloud.start('messenger', id);
  await cloud.start('crier', 'crier');
  await cloud.send('crier', 'END');
  await cloud.advance(600_000);

  const random = seededRandom(seed);
  const bus = new RecordingBus();
  bus.refuses = () => random() < 0.1;
  const batchSize = 1 + Math.floor(random() * 12);
  await stream.deliverTo(publisherOf(bus), batchSize, () => random() < 0.3);
  return { cloud, bus, ids };
}

describe('what leaves through the bus, under crashes, duplicates, delays and a bus that refuses', () => {
  it('is everything, at least once, commit after commit, and its ids give the order', async () => {
    for (const seed of seeds(25)) {
      const { cloud, bus, ids } = await unkindRun(seed);
      for (const id of ids) {
        expect((await cloud.execution(id)).status).toBe('SUCCEEDED');
        expect(bus.versionsOf(id)).toEqual(bus.versionsOf(id).sort((a, b) => a - b));
        expect(bus.inOrder(id), `seed ${seed}, ${id}`).toEqual([
          'RUNNING',
          { type: 'left' },
          { type: 'arrived', where: 'Delft' },
          'SUCCEEDED',
        ]);
      }
      expect(bus.inOrder('crier')).toEqual([
        'RUNNING',
        { type: 'cried', what: 'good morning' },
        { type: 'cried', what: 'good night' },
        'SUCCEEDED',
      ]);
    }
  });

  it('is the same event where the id is the same', async () => {
    let duplicates = 0;
    for (const seed of seeds(25)) {
      const { bus } = await unkindRun(seed);
      const first = new Map<string, unknown>();
      for (const event of bus.taken) {
        const { id } = event.detail;
        if (first.has(id)) duplicates++;
        expect(event).toEqual(first.get(id) ?? event);
        first.set(id, event);
      }
    }
    expect(duplicates).toBeGreaterThan(100);
  });
});

describe('an orchestrator that dies right after every commit', () => {
  it('has told the bus everything: the stream has what the process never came to do', async () => {
    const cloud = new SimulatedCloud([messenger], walkWorker, { seed: 1, crashAfterCommit: 1 });
    const stream = new CommitStream(cloud.table);
    await cloud.start('messenger', 'm');
    await cloud.advance(600_000);
    const bus = new RecordingBus();
    await stream.deliverTo(publisherOf(bus), 100);
    expect(bus.of('m')).toEqual([
      'RUNNING',
      { type: 'left' },
      { type: 'arrived', where: 'Delft' },
      'SUCCEEDED',
    ]);
  });
});

describe('child machines', () => {
  it('emit to the bus as executions of their own', async () => {
    for (const seed of seeds(25).slice(0, 5)) {
      const cloud = new SimulatedCloud([trip, booking, payment], tripWorkers, {
        seed,
        duplicate: 0.3,
        maximumDelayMs: 500,
        crashAfterCommit: 0.1,
      });
      const stream = new CommitStream(cloud.table);
      await cloud.start('trip', 't', { M: { cities: { L: [{ S: 'Delft' }, { S: 'Gent' }] } } });
      await cloud.advance(600_000);
      const bus = new RecordingBus();
      await stream.deliverTo(publisherOf(bus), 10);
      const ids = new Set(bus.taken.map(({ detail }) => detail.executionId));
      // The trip, two bookings, and a payment of each.
      expect(ids.size).toBe(5);
      for (const id of ids) expect(bus.of(id), `seed ${seed}, ${id}`).toEqual(['RUNNING', 'SUCCEEDED']);
    }
  });
});

describe('a machine that emits nothing', () => {
  it('has two commits for the bus, its first and its last, however many steps it takes', async () => {
    const cloud = new SimulatedCloud([sequential(30)], addWorker);
    const stream = new CommitStream(cloud.table);
    await cloud.start('sequential', 'e', { M: { from: { N: '1' } } });
    await cloud.advance(60_000);
    expect(stream.commits).toBe(31);
    expect(stream.records.map((record) => record.dynamodb?.NewImage?.version?.N)).toEqual(['1', '31']);
  });
});
