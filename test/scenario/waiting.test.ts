import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { careful, hoarder, hoarderChanged } from '../support/brokenMachines.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

const carefulChanged = createMachine({
  id: 'careful',
  context: {},
  initial: 'other',
  states: { other: {} },
});

describe('while the deployed machine cannot read the state', () => {
  it('a result that arrives is kept, and applied once the right machine is back', async () => {
    const rig = new OrchestratorRig([careful]);
    rig.start('careful', 'c1');
    await rig.deliver(rig.newInstance(), 'c1');
    await rig.succeed('c1', 0, 1, 7);
    await rig.deliver(rig.newInstance({ definitions: [carefulChanged] }), 'c1');
    expect(await rig.execution('c1')).toMatchObject({
      status: 'RUNNING',
      error: { code: 'DefinitionMismatch' },
      tasks: [{ task: 0, attempt: 1 }],
    });
    rig.now += 5000;
    await rig.newInstance().wake('c1', 'wake#1');
    expect(await rig.execution('c1')).toMatchObject({ status: 'SUCCEEDED', output: { got: 7 } });
  });

  it('an execution in the cloud goes on as if nothing had been, when the deployment is taken back', async () => {
    const cloud = new SimulatedCloud([careful], { work: () => 7 });
    await cloud.start('careful', 'c1');
    // Dispatched; the worker has not answered.
    await cloud.advance(4);
    cloud.deploy([carefulChanged]);
    await cloud.advance(5000);
    expect(await cloud.execution('c1')).toMatchObject({ error: { code: 'DefinitionMismatch' } });
    cloud.deploy([careful]);
    await cloud.advance(120_000);
    expect(await cloud.execution('c1')).toMatchObject({ status: 'SUCCEEDED', output: { got: 7 } });
  });

  it('a deadline that passes is found once the right machine is back', async () => {
    const cloud = new SimulatedCloud([careful], { work: () => 7 }, { seed: 1, loseInvoke: 1 });
    await cloud.start('careful', 'c1');
    await cloud.advance(1000);
    cloud.deploy([carefulChanged]);
    await cloud.advance(30_000);
    expect(await cloud.execution('c1')).toMatchObject({ error: { code: 'DefinitionMismatch' } });
    cloud.deploy([careful]);
    await cloud.advance(120_000);
    expect(await cloud.execution('c1')).toMatchObject({
      status: 'SUCCEEDED',
      state: 'failed',
      output: { problem: { name: 'States.Timeout' } },
    });
  });

  it('a stop counts, also in one batch with an event that the machine cannot take', async () => {
    const rig = new OrchestratorRig([hoarder]);
    rig.start('hoarder', 'h');
    await rig.deliver(rig.newInstance(), 'h');
    await rig.send('h', 'keep', 'KEEP');
    await rig.control('h', 'stop');
    await rig.deliver(rig.newInstance({ definitions: [hoarderChanged] }), 'h');
    expect(await rig.execution('h')).toMatchObject({ status: 'ABORTED' });
    expect(await rig.verdicts('h')).toEqual([
      'start applied',
      'event#stop applied',
      'event#keep ignored: Ended',
    ]);
  });
});
