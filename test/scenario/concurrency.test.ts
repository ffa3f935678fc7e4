import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { worker } from '../../workers/index.ts';
import { hoarder } from '../support/brokenMachines.ts';
import { sequential } from '../support/machines.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

const fromOne = { M: { from: { N: '1' } } };

describe('a stream instance and a wake instance at the same execution', () => {
  it('invariant 1: an event that is written while a wake ends a wait is applied', async () => {
    const rig = new OrchestratorRig([hoarder]);
    rig.start('hoarder', 'h');
    await rig.deliver(rig.newInstance({ definitions: [] }), 'h');
    expect(await rig.execution('h')).toMatchObject({ error: { code: 'MachineNotDeployed' } });
    const stream = rig.newInstance();
    const readJournal = rig.table.journal.readAll.bind(rig.table.journal);
    rig.table.journal.readAll = async (executionId) => {
      const journal = await readJournal(executionId);
      // After the wake's read and before its commit.
      await rig.send('h', 'late', 'KEEP', { what: 'late' });
      await rig.deliver(stream, 'h');
      return journal;
    };
    rig.now += 5000;
    await rig.newInstance().wake('h', 'wake#1');
    expect(await rig.verdicts('h')).toContain('event#late applied');
    expect(await rig.context('h')).toEqual({ kept: ['late'] });
  });

  it('invariant 10: a result that a wake found at the deadline dispatches nothing more when its record comes', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    const stream = rig.newInstance();
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(stream, 'e');
    rig.now += 30_000;
    await rig.succeed('e', 0, 1, 2);
    await rig.newInstance().wake('e', 'wake#1');
    rig.now += 300;
    await rig.deliver(stream, 'e');
    expect(rig.dispatched.map(({ item }) => item)).toEqual(['task#0#1', 'task#1#1']);
  });

  it('invariant 10: an event before the start and the start, each on an instance of its own, dispatch once', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    await rig.send('e', 'early', 'X');
    const early = rig.takeRecords('e');
    rig.start('sequential', 'e', fromOne);
    const start = rig.takeRecords('e');
    await rig.newInstance().applyRecords('e', early);
    await rig.newInstance().applyRecords('e', start);
    expect(rig.dispatched.map(({ item }) => item)).toEqual(['task#0#1']);
  });

  it('a batch that is delivered again to an instance that is new dispatches again: the first may have died', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    rig.start('sequential', 'e', fromOne);
    const records = rig.takeRecords('e');
    const first = rig.newInstance();
    await first.applyRecords('e', records);
    await first.applyRecords('e', records);
    expect(rig.dispatched.map(({ item }) => item)).toEqual(['task#0#1']);
    await rig.newInstance().applyRecords('e', records);
    expect(rig.dispatched.map(({ item }) => item)).toEqual(['task#0#1', 'task#0#1']);
  });
});

describe('an invocation whose answer was lost', () => {
  it('invariant 7: gives a result that counts, though the task was to be dispatched again', async () => {
    const rig = new OrchestratorRig([sequential(1)]);
    const instance = rig.newInstance();
    rig.dispatchOutcome = { type: 'deferred', error: 'TimeoutError: no answer in time' };
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(instance, 'e');
    await rig.succeed('e', 0, 1, 2);
    await rig.deliver(instance, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: { sum: 2 } });
  });

  it('invariant 7: gives a result that counts, though a redelivery found the function throttled', async () => {
    const rig = new OrchestratorRig([sequential(1)]);
    rig.start('sequential', 'e', fromOne);
    const records = rig.takeRecords('e');
    await rig.newInstance().applyRecords('e', records);
    rig.dispatchOutcome = { type: 'deferred', error: 'TooManyRequestsException' };
    const second = rig.newInstance();
    rig.now += 2000;
    await second.applyRecords('e', records);
    rig.now += 500;
    await rig.succeed('e', 0, 1, 2);
    await rig.deliver(second, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: { sum: 2 } });
  });
});

describe('instances whose clocks differ', () => {
  const deadlineAndTimer = setup({
    actors: { work: worker<unknown, number>({ timeout: '3s' }) },
  }).createMachine({
    id: 'deadlineAndTimer',
    type: 'parallel',
    states: {
      task: {
        initial: 'working',
        states: { working: { invoke: { src: 'work', onDone: 'done', onError: 'late' } }, done: {}, late: {} },
      },
      timer: { initial: 'waiting', states: { waiting: { after: { 1000: 'over' } }, over: {} } },
    },
  });

  it('fire no deadline before the result of its task has been looked for', async () => {
    const rig = new OrchestratorRig([deadlineAndTimer]);
    rig.start('deadlineAndTimer', 'e');
    await rig.deliver(rig.newInstance(), 'e');
    const started = rig.now;
    // An instance whose clock is ahead commits: time in the execution is now past the deadline.
    rig.now = started + 3500;
    await rig.control('e', 'redrive');
    await rig.deliver(rig.newInstance(), 'e');
    rig.now = started + 1500;
    await rig.succeed('e', 0, 1, 7);
    await rig.newInstance().wake('e', 'wake#1');
    expect((await rig.execution('e')).state).toEqual({ task: 'done', timer: 'over' });
  });
});

describe('an execution that was deleted and started again with the same id', () => {
  it('starts again on an instance that remembers the first', async () => {
    const rig = new OrchestratorRig([hoarder]);
    const instance = rig.newInstance();
    rig.start('hoarder', 'e');
    await rig.deliver(instance, 'e');
    rig.table.items.clear();
    rig.now += 3_600_000;
    rig.start('hoarder', 'e');
    await rig.deliver(instance, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'RUNNING', startedAt: rig.now });
  });

  it('takes an event with an id that the first had taken', async () => {
    const rig = new OrchestratorRig([hoarder]);
    const instance = rig.newInstance();
    rig.start('hoarder', 'e');
    await rig.deliver(instance, 'e');
    await rig.send('e', 'approve', 'KEEP', { what: 'first' });
    await rig.deliver(instance, 'e');
    rig.table.items.clear();
    rig.now += 3_600_000;
    rig.start('hoarder', 'e');
    await rig.deliver(rig.newInstance(), 'e');
    await rig.send('e', 'approve', 'KEEP', { what: 'second' });
    await rig.deliver(instance, 'e');
    expect(await rig.context('e')).toEqual({ kept: ['second'] });
  });
});
