import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { noise } from '../support/noise.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

/** Keeps what events carry; an event can make it throw. */
const keeper = setup({
  types: {
    context: {} as { kept: string[] },
    events: {} as { type: 'KEEP'; what: string } | { type: 'FAIL' } | { type: 'END' },
  },
}).createMachine({
  id: 'keeper',
  context: { kept: [] },
  initial: 'open',
  states: {
    open: {
      on: {
        KEEP: { actions: assign({ kept: ({ context, event }) => [...context.kept, event.what] }) },
        FAIL: {
          actions: assign({
            kept: () => {
              throw new RangeError(noise(100_000));
            },
          }),
        },
        END: 'closed',
      },
    },
    closed: { type: 'final' },
  },
});

async function started() {
  const rig = new OrchestratorRig([keeper]);
  const instance = rig.newInstance();
  rig.start('keeper', 'e');
  await rig.deliver(instance, 'e');
  return { rig, instance };
}

async function keptLengths(rig: OrchestratorRig) {
  const kept: string[] = JSON.parse((await rig.execution('e')).snapshot ?? '').context.kept;
  return kept.map(({ length }) => length);
}

describe('a commit that does not fit into an item', () => {
  it('invariant 1: is split, and each entry is applied, ends the execution, or is ignored, once', async () => {
    const { rig, instance } = await started();
    await rig.send('e', '1', 'KEEP', { what: 'a' });
    await rig.send('e', '2', 'KEEP', { what: 'b' });
    await rig.send('e', '3', 'KEEP', { what: noise(390_000, 1) });
    await rig.send('e', '4', 'KEEP', { what: noise(390_000, 2) });
    await rig.send('e', '5', 'KEEP', { what: noise(390_000, 3) });
    await rig.deliver(instance, 'e');
    expect(await rig.verdicts('e')).toEqual([
      'start applied',
      'event#1 applied',
      'event#2 applied',
      'event#3 applied',
      'event#4 failed: StateTooLarge',
      'event#5 ignored: Ended',
    ]);
    expect(await rig.execution('e')).toMatchObject({ status: 'FAILED', error: { code: 'StateTooLarge' } });
    expect(await keptLengths(rig)).toEqual([1, 1, 390_000]);
  });

  it('invariant 1: loses no event of before the start when it is the first commit', async () => {
    const rig = new OrchestratorRig([keeper]);
    const instance = rig.newInstance();
    await rig.send('e', '1', 'KEEP', { what: 'small' });
    for (const seed of [2, 3, 4]) {
      await rig.send('e', String(seed), 'KEEP', { what: noise(300_000, seed) });
    }
    await rig.deliver(instance, 'e');
    rig.start('keeper', 'e');
    await rig.deliver(instance, 'e');
    expect(await rig.verdicts('e')).toEqual([
      'start applied',
      'event#1 applied',
      'event#2 applied',
      'event#3 failed: StateTooLarge',
      'event#4 ignored: Ended',
    ]);
  });

  it('leaves the state of before when the first entry alone is too large', async () => {
    const { rig, instance } = await started();
    await rig.send('e', '0', 'KEEP', { what: noise(200_000) });
    await rig.deliver(instance, 'e');
    for (const seed of [1, 2, 3]) {
      await rig.send('e', String(seed), 'KEEP', { what: noise(390_000, seed) });
    }
    await rig.deliver(instance, 'e');
    expect(await rig.verdicts('e')).toEqual([
      'start applied',
      'event#0 applied',
      'event#1 failed: StateTooLarge',
      'event#2 ignored: Ended',
      'event#3 ignored: Ended',
    ]);
    expect(await keptLengths(rig)).toEqual([200_000]);
  });

  it('replays to what was stored', async () => {
    const { rig, instance } = await started();
    for (const seed of [1, 2, 3]) {
      await rig.send('e', String(seed), 'KEEP', { what: noise(300_000, seed) });
    }
    await rig.deliver(instance, 'e');
    const { status, snapshot, state } = await rig.execution('e');
    expect(status).toBe('FAILED');
    expect(await rig.replayed('e')).toMatchObject({ status, snapshot, state });
  });
});

describe('an execution whose state is as large as it may be', () => {
  const all = noise(560_000);
  const step = 512;

  /** The execution with the most characters kept, to within a step, that is still RUNNING. */
  async function fullest() {
    let fits = 400_000;
    let fitsNot = all.length;
    while (fitsNot - fits > step) {
      const middle = Math.floor((fits + fitsNot) / 2);
      if (await isRunning(await withKept(middle))) fits = middle;
      else fitsNot = middle;
    }
    return withKept(fits);
  }

  async function withKept(length: number) {
    const { rig, instance } = await started();
    await rig.send('e', '0', 'KEEP', { what: all.slice(0, length) });
    await rig.deliver(instance, 'e');
    return { rig, instance };
  }

  async function isRunning({ rig }: { rig: OrchestratorRig }) {
    return (await rig.execution('e')).status === 'RUNNING';
  }

  it('goes on however many events it ignores', async () => {
    const { rig, instance } = await fullest();
    for (let i = 0; i < 5; i++) {
      await rig.send('e', `${i}${all.slice(0, 1000)}`, 'xstate.reserved');
      await rig.deliver(instance, 'e');
    }
    expect(await rig.execution('e')).toMatchObject({ status: 'RUNNING' });
    await rig.send('e', 'end', 'END');
    await rig.deliver(instance, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', state: 'closed' });
  });

  it('keeps its state beside the error it fails with, whose message is cut', async () => {
    const { rig, instance } = await fullest();
    const before = await keptLengths(rig);
    await rig.send('e', 'fail', 'FAIL');
    await rig.deliver(instance, 'e');
    const { error } = await rig.execution('e');
    expect(error).toMatchObject({ code: 'MachineThrew', name: 'RangeError' });
    expect(error?.message.length).toBe(4000);
    expect(await keptLengths(rig)).toEqual(before);
  });
});
