import { describe, expect, it } from 'vitest';
import { assign, sendParent, setup } from 'xstate';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { StoredJson } from '../../orchestrator/store/storedJson.ts';
import { withStore } from '../../orchestrator/table/stored/withStore.ts';
import { noise } from '../support/noise.ts';
import { StoredRig } from '../support/storedRig.ts';
import { archive, huge, input, mb, note, noting, output, started } from './archive.ts';

describe('data of megabytes', () => {
  it('goes through machine, worker and event as any other, and items stay small', async () => {
    const { input, output, note } = huge;
    const { stored, rig, instance } = await started(input);
    expect(JSON.stringify(rig.dispatched[0]).length).toBeLessThan(1000);
    let received = '';
    await stored.work(({ text }: { text: string }) => {
      received = text;
      return { text: output };
    });
    expect(received === input).toBe(true);
    await rig.deliver(instance, 'e');
    expect((await rig.execution('e')).state).toBe('noting');
    await stored.send('e', 'note', 'NOTE', { text: note });
    await rig.deliver(instance, 'e');
    const execution = await stored.execution('e');
    expect(execution.status).toBe('SUCCEEDED');
    expect(JSON.stringify(execution.output) === JSON.stringify({ input, output, note })).toBe(true);
    expect(stored.largestItem()).toBeLessThan(2000);
    stored.checkReferences();
  });

  it('invariant 2: replays to what was stored', async () => {
    const { stored, rig, instance } = await noting();
    await stored.send('e', 'note', 'NOTE', { text: note });
    await rig.deliver(instance, 'e');
    const { journal } = await stored.table.executions.readHistory('e');
    const replayed = await rig.replayed('e', undefined, journal);
    const { snapshot, output: result } = await stored.execution('e');
    expect(replayed?.snapshot === snapshot).toBe(true);
    expect(JSON.stringify(replayed?.output) === JSON.stringify(result)).toBe(true);
  });

  it('is found by an instance that has nothing in memory', async () => {
    const { stored, rig } = await noting();
    await stored.send('e', 'note', 'NOTE', { text: note });
    await rig.deliver(stored.newInstance(), 'e');
    expect((await rig.execution('e')).status).toBe('SUCCEEDED');
  });

  it('goes to the worker again by an instance that only knows the item', async () => {
    const { stored, rig } = await started();
    const [first] = rig.dispatched;
    await rig.table.journal.readStart('e');
    const entry = await rig.table.journal.readStart('e');
    if (entry) await stored.newInstance().applyRecords('e', [{ entry, createdAt: rig.now }]);
    expect(rig.dispatched[1]).toEqual(first);
  });

  it('is an error of a worker too', async () => {
    const { stored, rig, instance } = await started();
    await stored.table.journal.insertResult({
      executionId: 'e',
      task: 0,
      attempt: 1,
      worker: 'copy',
      startedAt: '',
      endedAt: '',
      result: {
        status: 'FAILED',
        error: { name: 'Refused', message: 'no', details: output, retryable: false },
      },
    } as Parameters<typeof stored.table.journal.insertResult>[0]);
    await rig.deliver(instance, 'e');
    expect((await rig.execution('e')).state).toBe('noting');
    expect(stored.largestItem()).toBeLessThan(2000);
  });

  it('costs no call of the store where nothing is large', async () => {
    const stored = new StoredRig([archive]);
    const instance = stored.newInstance();
    await stored.start('archive', 'e', { text: noise(9000) });
    await stored.rig.deliver(instance, 'e');
    await stored.work(() => ({ text: 'small' }));
    await stored.rig.deliver(instance, 'e');
    await stored.send('e', 'note', 'NOTE', { text: 'small' });
    await stored.rig.deliver(stored.newInstance(), 'e');
    expect((await stored.rig.execution('e')).status).toBe('SUCCEEDED');
    expect([stored.store.puts, stored.store.gets]).toEqual([0, 0]);
  });
});

