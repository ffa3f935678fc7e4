import { describe, expect, it } from 'vitest';
import { noise } from '../support/noise.ts';
import { StoredRig } from '../support/storedRig.ts';
import { archive, huge, input, noting, output, started } from './archive.ts';

describe('a store that fails', () => {
  const waits = { status: 'RUNNING', error: { code: 'DataUnavailable', name: 'StoreUnavailableError' } };

  it('to give the input lets the execution wait, and it starts when the store is back', async () => {
    const stored = new StoredRig([archive]);
    const instance = stored.newInstance();
    await stored.start('archive', 'e', { text: input });
    stored.store.failsGets = true;
    await stored.rig.deliver(instance, 'e');
    expect(await stored.rig.execution('e')).toMatchObject(waits);
    await stored.wake(instance, 'e');
    expect((await stored.rig.execution('e')).waiting?.attempts).toBe(2);
    stored.store.failsGets = false;
    await stored.wake(instance, 'e');
    const { waiting, error, state } = await stored.execution('e');
    expect({ waiting, error, state }).toEqual({ waiting: undefined, error: undefined, state: 'copying' });
  });

  it('to give a result and the state loses nothing, and a stop goes through at once', async () => {
    const { stored, rig } = await started();
    await stored.work(() => ({ text: output }));
    const instance = stored.newInstance();
    stored.store.failsGets = true;
    await rig.deliver(instance, 'e');
    expect(await rig.execution('e')).toMatchObject({ ...waits, state: 'copying' });
    await rig.control('e', 'stop');
    await rig.deliver(instance, 'e');
    expect((await rig.execution('e')).status).toBe('ABORTED');
  });

  it('to give a result is asked again until it does', async () => {
    const { stored, rig } = await started();
    await stored.work(() => ({ text: output }));
    const instance = stored.newInstance();
    stored.store.failsGets = true;
    await rig.deliver(instance, 'e');
    for (let i = 0; i < 5; i++) await stored.wake(instance, 'e');
    stored.store.failsGets = false;
    await stored.wake(instance, 'e');
    expect((await stored.execution('e')).state).toBe('noting');
    expect(await stored.context('e')).toMatchObject({ output: output });
  });

  it('to take the new state lets the execution wait with the result unapplied', async () => {
    const { stored, rig, instance } = await started(huge.input);
    await stored.work(() => ({ text: huge.output }));
    stored.store.failsPuts = true;
    await rig.deliver(instance, 'e');
    expect(await rig.execution('e')).toMatchObject({ ...waits, state: 'copying' });
    stored.store.failsPuts = false;
    await stored.wake(instance, 'e');
    expect((await stored.execution('e')).state).toBe('noting');
    expect(await rig.verdicts('e')).toEqual([
      'start applied',
      ' failed: DataUnavailable',
      'task#0#1 applied',
      ' applied',
    ]);
  });

  it('to take an output fails the attempt by name, or is passed by where the item can hold it', async () => {
    const { stored, rig, instance } = await started(huge.input);
    stored.store.failsPuts = true;
    await stored.work(() => ({ text: huge.output }));
    await rig.deliver(instance, 'e');
    stored.store.failsPuts = false;
    const [result] = await rig.table.journal.readResults('e', [{ task: 0, attempt: 1 }]);
    expect(result).toMatchObject({ result: { status: 'FAILED', error: { name: 'StoreUnavailableError' } } });
    stored.store.failsPuts = true;
    await stored.send('e', 'fits', 'NOTE', { text: noise(300_000) });
    await expect(stored.send('e', 'does-not', 'NOTE', { text: huge.note })).rejects.toThrow(/MILLRACE_STORE/);
  });

  it('for longer than the wait is PENDING_REDRIVE, and a redrive goes on', async () => {
    const { stored, rig } = await noting();
    const instance = stored.newInstance();
    await rig.send('e', 'small', 'NOTE', { text: 'small' });
    stored.store.failsGets = true;
    await rig.deliver(instance, 'e');
    rig.now += 900_000;
    await stored.wake(instance, 'e');
    expect((await rig.execution('e')).status).toBe('PENDING_REDRIVE');
    expect((await rig.execution('e')).snapshotAt).toBe(stored.store.states()[0]);
    stored.store.failsGets = false;
    await rig.control('e', 'redrive');
    await rig.deliver(instance, 'e');
    await stored.wake(instance, 'e');
    expect((await stored.execution('e')).output).toMatchObject({ note: 'small' });
  });
});

describe('a reference in an item', () => {
  it('to an object that is not there lets the execution wait and says which', async () => {
    const { stored, rig, instance } = await noting();
    rig.table.put({
      executionId: { S: 'e' },
      item: { S: 'event#1' },
      type: { S: 'NOTE' },
      eventAt: { S: 'data/mine/note.json' },
    });
    await rig.deliver(instance, 'e');
    expect((await rig.execution('e')).error).toMatchObject({
      code: 'DataUnavailable',
      name: 'ObjectNotFoundError',
    });
    expect((await rig.execution('e')).error?.message).toContain('data/mine/note.json');
    // Anybody may put it there, plain.
    await stored.store.put('data/mine/note.json', Buffer.from('{"text":"by hand"}'));
    await stored.wake(instance, 'e');
    expect((await stored.execution('e')).output).toMatchObject({ note: 'by hand' });
  });

  it('is an attribute of the item: data that looks like one is data', async () => {
    const { stored, rig, instance } = await noting();
    const event = { text: 'inputAt', eventAt: 'data/e/x', outputAt: 'data/e/y' };
    await rig.send('e', '1', 'NOTE', event);
    await rig.deliver(instance, 'e');
    expect((await stored.execution('e')).output).toMatchObject({ note: 'inputAt' });
  });

  it.each(['data/../secret', '/etc/passwd', 's3://other/data', 'secret/a', 'data/'])(
    'to %j is refused as an input, and ignored as an event',
    async (key) => {
      const { rig, instance } = await noting();
      const reference = { S: key };
      rig.table.put({
        executionId: { S: 'f' },
        item: { S: 'start' },
        machine: { S: 'archive' },
        inputAt: reference,
      });
      await rig.deliver(instance, 'f');
      expect((await rig.execution('f')).error).toMatchObject({ code: 'InvalidStart' });
      rig.table.put({
        executionId: { S: 'e' },
        item: { S: 'event#1' },
        type: { S: 'NOTE' },
        eventAt: reference,
      });
      await rig.deliver(instance, 'e');
      expect(await rig.verdicts('e')).toContain('event#1 ignored: InvalidEvent');
    },
  );

  it('without a store to look in lets the execution wait and names the setting', async () => {
    const { rig } = await noting();
    await rig.send('e', '1', 'NOTE', { text: 'small' });
    await rig.deliver(rig.newInstance(), 'e');
    expect((await rig.execution('e')).error).toMatchObject({
      code: 'DataUnavailable',
      name: 'StoreNotConfiguredError',
    });
    expect((await rig.execution('e')).error?.message).toContain('MILLRACE_STORE');
  });
});
