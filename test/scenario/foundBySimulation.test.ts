import { describe, expect, it } from 'vitest';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { addWorker, sequential } from '../support/machines.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';
import { expectSound } from '../support/soundness.ts';

const fromOne = { M: { from: { N: '1' } } };

/** Each was a failing seed of `npm run simulate`. */
describe('what the simulation has found', () => {
  it('invariant 10: two runs of the clock that wake an execution at once dispatch once', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(rig.newInstance(), 'e');
    rig.now += 30_000;
    // The deadline has passed: the retry is dispatched by a wake a second later.
    await rig.newInstance().wake('e', 'wake#1');
    rig.now += 1000;
    await Promise.all([rig.newInstance().wake('e', 'wake#2'), rig.newInstance().wake('e', 'wake#2')]);
    expect(rig.dispatched.map(({ item }) => item)).toEqual(['task#0#1', 'task#0#2']);
  });

  it('invariant 2: attempts that a redrive after a long wait begins are begun by the replay, too', async () => {
    const faults = { seed: 1, loseInvoke: 1 };
    const cloud = new SimulatedCloud([sequential(1)], addWorker, faults);
    await cloud.start('sequential', 'e', fromOne);
    await cloud.advance(1000);
    cloud.deploy([]);
    await cloud.advance(20 * 60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'PENDING_REDRIVE' });
    cloud.deploy([sequential(1)]);
    await cloud.control('e', 'redrive');
    await cloud.advance(1000);
    expect((await cloud.execution('e')).tasks).toMatchObject([{ task: 0, attempt: 2 }]);
    await expectSound(cloud, [sequential(1)]);
    faults.loseInvoke = 0;
    await cloud.send('e', 'ANYTHING');
    await cloud.advance(10 * 60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    await expectSound(cloud, [sequential(1)]);
  });

  it('a redrive whose machine is not there yet goes on from the failure once it is', async () => {
    let isRepaired = false;
    const add = ({ to }: { to: number }) => {
      if (!isRepaired) throw Object.assign(new Error('out of order'), { retryable: false });
      return to + 1;
    };
    const cloud = new SimulatedCloud([sequential(2)], { add });
    await cloud.start('sequential', 'e', fromOne);
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'FAILED' });
    cloud.deploy([]);
    await cloud.control('e', 'redrive');
    await cloud.advance(5000);
    expect(await cloud.execution('e')).toMatchObject({ error: { code: 'MachineNotDeployed' } });
    isRepaired = true;
    cloud.deploy([sequential(2)]);
    await cloud.advance(60_000);
    const ended = await cloud.execution('e');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { sum: 3 } });
    expect(ended.failed).toBeUndefined();
    await expectSound(cloud, [sequential(2)]);
  });
});