describe('data of megabytes between executions', () => {
  const child = setup({
    types: { input: {} as { text: string }, context: {} as { text: string }, output: {} as { text: string } },
  }).createMachine({
    id: 'child',
    context: ({ input }) => input,
    initial: 'telling',
    states: {
      telling: {
        entry: sendParent(({ context }) => ({ type: 'HALFWAY', text: context.text })),
        after: { 1000: 'told' },
      },
      told: { type: 'final' },
    },
    output: ({ context }) => ({ text: `${context.text}!` }),
  });

  const parent = setup({
    types: { input: {} as { text: string }, context: {} as { text: string; halfway: string; done: string } },
    actors: { child },
  }).createMachine({
    id: 'parent',
    context: ({ input }) => ({ text: input.text, halfway: '', done: '' }),
    initial: 'waiting',
    states: {
      waiting: {
        on: { HALFWAY: { actions: assign({ halfway: ({ event }) => event.text }) } },
        invoke: {
          src: 'child',
          input: ({ context }) => ({ text: context.text }),
          onDone: { target: 'told', actions: assign({ done: ({ event }) => event.output.text }) },
        },
      },
      told: { type: 'final' },
    },
  });

  it('goes to a child and back, by input, event and output', async () => {
    const stored = new StoredRig([parent, child]);
    const { rig } = stored;
    await stored.start('parent', 'e', { text: huge.input });
    await rig.deliver(stored.newInstance(), 'e');
    expect(stored.largestItem()).toBeLessThan(2000);
    await rig.deliver(stored.newInstance(), 'e.0');
    await rig.deliver(stored.newInstance(), 'e');
    await stored.wake(stored.newInstance(), 'e.0');
    await rig.deliver(stored.newInstance(), 'e');
    const { status, snapshot } = await stored.execution('e');
    const { text, halfway, done } = JSON.parse(snapshot ?? '{}').context;
    expect(status).toBe('SUCCEEDED');
    expect([text === huge.input, halfway === huge.input, done === `${huge.input}!`]).toEqual([
      true,
      true,
      true,
    ]);
    expect(stored.largestItem()).toBeLessThan(2000);
    stored.checkReferences();
  });

  it('waits where the store does not give it, and nothing that was said is lost', async () => {
    const stored = new StoredRig([parent, child]);
    const { rig } = stored;
    await stored.start('parent', 'e', { text: input });
    await rig.deliver(stored.newInstance(), 'e');
    await rig.deliver(stored.newInstance(), 'e.0');
    await stored.wake(stored.newInstance(), 'e.0');
    stored.store.failsGets = true;
    await rig.deliver(stored.newInstance(), 'e');
    expect((await rig.execution('e')).error).toMatchObject({ code: 'DataUnavailable' });
    stored.store.failsGets = false;
    await stored.wake(stored.newInstance(), 'e');
    expect((await rig.execution('e')).status).toBe('SUCCEEDED');
    expect(await stored.context('e')).toEqual({ text: input, halfway: input, done: `${input}!` });
  });
});

describe('starting twice with megabytes', () => {
  const same = { executionId: 'e', machine: 'archive', input: { text: input, more: { a: 1, b: 2 } } };
  const sameInOtherOrder = { ...same, input: { more: { b: 2, a: 1 }, text: input } };

  it('is one start for the same input, however its fields are ordered, and another for another', async () => {
    const { table } = new StoredRig([archive]);
    expect(await table.journal.insertStart(same)).toEqual({ type: 'inserted' });
    expect(await table.journal.insertStart(sameInOtherOrder)).toEqual({ type: 'same' });
    expect(await table.journal.insertStart({ ...same, input: { text: note } })).toEqual({
      type: 'different',
    });
    expect(await table.journal.insertStart({ executionId: 'e', machine: 'archive' })).toEqual({
      type: 'different',
    });
  });

  it('is one start though one client keeps in the item what the other puts into the store', async () => {
    const { rig, table } = new StoredRig([archive]);
    const data = new StoredJson(new MemoryStore());
    const generous = withStore(rig.table, data, { storeOverKb: 350 }, { fetches: true });
    const start = { ...same, input: { text: noise(100_000), more: { b: 1, a: 2 } } };
    expect(await generous.journal.insertStart(start)).toEqual({ type: 'inserted' });
    expect(await table.journal.insertStart(start)).toEqual({ type: 'same' });
    expect(await table.journal.insertStart(same)).toEqual({ type: 'different' });
  });
});

