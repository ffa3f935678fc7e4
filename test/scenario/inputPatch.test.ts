import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, setup } from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { each, worker } from '../../workers/index.ts';
import { noise } from '../support/noise.ts';
import { expectSound } from '../support/soundness.ts';
import { StoredRig } from '../support/storedRig.ts';

interface Letter {
  readonly to: string;
  readonly text: string;
}

function office(version = '1'): AnyStateMachine {
  return setup({
    types: { input: {} as Letter, context: {} as Letter },
    actors: { post: worker<Letter, string>({ timeout: '30s' }) },
  }).createMachine({
    id: 'office',
    version,
    context: ({ input }) => input,
    initial: 'posting',
    states: {
      posting: { invoke: { src: 'post', input: ({ context }) => context, onDone: 'posted' } },
      posted: {},
    },
  });
}

describe('a redrive with a patch of an input in the object store', () => {
  const text = noise(100_000, 1);

  async function failed() {
    const stored = new StoredRig([office()]);
    const instance = stored.newInstance();
    await stored.start('office', 'e', { to: 'Troy', text });
    await stored.rig.deliver(instance, 'e');
    await stored.work(() => {
      throw new RangeError('nobody lives there');
    });
    await stored.rig.deliver(instance, 'e');
    expect(await stored.rig.execution('e')).toMatchObject({ status: 'FAILED' });
    const content = { control: 'redrive', input: { to: 'Gent' } } as const;
    await stored.table.journal.insertEvent({
      executionId: 'e',
      eventId: 'r',
      at: '2026-03-01T12:00:00.000Z',
      content,
    });
    return { stored, instance };
  }

  async function expectPatched({ stored }: Awaited<ReturnType<typeof failed>>) {
    let received: Letter | undefined;
    await stored.work((letter: Letter) => {
      received = letter;
    });
    expect(received).toEqual({ to: 'Gent', text });
    stored.checkReferences();
  }

  it.each([
    ['that is in memory', false],
    ['that is read again', true],
  ])('changes the input %s, and no more of it than it says', async (_, isNew) => {
    const all = await failed();
    const instance = isNew ? all.stored.newInstance() : all.instance;
    await all.stored.rig.deliver(instance, 'e');
    await all.stored.wake(instance, 'e');
    await expectPatched(all);
  });

  it('waits for the store where that does not answer', async () => {
    const all = await failed();
    const instance = all.stored.newInstance();
    await all.stored.rig.deliver(instance, 'e');
    all.stored.store.failsGets = true;
    await all.stored.wake(instance, 'e');
    expect(await all.stored.rig.execution('e')).toMatchObject({
      status: 'RUNNING',
      error: { code: 'DataUnavailable' },
    });
    all.stored.store.failsGets = false;
    await all.stored.wake(instance, 'e');
    expect((await all.stored.rig.execution('e')).error).toBeUndefined();
    await expectPatched(all);
  });
});

describe('a redrive with a patch of the input', () => {
  const letter = { M: { to: { S: 'Troy' }, text: { S: 'Hello' } } };

  it('changes the input of a start that was not applied before the stop', async () => {
    const posted: Letter[] = [];
    const cloud = new SimulatedCloud([office()], { post: (each: Letter) => void posted.push(each) });
    await cloud.start('office', 'e', letter, '9');
    await cloud.advance(1000);
    await cloud.control('e', 'stop');
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'ABORTED' });
    await cloud.operate('e', { control: 'redrive', version: '1', input: { to: 'Gent' } });
    await cloud.advance(60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'RUNNING', state: 'posted' });
    expect(posted).toEqual([{ to: 'Gent', text: 'Hello' }]);
    await expectSound(cloud, [office()]);
  });

  it('changes it still where the machine is deployed later', async () => {
    const posted: Letter[] = [];
    const cloud = new SimulatedCloud([office()], {
      post: (each: Letter) => {
        if (each.to === 'Troy') throw new RangeError('nobody lives there');
        posted.push(each);
      },
    });
    await cloud.start('office', 'e', letter);
    await cloud.advance(1000);
    await cloud.operate('e', { control: 'redrive', version: '2', input: { to: 'Gent' } });
    await cloud.advance(10_000);
    cloud.deploy([office(), office('2')]);
    await cloud.advance(120_000);
    expect(await cloud.execution('e')).toMatchObject({ state: 'posted', machineVersion: '2' });
    expect(posted).toEqual([{ to: 'Gent', text: 'Hello' }]);
  });

  const refuse = () => {
    throw new RangeError('no');
  };
  const parent = setup({ actors: { office: office() } }).createMachine({
    id: 'parent',
    initial: 'a',
    states: { a: { invoke: { src: 'office', input: { to: 'Troy', text: '' } } } },
  });
  const bulk = setup({ actors: { post: each(worker<number, string>()) } }).createMachine({
    id: 'bulk',
    initial: 'a',
    states: { a: { invoke: { src: 'post', input: [1, 2] } } },
  });
  const brittle = setup({}).createMachine({
    id: 'brittle',
    initial: 'a',
    states: { a: { on: { GO: { guard: refuse, target: 'b' } } }, b: {} },
  });

  it.each([
    ['a child failed', parent, undefined],
    ['items of a list failed', bulk, undefined],
    ['the machine could not take an event', brittle, 'GO'],
    ['nothing failed, and it was stopped', brittle, 'stop'],
  ] as const)('is ignored with the reason where %s, and without a patch taken', async (_, machine, then) => {
    const cloud = new SimulatedCloud([machine], { post: refuse });
    await cloud.start(machine.id, 'e');
    await cloud.advance(1000);
    if (then === 'stop') await cloud.control('e', 'stop');
    else if (then) await cloud.send('e', then);
    await cloud.advance(10_000);
    const before = await cloud.execution('e');
    expect(before.status).toMatch(/^(FAILED|ABORTED)$/);
    await cloud.operate('e', { control: 'redrive', input: { to: 'Gent' } }, 'with');
    await cloud.advance(10_000);
    const after = await cloud.execution('e');
    expect(after.status).toBe(before.status);
    expect(after.log).toContain('ewith~');
    expect(after.log).toContain('!InputPatchNotApplicable');
    await cloud.control('e', 'redrive', 'without');
    await cloud.advance(10_000);
    expect((await cloud.execution('e')).version).toBeGreaterThan(after.version + 1);
    await expectSound(cloud, [machine]);
  });
});
