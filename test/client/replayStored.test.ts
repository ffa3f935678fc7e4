import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, setup } from 'xstate';
import { readHistoryPage } from '../../client/history.ts';
import { isBroken, readStateAt, replayExecution } from '../../client/replay.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { idleSurroundings } from '../support/idleSurroundings.ts';
import { noise } from '../support/noise.ts';
import { StoredRig } from '../support/storedRig.ts';

describe('the replay of an execution that was redriven with another version', () => {
  const courier = (version: string, arrived: string): AnyStateMachine =>
    setup({
      types: { context: {} as { note: string } },
      actors: { carry: worker<undefined, string>({ timeout: '10s' }) },
    }).createMachine({
      id: 'courier',
      version,
      context: { note: '' },
      initial: 'waiting',
      states: {
        waiting: { on: { GO: { target: 'carrying', actions: assign({ note: version }) } } },
        carrying: { invoke: { src: 'carry', onDone: arrived } },
        [arrived]: {},
      },
    });
  const [first, second] = [courier('1', 'there'), courier('2', 'arrived')];

  async function redriven() {
    let isBroken = true;
    const carry = () => {
      if (isBroken) throw new RangeError('no road');
      return 'here';
    };
    const cloud = new SimulatedCloud([first, second], { carry });
    await cloud.start('courier', 'e', undefined, '1');
    await cloud.advance(1000);
    await cloud.send('e', 'GO');
    await cloud.advance(10_000);
    isBroken = false;
    await cloud.operate('e', { control: 'redrive', version: '2' });
    await cloud.advance(10_000);
    expect(await cloud.execution('e')).toMatchObject({ state: 'arrived', machineVersion: '2' });
    return cloud;
  }

  it('takes each part by its own version', async () => {
    const { table } = await redriven();
    const machines = [first, second];
    expect(await replayExecution({ table }, 'e', machines)).toMatchObject({ outcome: 'equal' });
    expect(await readStateAt({ table }, 'e', 1, machines)).toMatchObject({ machineVersion: '1' });
    const { items } = await readHistoryPage(idleSurroundings(table), 'e', {
      machines,
    });
    expect(items.filter(({ notReplayed }) => notReplayed)).toEqual([]);
    expect(items.at(-1)?.transition).toMatchObject({ to: 'arrived' });
  });

  it('cannot show what was before where the first version is gone, and breaks nothing', async () => {
    const { table } = await redriven();
    const report = await replayExecution({ table }, 'e', [second]);
    expect(report).toMatchObject({
      outcome: 'incomplete',
      divergence: { number: 1, code: 'MachineNotDeployed', message: expect.stringContaining("Version '1'") },
    });
    expect(isBroken(report)).toBe(false);
    expect(await replayExecution({ table }, 'e', [first])).toMatchObject({ outcome: 'notDeployed' });
  });
});

describe('the replay of an execution whose task has its input in the object store', () => {
  const archive = setup({
    types: { input: {} as { text: string }, context: {} as { text: string } },
    actors: { copy: worker<{ text: string }, { text: string }>({ timeout: '30s' }) },
  }).createMachine({
    id: 'archive',
    context: ({ input }) => input,
    initial: 'copying',
    states: {
      copying: {
        invoke: { src: 'copy', input: ({ context }) => context, onDone: 'copied' },
      },
      copied: {},
    },
  });

  async function copying() {
    const stored = new StoredRig([archive]);
    const instance = stored.newInstance();
    await stored.start('archive', 'e', { text: noise(100_000, 1) });
    await stored.rig.deliver(instance, 'e');
    return stored;
  }

  it('is equal while it runs', async () => {
    const stored = await copying();
    expect(await replayExecution(stored, 'e', [archive])).toMatchObject({
      status: 'RUNNING',
      outcome: 'equal',
    });
  });
});