describe('the stored state of an execution', () => {
  it('is deleted by the commit that replaces it', async () => {
    const { stored, rig, instance } = await started();
    const [first] = stored.store.states();
    expect(stored.store.states()).toHaveLength(1);
    await stored.work(() => ({ text: output }));
    await rig.deliver(instance, 'e');
    expect(stored.store.states()).toHaveLength(1);
    expect(stored.store.states()).not.toContain(first);
    stored.checkReferences();
  });

  it('is among the data that may expire once the execution has ended', async () => {
    const { stored, rig, instance } = await noting();
    await rig.control('e', 'stop');
    await rig.deliver(instance, 'e');
    expect((await rig.execution('e')).status).toBe('ABORTED');
    expect(stored.store.states()).toEqual([]);
    expect(await stored.context('e')).toMatchObject({ note: '' });
    stored.checkReferences();
  });

  it('stays one object, written once, while commits do not change it', async () => {
    const { stored, rig, instance } = await noting();
    const puts = stored.store.puts;
    const [key] = stored.store.states();
    for (const id of ['1', '2']) {
      await rig.send('e', id, 'xstate.reserved');
      await rig.deliver(id === '1' ? instance : stored.newInstance(), 'e');
    }
    expect((await rig.execution('e')).version).toBe(4);
    expect(stored.store.states()).toEqual([key]);
    expect(stored.store.puts).toBe(puts);
  });

  it('of two racing commits is that of the one which won, and the loser leaves nothing behind', async () => {
    const { stored, rig } = await noting();
    const [one, other] = [stored.newInstance(), stored.newInstance()];
    await stored.send('e', 'ignored', 'xstate.a', {});
    await rig.deliver(one, 'e');
    await rig.send('e', 'b', 'xstate.b');
    await rig.deliver(other, 'e');
    await stored.send('e', 'note', 'NOTE', { text: 'small' });
    const records = rig.takeRecords('e');
    await Promise.all([one.applyRecords('e', records), other.applyRecords('e', records)]);
    expect((await stored.execution('e')).output).toMatchObject({ note: 'small' });
    expect(stored.store.states()).toEqual([]);
    stored.checkReferences();
  });

  it('that is replaced while someone asks for it is looked for again', async () => {
    const { stored, rig, instance } = await started();
    const other = stored.newInstance();
    await stored.work(() => ({ text: output }));
    const result = rig.takeRecords('e');
    await rig.send('e', 'note', 'NOTE', { text: 'small' });
    stored.store.beforeNextGet = () => instance.applyRecords('e', result);
    await rig.deliver(other, 'e');
    expect((await rig.execution('e')).status).toBe('SUCCEEDED');
    expect(await rig.verdicts('e')).toEqual(['start applied', 'task#0#1 applied', 'event#note applied']);
    expect(await stored.context('e')).toEqual({ input, output, note: 'small' });
  });

  it('that is replaced while a client asks for it is read as it is then', async () => {
    const { stored, rig, instance } = await started();
    await stored.work(() => ({ text: output }));
    stored.store.beforeNextGet = () => rig.deliver(instance, 'e');
    expect(await stored.context('e')).toEqual({ input, output, note: '' });
  });

  it('over 16 MB fails the execution with the state of before', async () => {
    const { stored, rig, instance } = await started(huge.input);
    await stored.work(() => ({ text: huge.output }));
    await rig.deliver(instance, 'e');
    await stored.send('e', 'note', 'NOTE', { text: noise(5 * mb, 4) });
    await rig.deliver(instance, 'e');
    const execution = await stored.execution('e');
    expect(execution).toMatchObject({ status: 'FAILED', state: 'noting', error: { code: 'StateTooLarge' } });
    expect(execution.error?.message).toContain('MILLRACE_STORE');
  });
});
