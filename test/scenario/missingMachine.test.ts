import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { hoarder, hoarderChanged } from '../support/brokenMachines.ts';
import { addWorker, parcel, sequential } from '../support/machines.ts';

describe('the execution waits and says why, is PENDING_REDRIVE after 15 minutes, and a redrive goes on', () => {
  it('when its machine is not deployed', async () => {
    const cloud = new SimulatedCloud([parcel], addWorker);
    await cloud.start('sequential', 's1', { M: { from: { N: '1' } } });
    await cloud.advance(60_000);
    const waiting = await cloud.execution('s1');
    expect(waiting).toMatchObject({ status: 'RUNNING', error: { code: 'MachineNotDeployed' } });
    expect(waiting.error?.message).toContain('parcel');
    await cloud.advance(15 * 60_000);
    expect(await cloud.execution('s1')).toMatchObject({
      status: 'PENDING_REDRIVE',
      error: { code: 'MachineNotDeployed' },
    });
    cloud.deploy([sequential(3)]);
    await cloud.advance(60_000);
    expect((await cloud.execution('s1')).status).toBe('PENDING_REDRIVE');
    await cloud.control('s1', 'redrive');
    await cloud.advance(60_000);
    const ended = await cloud.execution('s1');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { sum: 4 } });
    expect(ended.error).toBeUndefined();
  });

  it('goes on by itself when the machine comes in time', async () => {
    const cloud = new SimulatedCloud([], addWorker);
    await cloud.start('sequential', 's1', { M: { from: { N: '1' } } });
    await cloud.advance(60_000);
    cloud.deploy([sequential(3)]);
    await cloud.advance(120_000);
    expect(await cloud.execution('s1')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('when the version asked for is not deployed', async () => {
    const cloud = new SimulatedCloud([parcel], {});
    await cloud.start('parcel', 'p1', { M: { city: { S: 'Delft' } } }, '1');
    await cloud.advance(10_000);
    const waiting = await cloud.execution('p1');
    expect(waiting).toMatchObject({ status: 'RUNNING', error: { code: 'MachineNotDeployed' } });
    expect(waiting.error?.message).toContain("Version '1'");
  });

  it('when the deployed machine cannot read its state, with what came meanwhile', async () => {
    const cloud = new SimulatedCloud([hoarder], {});
    await cloud.start('hoarder', 'h1');
    await cloud.advance(1000);
    await cloud.send('h1', 'KEEP', 'first');
    await cloud.advance(1000);
    const before = await cloud.execution('h1');
    cloud.deploy([hoarderChanged]);
    await cloud.send('h1', 'KEEP', 'second');
    await cloud.advance(5000);
    await cloud.send('h1', 'KEEP', 'third');
    await cloud.advance(5000);
    const waiting = await cloud.execution('h1');
    expect(waiting).toMatchObject({
      status: 'RUNNING',
      state: 'open',
      error: { code: 'DefinitionMismatch' },
    });
    expect(waiting.snapshot).toBe(before.snapshot);
    await cloud.advance(15 * 60_000);
    expect((await cloud.execution('h1')).status).toBe('PENDING_REDRIVE');
    cloud.deploy([hoarder]);
    await cloud.send('h1', 'END');
    await cloud.control('h1', 'redrive');
    await cloud.advance(60_000);
    const ended = await cloud.execution('h1');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', state: 'closed' });
    expect(JSON.parse(ended.snapshot ?? '').context.kept).toHaveLength(3);
  });

  it('can be stopped while it waits', async () => {
    const cloud = new SimulatedCloud([], {});
    await cloud.start('sequential', 's1');
    await cloud.advance(5000);
    await cloud.control('s1', 'stop');
    await cloud.advance(5000);
    expect((await cloud.execution('s1')).status).toBe('ABORTED');
  });
});

describe('a machine of the same version with another structure', () => {
  const withState = (extra: boolean) =>
    createMachine({
      id: 'both',
      type: 'parallel',
      states: {
        a: {
          initial: 'a1',
          states: { ...(extra && { a0: {} }), a1: { on: { GO: 'a2' } }, a2: { type: 'final' } },
        },
        b: { initial: 'b1', states: { b1: { on: { GO: 'b2' } }, b2: { type: 'final' } } },
      },
    });

  it('takes over no execution whose parallel states are stored by their positions', async () => {
    const cloud = new SimulatedCloud([withState(false)], {});
    await cloud.start('both', 'b1');
    await cloud.advance(1000);
    cloud.deploy([withState(true)]);
    await cloud.send('b1', 'GO');
    await cloud.advance(5000);
    expect(await cloud.execution('b1')).toMatchObject({
      status: 'RUNNING',
      error: { code: 'DefinitionMismatch' },
    });
    cloud.deploy([withState(false)]);
    await cloud.advance(120_000);
    expect(await cloud.execution('b1')).toMatchObject({ status: 'SUCCEEDED' });
  });
});
