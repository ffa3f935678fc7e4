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

describe('invariant 1: a stop ends what waited, and leaves nothing in the journal that the log does not name', () => {
  const unlogged = async (rig: OrchestratorRig, executionId: string) => {
    const { journal } = await rig.table.executions.readHistory(executionId);
    const logged = new Set((await rig.log(executionId)).map(({ reference }) => reference));
    return journal.map(({ reference }) => reference).filter((reference) => !logged.has(reference));
  };

  /** The items that came while the machine was not there, in batches of its own; then the stop alone. */
  async function stoppedAfter(waitMs: number) {
    const rig = new OrchestratorRig([hoarder]);
    rig.start('hoarder', 'h');
    await rig.deliver(rig.newInstance(), 'h');
    const other = rig.newInstance({ definitions: [hoarderChanged] });
    await rig.send('h', 'first', 'KEEP');
    await rig.deliver(other, 'h');
    rig.now += waitMs;
    await other.wake('h', 'wake#1');
    const { status } = await rig.execution('h');
    await rig.send('h', 'second', 'KEEP');
    await rig.deliver(other, 'h');
    await rig.control('h', 'stop');
    await rig.deliver(other, 'h');
    return { rig, status };
  }

  it.each([
    ['while it waits', 10, 'RUNNING'],
    ['when it waits for a redrive', 1_000_000, 'PENDING_REDRIVE'],
  ])('%s', async (_, waitMs, expected) => {
    const { rig, status } = await stoppedAfter(waitMs);
    expect(status).toBe(expected);
    expect((await rig.execution('h')).status).toBe('ABORTED');
    expect(await unlogged(rig, 'h')).toEqual([]);
    const verdicts = await rig.verdicts('h');
    expect(verdicts.filter((verdict) => verdict.startsWith('event#')).sort()).toEqual([
      'event#first ignored: Ended',
      'event#second ignored: Ended',
      'event#stop applied',
    ]);
    const { snapshot, state } = await rig.execution('h');
    expect(await rig.replayed('h')).toMatchObject({ status: 'ABORTED', snapshot, state });
  });

  it('of a machine that was never there', async () => {
    const rig = new OrchestratorRig([]);
    const instance = rig.newInstance();
    rig.start('hoarder', 'h');
    await rig.send('h', 'first', 'KEEP');
    await rig.deliver(instance, 'h');
    await rig.control('h', 'stop');
    await rig.deliver(instance, 'h');
    expect((await rig.execution('h')).status).toBe('ABORTED');
    expect(await unlogged(rig, 'h')).toEqual([]);
    const replayed = await rig.replayed('h', [hoarder]);
    expect(replayed).toMatchObject({ status: 'ABORTED' });
    expect(replayed?.snapshot).toBeUndefined();
  });

  it('in one batch with the start and an event', async () => {
    const rig = new OrchestratorRig([]);
    rig.start('hoarder', 'h');
    await rig.send('h', 'first', 'KEEP');
    await rig.control('h', 'stop');
    await rig.deliver(rig.newInstance(), 'h');
    expect((await rig.execution('h')).status).toBe('ABORTED');
    expect(await unlogged(rig, 'h')).toEqual([]);
  });

  it('that a wake finds', async () => {
    const rig = new OrchestratorRig([]);
    const instance = rig.newInstance();
    rig.start('hoarder', 'h');
    await rig.deliver(instance, 'h');
    await rig.send('h', 'first', 'KEEP');
    await rig.control('h', 'stop');
    rig.now += 2000;
    await instance.wake('h', 'wake#1');
    expect((await rig.execution('h')).status).toBe('ABORTED');
    expect(await unlogged(rig, 'h')).toEqual([]);
  });

  it('while an event arrives that its reader has not seen: its own delivery logs it', async () => {
    const { rig } = await (async () => {
      const rig = new OrchestratorRig([hoarder]);
      rig.start('hoarder', 'h');
      await rig.deliver(rig.newInstance(), 'h');
      const other = rig.newInstance({ definitions: [hoarderChanged] });
      await rig.send('h', 'first', 'KEEP');
      await rig.deliver(other, 'h');
      rig.now += 1_000_000;
      await other.wake('h', 'wake#1');
      await rig.control('h', 'stop');
      const stop = rig.takeRecords('h');
      const readJournal = rig.table.journal.readAll.bind(rig.table.journal);
      rig.table.journal.readAll = async (executionId) => {
        const journal = await readJournal(executionId);
        rig.table.journal.readAll = readJournal;
        // Between the read and the commit of the one that stops, another takes an event, and decides to leave it.
        await rig.send('h', 'late', 'KEEP');
        await rig.deliver(rig.newInstance({ definitions: [hoarderChanged] }), 'h');
        return journal;
      };
      await rig.newInstance({ definitions: [hoarderChanged] }).applyRecords('h', stop);
      return { rig };
    })();
    expect((await rig.execution('h')).status).toBe('ABORTED');
    expect(await unlogged(rig, 'h')).toEqual([]);
  });
});
