import { describe, expect, it } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  forwardTo,
  sendParent,
  sendTo,
  setup,
} from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';
import { expectSound } from '../support/soundness.ts';
import { child, deliverAll, deliveredTogether, type Heard, hearing } from './heardEvents.ts';

describe('invariant 11: a child that cannot take events now is stopped once it has taken them:', () => {
  const parentOf = (child: AnyStateMachine) =>
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'a',
      states: {
        a: {
          invoke: { src: 'child', id: 'child' },
          exit: sendTo('child', { type: 'UNDO' }),
          on: { TELL: { actions: sendTo('child', { type: 'TOLD' }) }, LEAVE: 'b' },
        },
        b: {},
      },
    });
  const parent = parentOf(child);
  const heard = async (cloud: SimulatedCloud) => {
    const { status, snapshot } = await cloud.execution('p.0');
    return [status, ...(JSON.parse(snapshot ?? '{"context":{"heard":[]}}') as Heard).context.heard];
  };
  const begun = async () => {
    const cloud = new SimulatedCloud([parent], {});
    await cloud.start('parent', 'p');
    await cloud.advance(5000);
    return cloud;
  };

  it('a suspended one, when it is resumed', async () => {
    const cloud = await begun();
    await cloud.control('p.0', 'suspend');
    await cloud.advance(5000);
    await cloud.send('p', 'TELL');
    await cloud.advance(5000);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(5000);
    expect(await heard(cloud)).toEqual(['SUSPENDED']);
    await cloud.control('p.0', 'resume');
    await cloud.advance(5000);
    expect(await heard(cloud)).toEqual(['ABORTED', 'TOLD', 'UNDO']);
  });

  it('one whose machine is not deployed, once it is', async () => {
    const cloud = await begun();
    cloud.deploy([parentOf(hearing('child', { version: '2' }))]);
    await cloud.send('p', 'TELL');
    await cloud.advance(5000);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(5000);
    expect((await cloud.execution('p')).state).toBe('b');
    expect(await heard(cloud)).toEqual(['RUNNING']);
    cloud.deploy([parent]);
    await cloud.advance(120_000);
    expect(await heard(cloud)).toEqual(['ABORTED', 'TOLD', 'UNDO']);
  });

  it('one that waits for a redrive, when it is redriven', async () => {
    const cloud = await begun();
    cloud.maximumWaitForMachineMs = 10_000;
    cloud.deploy([parentOf(hearing('child', { version: '2' }))]);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['PENDING_REDRIVE']);
    cloud.deploy([parent]);
    await cloud.control('p.0', 'redrive');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['ABORTED', 'UNDO']);
  });

  it('one that waits for a redrive goes on where its parent is redriven, whose end was to stop it', async () => {
    const cloud = await begun();
    cloud.maximumWaitForMachineMs = 10_000;
    cloud.deploy([parentOf(hearing('child', { version: '2' }))]);
    await cloud.send('p', 'TELL');
    await cloud.advance(60_000);
    await cloud.control('p', 'stop');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['PENDING_REDRIVE']);
    cloud.deploy([parent]);
    await cloud.control('p', 'redrive');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['RUNNING', 'TOLD']);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['ABORTED', 'TOLD', 'UNDO']);
    await expectSound(cloud, [parent]);
  });

  it('one to which nothing was said is stopped at once, suspended or not', async () => {
    const quiet = setup({ actors: { child } }).createMachine({
      id: 'quiet',
      initial: 'a',
      states: { a: { invoke: { src: 'child' }, on: { LEAVE: 'b' } }, b: {} },
    });
    const cloud = new SimulatedCloud([quiet], {});
    await cloud.start('quiet', 'p');
    await cloud.advance(5000);
    await cloud.control('p.0', 'suspend');
    await cloud.advance(5000);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(5000);
    expect((await cloud.execution('p.0')).status).toBe('ABORTED');
  });
});

describe('invariant 11: a stop of before a redrive', () => {
  it('does not stop a child that takes only then what was said before', async () => {
    let isBroken = true;
    const fragile = hearing('fragile', {
      on: {
        UNDO: {
          actions: assign({
            heard: ({ context }: Heard) => {
              if (isBroken) throw new RangeError('not yet');
              return [...context.heard, 'UNDO'];
            },
          }),
        },
        MORE: { actions: assign({ heard: ({ context }: Heard) => [...context.heard, 'MORE'] }) },
      },
    });
    const parent = setup({ actors: { child: fragile } }).createMachine({
      id: 'parent',
      invoke: { src: 'child', id: 'child', onError: {} },
      on: {
        UNDO: { actions: sendTo('child', { type: 'UNDO' }) },
        MORE: { actions: sendTo('child', { type: 'MORE' }) },
      },
    });
    const rig = new OrchestratorRig([parent]);
    rig.start('parent', 'p');
    await deliverAll(rig);
    await rig.send('p', '1', 'UNDO');
    await rig.control('p', 'stop');
    await deliverAll(rig);
    expect((await rig.execution('p.0')).status).toBe('FAILED');
    isBroken = false;
    await rig.control('p', 'redrive');
    await deliverAll(rig);
    for (const id of ['p', 'p.0']) {
      rig.now += 2000;
      await rig.newInstance().wake(id, 'wake#1');
    }
    await rig.send('p', '2', 'MORE');
    await deliverAll(rig);
    expect((await rig.execution('p.0')).status).toBe('RUNNING');
    expect(await rig.context('p.0')).toEqual({ heard: ['UNDO', 'MORE'] });
    expect((await rig.replayed('p.0'))?.snapshot).toBe((await rig.execution('p.0')).snapshot);
  });
});

describe('what a child says before it ends', () => {
  it('is heard by its parent before its end', async () => {
    const telling = createMachine({
      id: 'telling',
      initial: 'on',
      states: { on: { on: { GO: 'end' } }, end: { type: 'final', entry: sendParent({ type: 'LAST' }) } },
    });
    const parent = setup({
      actors: { telling },
      types: { context: {} as { heard: string[] } },
    }).createMachine({
      id: 'parent',
      context: { heard: [] },
      invoke: { src: 'telling', id: 'telling' },
      on: {
        GO: { actions: forwardTo('telling') },
        '*': { actions: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) },
      },
    });
    const actor = createActor(parent).start();
    actor.send({ type: 'GO' } as never);
    const rig = await deliveredTogether(parent, ['GO']);
    expect(await rig.context('p')).toEqual(actor.getSnapshot().context);
  });
});
