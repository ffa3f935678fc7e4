import { describe, expect, it } from 'vitest';
import { MillraceClient } from '../../client/client.ts';
import type { TreatedFinding } from '../../client/doctor/treatment.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { seededRandom } from '../../testing/seededRandom.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { type Item, machineOfList } from '../support/machineOfList.ts';
import { addWorker, sequential } from '../support/machines.ts';
import { seeds } from '../support/seeds.ts';
import { expectSound } from '../support/soundness.ts';
import { booking, payment, trip, tripWorkers } from '../support/trip.ts';

const policy = { timeout: '30s', retry: { maxAttempts: 8, interval: '1s' } } as const;
const machines = [sequential(6), machineOfList({ concurrency: 40 }, policy), trip, booking, payment];
const workers = { ...addWorker, ...tripWorkers, double: ({ number }: Item) => 2 * number };
const hourMs = 3_600_000;

async function doctorRound(cloud: SimulatedCloud): Promise<TreatedFinding[]> {
  const client = new MillraceClient({
    table: cloud.table,
    now: () => cloud.now,
    newId: () => `run-${cloud.now}`,
    sleep: (ms) => cloud.advance(ms),
    retentionDays: 90,
    catchUp: (event) => cloud.recover(event),
  });
  const found: TreatedFinding[] = [];
  for await (const finding of client.doctor({ segments: 2, pageSize: 50 })) found.push(finding);
  return found;
}

/** Lists, families and chains of tasks, struck by an outage at some moment of their lives. */
async function run(seed: number) {
  const random = seededRandom(seed);
  const faults: DeliveryFaults = {
    seed,
    duplicate: 0.1,
    maximumDelayMs: 800,
    crashAfterCommit: 0.02,
    throttleInvoke: 0.02,
    loseInvoke: 0.02,
  };
  const cloud = new SimulatedCloud(machines, workers, faults);
  const number = (value: number) => ({ N: String(value) });
  const start = async (name: string) => {
    await cloud.start('sequential', `${name}-chain`, { M: { from: number(1) } });
    await cloud.start('fan', `${name}-list`, { M: { count: number(60) } });
    await cloud.start('trip', `${name}-trip`, { M: { cities: { L: [{ S: 'Gent' }, { S: 'Delft' }] } } });
  };
  await start('early');
  const hasLongList = seed % 3 === 0;
  if (hasLongList) await cloud.start('fan', 'long-list', { M: { count: number(450) } });
  await cloud.advance(Math.floor(random() * 6000));
  const deliver = cloud.table.onInsert;
  cloud.table.onInsert = () => {};
  cloud.clock.isStopped = true;
  await start('late');
  await cloud.advance(Math.floor((1 + random() * 40) * hourMs));
  cloud.table.onInsert = deliver;
  // The functions are back, and the clock with them, before anybody thinks of the doctor: or after.
  const clockFirst = random() < 0.5;
  if (clockFirst) {
    cloud.clock.isStopped = false;
    await cloud.advance(10_000);
  }
  const found = await doctorRound(cloud);
  cloud.clock.isStopped = false;
  // A payment whose invocation is lost is tried again after a day.
  await cloud.advance(100 * hourMs);
  return { cloud, found, hasLongList };
}

describe('an outage at any moment that is longer than the stream keeps records', () => {
  it.each(seeds(12))(
    'is made good by one run of the doctor, of lists, families and chains of tasks alike (seed %i)',
    async (seed) => {
      const { cloud, found, hasLongList } = await run(seed);
      expect(found.map(({ kind }) => kind)).toContain('notStarted');
      expect(found.filter(({ outcome }) => outcome !== 'fixed')).toEqual([]);
      const doubled = (count: number) => Array.from({ length: count }, (_, i) => 2 * i);
      for (const name of ['early', 'late']) {
        expect(await cloud.execution(`${name}-chain`)).toMatchObject({ output: { sum: 7 } });
        expect(await cloud.execution(`${name}-list`)).toMatchObject({ output: { outputs: doubled(60) } });
        expect(await cloud.execution(`${name}-trip`)).toMatchObject({ output: { cost: 90 } });
      }
      if (hasLongList) {
        expect(await cloud.execution('long-list')).toMatchObject({ output: { outputs: doubled(450) } });
      }
      for (const { executionId, status } of cloud.table.allExecutions())
        expect(status, executionId).toBe('SUCCEEDED');
      expect(await doctorRound(cloud)).toEqual([]);
      // A replay of parts of a list takes more than the executions that work on them.
      if (!hasLongList) await expectSound(cloud, machines);
    },
  );
});
