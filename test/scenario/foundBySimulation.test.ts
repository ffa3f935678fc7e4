import { describe, expect, it } from 'vitest';
import { assign, sendParent, sendTo, setup } from 'xstate';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { Replay } from '../../orchestrator/core/execution/replay/replay.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { incompatible } from '../simulation/machines.ts';
import { addWorker, parcel, sequential } from '../support/machines.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';
import { expectSound } from '../support/soundness.ts';

const fromOne = { M: { from: { N: '1' } } };

/** Each was a failing seed of `npm run simulate`. */
describe('what the simulation has found', () => {
  it('invariant 10: two runs of the clock that wake an execution at once dispatch once', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(rig.newInstance(), 'e');
    rig.now += 30_000;
    // The deadline has passed: the retry is dispatched by a wake a second later.
    await rig.newInstance().wake('e', 'wake#1');
    rig.now += 1000;
    await Promise.all([rig.newInstance().wake('e', 'wake#2'), rig.newInstance().wake('e', 'wake#2')]);
    expect(rig.dispatched.map(({ item }) => item)).toEqual(['task#0#1', 'task#0#2']);
  });

  it('invariant 2: a redrive that goes on in the commit that suspends the execution goes on in the replay, too', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    rig.start('sequential', 'e', fromOne);
    const instance = rig.newInstance();
    await rig.deliver(instance, 'e');
    for (const control of ['stop', 'redrive'] as const) {
      await rig.control('e', control);
      await rig.deliver(instance, 'e');
    }
    rig.now += 1000;
    await rig.succeed('e', 0, 1, 2);
    rig.now += 1000;
    await rig.control('e', 'suspend');
    rig.now += 60_000;
    await rig.newInstance().wake('e', 'wake#1');
    const execution = await rig.execution('e');
    expect(execution).toMatchObject({ status: 'SUSPENDED', tasks: [{ task: 1 }] });
    expect((await rig.verdicts('e')).slice(3)).toEqual([
      'task#0#1 applied',
      'event#suspend applied',
      ' applied',
    ]);
    const replayed = await rig.replayed('e');
    expect(replayed).toMatchObject({ snapshot: execution.snapshot, tasks: [{ task: 1 }] });
    expect(replayed?.waiting).toBeUndefined();
  });

  it('invariant 2: attempts that a redrive after a long wait begins are begun by the replay, too', async () => {
    const faults = { seed: 1, loseInvoke: 1 };
    const cloud = new SimulatedCloud([sequential(1)], addWorker, faults);
    await cloud.start('sequential', 'e', fromOne);
    await cloud.advance(1000);
    cloud.deploy([]);
    await cloud.advance(20 * 60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'PENDING_REDRIVE' });
    cloud.deploy([sequential(1)]);
    await cloud.control('e', 'redrive');
    await cloud.advance(1000);
    expect((await cloud.execution('e')).tasks).toMatchObject([{ task: 0, attempt: 2 }]);
    await expectSound(cloud, [sequential(1)]);
    faults.loseInvoke = 0;
    await cloud.send('e', 'ANYTHING');
    await cloud.advance(10 * 60_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    await expectSound(cloud, [sequential(1)]);
  });

  it('invariant 2: a retry is not begun by a machine that cannot take up the state', async () => {
    const machine = sequential(1);
    const add = () => {
      throw new Error('not now');
    };
    const cloud = new SimulatedCloud([machine], { add });
    await cloud.start('sequential', 'e', fromOne);
    await cloud.advance(500);
    cloud.deploy([incompatible(machine)]);
    await cloud.advance(10_000);
    const waiting = await cloud.execution('e');
    expect(waiting).toMatchObject({ error: { code: 'DefinitionMismatch' } });
    expect(cloud.invocations).toHaveLength(1);
    await cloud.control('e', 'stop');
    await cloud.advance(100);
    await expectSound(cloud, [machine]);
  });

  it('a redrive whose machine is not there yet goes on from the failure once it is', async () => {
    let isRepaired = false;
    const add = ({ to }: { to: number }) => {
      if (!isRepaired) throw Object.assign(new Error('out of order'), { retryable: false });
      return to + 1;
    };
    const cloud = new SimulatedCloud([sequential(2)], { add });
    await cloud.start('sequential', 'e', fromOne);
    await cloud.advance(1000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'FAILED' });
    cloud.deploy([]);
    await cloud.control('e', 'redrive');
    await cloud.advance(5000);
    expect(await cloud.execution('e')).toMatchObject({ error: { code: 'MachineNotDeployed' } });
    isRepaired = true;
    cloud.deploy([sequential(2)]);
    await cloud.advance(60_000);
    const ended = await cloud.execution('e');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { sum: 3 } });
    expect(ended.failed).toBeUndefined();
    await expectSound(cloud, [sequential(2)]);
  });

  it('invariant 2: a start that comes with the stop of what never began replays, and a redrive begins with it', async () => {
    const cloud = new SimulatedCloud([], addWorker);
    await cloud.start('sequential', 'e', fromOne);
    await cloud.advance(100);
    await cloud.control('e', 'stop');
    await cloud.advance(100);
    const stopped = await cloud.execution('e');
    expect(stopped).toMatchObject({ status: 'ABORTED' });
    expect(stopped.log).toMatch(/;estop~.*;s~.*!Ended/);
    const machines = machineLookup(prepareMachines([sequential(1)]));
    const replay = new Replay(machines, { executionId: 'e', machine: 'sequential' });
    const { journal } = await cloud.table.executions.readHistory('e');
    for (const entry of parseLog(stopped.log)) {
      const item = journal.find(({ reference }) => reference === entry.reference);
      expect(replay.take(entry, item).divergence, entry.reference).toBeUndefined();
    }
    cloud.deploy([sequential(1)]);
    await cloud.control('e', 'redrive');
    await cloud.advance(10_000);
    expect(await cloud.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: { sum: 2 } });
    await expectSound(cloud, [sequential(1)]);
  });

  it('a child that hears of its start by the second message takes the first after the start', async () => {
    const child = setup({
      types: { context: {} as { heard: string[] }, events: {} as { type: 'SAY'; word: string } },
      actions: { note: assign({ heard: ({ context }, word: string) => [...context.heard, word] }) },
    }).createMachine({
      id: 'child',
      context: { heard: [] },
      on: { SAY: { actions: { type: 'note', params: ({ event }) => event.word } } },
    });
    const parent = setup({ types: { events: {} as { type: 'A' | 'B' } }, actors: { child } }).createMachine({
      id: 'parent',
      invoke: { src: 'child', id: 'child' },
      on: {
        A: { actions: sendTo('child', { type: 'SAY', word: 'one' }) },
        B: { actions: sendTo('child', { type: 'SAY', word: 'two' }) },
      },
    });
    const rig = new OrchestratorRig([parent, child]);
    rig.start('parent', 'p');
    const instance = rig.newInstance();
    await rig.deliver(instance, 'p');
    for (const type of ['A', 'B']) {
      await rig.send('p', type, type);
      await rig.deliver(instance, 'p');
    }
    await rig.newInstance().applyRecords('p.0', rig.takeRecords('p.0').slice(-1));
    expect(await rig.context('p.0')).toEqual({ heard: ['one', 'two'] });
    expect(await rig.verdicts('p.0')).toEqual([
      'start applied',
      'message#p#1 applied',
      'message#p#2 applied',
    ]);
  });

  it('invariant 1: a result that was ignored because of the end is not so once more when it comes again, however long the log is', async () => {
    const rig = new OrchestratorRig([parcel]);
    rig.start('parcel', 'p', { M: { city: { S: 'Delft' } } });
    await rig.deliver(rig.newInstance(), 'p');
    const refused = { name: 'NoCarrier', message: 'for good', retryable: false };
    await rig.finish('p', 0, 1, { status: 'FAILED', error: refused });
    await rig.deliver(rig.newInstance(), 'p');
    expect(await rig.execution('p')).toMatchObject({ status: 'FAILED', tasks: [{ task: 0 }, { task: 1 }] });
    await rig.succeed('p', 1, 1, 'insured');
    const late = rig.takeRecords('p');
    await rig.newInstance().applyRecords('p', late);
    for (let i = 0; i < 60; i++) await rig.send('p', `${i}`, 'ANYTHING');
    await rig.deliver(rig.newInstance(), 'p');
    await rig.send('p', 'last', 'ANYTHING');
    await rig.deliver(rig.newInstance(), 'p');
    expect((await rig.execution('p')).log).not.toContain('t1#1');
    await rig.newInstance().applyRecords('p', late);
    const verdicts = (await rig.verdicts('p')).filter((verdict) => verdict.startsWith('task#1#1'));
    expect(verdicts).toEqual(['task#1#1 ignored: Ended']);
  });

  it('invariant 10: a delivery that comes again between a redrive and its machine hands over nothing', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    rig.start('sequential', 'e', fromOne);
    const start = rig.takeRecords('e');
    await rig.newInstance().applyRecords('e', start);
    for (const control of ['stop', 'redrive'] as const) {
      await rig.control('e', control);
      await rig.deliver(rig.newInstance(), 'e');
    }
    expect(rig.dispatched).toHaveLength(1);
    await rig.newInstance().applyRecords('e', start);
    expect(rig.dispatched).toHaveLength(1);
    rig.now += 1000;
    await rig.newInstance().wake('e', 'wake#1');
    expect(rig.dispatched.map(({ item }) => item)).toEqual(['task#0#1', 'task#0#1']);
  });

  it('invariant 2: what came too late is not so once more where its redrive is stopped before its machine is there', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    const instance = rig.newInstance();
    const withoutMachine = () => rig.newInstance({ definitions: [] });
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(instance, 'e');
    await rig.control('e', 'stop');
    await rig.succeed('e', 0, 1, 2);
    await rig.deliver(instance, 'e');
    for (let i = 0; i < 60; i++) await rig.send('e', `late-${i}`, 'ANYTHING');
    await rig.deliver(instance, 'e');
    await rig.control('e', 'redrive');
    await rig.deliver(withoutMachine(), 'e');
    rig.now += 1000;
    await withoutMachine().wake('e', 'wake#1');
    const { log, status } = await rig.execution('e');
    expect({ status, hasSegments: !log.includes('t0#1') }).toEqual({ status: 'RUNNING', hasSegments: true });
    const at = '2026-03-01T12:00:00.000Z';
    await rig.table.journal.insertEvent({
      executionId: 'e',
      eventId: 'again',
      at,
      content: { control: 'stop' },
    });
    await rig.deliver(withoutMachine(), 'e');
    const verdicts = await rig.verdicts('e');
    expect(verdicts.filter((verdict) => verdict.startsWith('task#0#1'))).toEqual(['task#0#1 ignored: Ended']);
    expect(await rig.replayed('e')).toMatchObject({ status: 'ABORTED' });
  });

  it('invariant 2: a suspend that comes while the execution waits for a redrive is ignored by the replay, too', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(rig.newInstance(), 'e');
    const withoutMachine = () => rig.newInstance({ definitions: [] });
    await rig.succeed('e', 0, 1, 2);
    await rig.deliver(withoutMachine(), 'e');
    rig.now += 900_000;
    await withoutMachine().wake('e', 'wake#1');
    expect(await rig.execution('e')).toMatchObject({ status: 'PENDING_REDRIVE' });
    await rig.control('e', 'suspend');
    await rig.deliver(rig.newInstance(), 'e');
    await rig.control('e', 'redrive');
    await rig.deliver(rig.newInstance(), 'e');
    rig.now += 1000;
    await rig.newInstance().wake('e', 'wake#2');
    expect(await rig.verdicts('e')).toContain('event#suspend ignored: NotRunning');
    const execution = await rig.execution('e');
    const { journal } = await rig.table.executions.readHistory('e');
    const items = new Map(journal.map((item) => [item.reference, item]));
    const replay = new Replay(machineLookup(prepareMachines([sequential(2)])), execution);
    const divergences = (await rig.log('e')).map(
      (entry) => replay.take(entry, items.get(entry.reference)).divergence,
    );
    expect(divergences.filter((divergence) => divergence !== undefined)).toEqual([]);
    expect(replay.compareWith(execution)).toBeUndefined();
  });

  it('invariant 7: what children said after a stop is taken by the second redrive where the first found no machine', async () => {
    const child = setup({}).createMachine({
      id: 'child',
      entry: sendParent({ type: 'HELLO' }),
      initial: 'waiting',
      states: { waiting: { after: { 1000: 'done' } }, done: { type: 'final' } },
    });
    const parent = setup({ actors: { child } }).createMachine({
      id: 'parent',
      on: { HELLO: {} },
      type: 'parallel',
      states: {
        a: { initial: 'b', states: { b: { invoke: { src: 'child', onDone: 'c' } }, c: { type: 'final' } } },
        d: { initial: 'e', states: { e: { invoke: { src: 'child', onDone: 'f' } }, f: { type: 'final' } } },
      },
    });
    const cloud = new SimulatedCloud([parent, child], {});
    await cloud.start('parent', 'p');
    await cloud.advance(500);
    cloud.deploy([child]);
    await cloud.advance(5000);
    await cloud.control('p', 'stop');
    await cloud.advance(1000);
    await cloud.control('p', 'redrive');
    await cloud.advance(20 * 60_000);
    expect(await cloud.execution('p')).toMatchObject({ status: 'PENDING_REDRIVE' });
    cloud.deploy([parent, child]);
    await cloud.control('p', 'redrive', 'again');
    await cloud.advance(5000);
    expect(await cloud.execution('p')).toMatchObject({ status: 'SUCCEEDED' });
    await expectSound(cloud, [parent, child]);
  });

  it('invariant 1: a result that comes while a stop reads the journal of a suspended execution is decided on', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(rig.newInstance(), 'e');
    await rig.control('e', 'suspend');
    await rig.deliver(rig.newInstance(), 'e');
    const readJournal = rig.table.journal.readAll.bind(rig.table.journal);
    let isFirst = true;
    rig.table.journal.readAll = async (executionId) => {
      const entries = await readJournal(executionId);
      if (isFirst) {
        isFirst = false;
        await rig.succeed('e', 0, 1, 2);
        await rig.deliver(rig.newInstance(), 'e');
      }
      return entries;
    };
    await rig.control('e', 'stop');
    await rig.deliver(rig.newInstance(), 'e');
    expect(await rig.verdicts('e')).toContain('task#0#1 ignored: Ended');
  });

  it('a start that is written again once items have expired does not redrive what had ended: its old events are none of it', async () => {
    const rig = new OrchestratorRig([sequential(2)]);
    const instance = rig.newInstance();
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(instance, 'e');
    await rig.control('e', 'stop');
    await rig.deliver(instance, 'e');
    await rig.control('e', 'redrive');
    await rig.deliver(instance, 'e');
    await instance.wake('e', 'wake#1');
    const at = '2026-03-01T12:00:00.000Z';
    await rig.table.journal.insertEvent({
      executionId: 'e',
      eventId: 'again',
      at,
      content: { control: 'stop' },
    });
    await rig.deliver(instance, 'e');
    for (let late = 0; late < 60; late++) {
      await rig.send('e', `late-${late}`, 'GO');
      await rig.deliver(instance, 'e');
    }
    expect(await rig.execution('e')).toMatchObject({ status: 'ABORTED' });
    for (const key of [...rig.table.items.keys()]) {
      if (/log#|start$|again$|stop$/.test(key)) rig.table.items.delete(key);
    }
    rig.start('sequential', 'e', fromOne);
    await rig.deliver(rig.newInstance(), 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'ABORTED' });
  });
});
