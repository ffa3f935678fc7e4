import { describe, expect, it } from 'vitest';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { addWorker, parcel, sequential } from '../support/machines.ts';
import { seeds } from '../support/seeds.ts';
import { unkindDelivery } from '../support/unkindDelivery.ts';

/** Plain delivery, and up to a hundred runs of every kind of bad delivery at once. */
const deliveries: [name: string, faults: DeliveryFaults[]][] = [
  ['delivered plainly', [{ seed: 1 }]],
  ['delivered twice and late', [1, 2, 3, 4, 5].map((seed) => ({ seed, duplicate: 1, maximumDelayMs: 3000 }))],
  [
    'with every delivery unkind and orchestrators that die',
    seeds(100).map((seed) => ({ seed, ...unkindDelivery })),
  ],
];

const parcelWorkers: Workers = {
  label: ({ city }: { city: string }) => `to ${city}`,
  insure: () => {
    throw new TypeError('no insurer');
  },
  send: () => ({ sent: true }),
};

describe.each(deliveries)('%s', (_, runs) => {
  it('invariant 4: sequential tasks end as XState itself would end', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([sequential(50)], addWorker, faults);
      await cloud.start('sequential', 'e1', { M: { from: { N: '10' } } });
      await cloud.advance(3_600_000);
      const execution = await cloud.execution('e1');
      expect(execution, `seed ${faults.seed}`).toMatchObject({ status: 'SUCCEEDED', output: { sum: 60 } });
    }
  });

  it('parallel tasks, a handled failure, an event and a last task end in the output', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([parcel], parcelWorkers, faults);
      await cloud.start('parcel', 'p1', { M: { city: { S: 'Delft' } } });
      await cloud.advance(600_000 - 1);
      // No one approved in a minute after the tasks.
      expect(await cloud.execution('p1')).toMatchObject({
        status: 'SUCCEEDED',
        state: 'refused',
        output: { labels: ['Delft', 'to Delft'], problem: 'nobody approved' },
      });
      await cloud.start('parcel', 'p2', { M: { city: { S: 'Gent' } } });
      let waitedMs = 0;
      while ((await statusOf(cloud, 'p2')) !== 'approval' && waitedMs < 300_000) {
        await cloud.advance(1000);
        waitedMs += 1000;
      }
      await cloud.send('p2', 'APPROVE');
      await cloud.advance(600_000);
      expect(await cloud.execution('p2'), `seed ${faults.seed}`).toMatchObject({
        status: 'SUCCEEDED',
        state: 'sent',
        output: { labels: ['Gent', 'to Gent'], problem: 'not insured' },
      });
    }
  });

  it('events written before the start are applied by the first commit', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([parcel], parcelWorkers, faults);
      await cloud.control('early', 'stop');
      await cloud.advance(10_000);
      await cloud.start('parcel', 'early', { M: { city: { S: 'Delft' } } });
      await cloud.advance(60_000);
      expect(await cloud.execution('early')).toMatchObject({ status: 'ABORTED' });
    }
  });
});

async function statusOf(cloud: SimulatedCloud, executionId: string) {
  return (await cloud.table.executions.read(executionId))?.state;
}

describe('without a fault', () => {
  it('invariant 10: no worker is invoked twice for an attempt', async () => {
    const cloud = new SimulatedCloud([sequential(5)], addWorker);
    await cloud.start('sequential', 'e1', { M: { from: { N: '10' } } });
    await cloud.advance(60_000);
    expect(cloud.invocations).toEqual([0, 1, 2, 3, 4].map((task) => `e1/task#${task}#1`));
  });

  it('a task step is one commit and no read, and the start is one commit and one read', async () => {
    const cloud = new SimulatedCloud([sequential(50)], addWorker);
    const reads: string[] = [];
    cloud.onRead = (operation) => reads.push(operation);
    await cloud.start('sequential', 'e1', { M: { from: { N: '0' } } });
    await cloud.advance(60_000);
    expect(cloud.table.commits).toBe(51);
    expect(reads).toEqual(['journal.readEvents']);
  });
});
