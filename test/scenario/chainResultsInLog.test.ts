import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { MillraceClient } from '../../client/client.ts';
import { replayRecording } from '../../client/index.ts';
import { attemptTask } from '../../workers/runTask.ts';
import { startedChain, withCommit } from '../support/chainHost.ts';
import type { OrchestratorRig } from '../support/orchestratorRig.ts';
import { chainMachine, keys, onlyFirst } from './chainMachines.ts';

describe('a chain that may keep results in the log', () => {
  const inlining = { isDefault: true, inlines: true };

  it('writes no item for what fits beside the state, and the log replays to every state', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(40), inlining);
    expect(payload.chain).toEqual({ others: [], inlines: true });
    await host.run(payload);
    const { journal, segments } = await rig.table.executions.readHistory('e');
    expect(journal.map(({ reference }) => reference)).toEqual(['start']);
    expect(segments.length).toBeLessThan(4);
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
    expect((await rig.log('e')).map(({ kind }) => kind)).toEqual([
      'start',
      ...Array.from({ length: 40 }, () => 'inlined'),
    ]);
  });

  it('writes the item of a result that does not fit, and of one that failed', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(3), inlining);
    await host.run(payload, {
      attempt: (task) => {
        const work = () => {
          if (task.task === 2) throw new Error('no');
          return task.task === 0 ? randomBytes(675).toString('base64') : 1;
        };
        return attemptTask(task, work, { table: rig.table, now: () => rig.now });
      },
    });
    await rig.deliver(orchestrator, 'e');
    expect((await rig.log('e')).map(({ kind, reference }) => `${kind} ${reference}`)).toEqual([
      'start start',
      'result task#0#1',
      'inlined task#1#1',
      'result task#2#1',
    ]);
    expect((await rig.replayed('e'))?.status).toBe('FAILED');
  });

  it('writes the item of a result on which the machine throws, so that a redrive takes it again', async () => {
    const failing = (boom: () => { n: number }) =>
      setup({
        types: { context: {} as { n: number } },
        actors: { book: fromPromise(async () => 1) },
      }).createMachine({
        id: 'failing',
        context: { n: 0 },
        initial: 'a',
        states: {
          a: { invoke: { src: 'book', onDone: { target: 'b', actions: assign(boom) } } },
          b: { type: 'final' },
        },
      });
    const broken = failing(() => {
      throw new Error('boom');
    });
    const { rig, host, orchestrator, payload } = await startedChain(broken, inlining);
    await host.run(payload);
    await rig.deliver(orchestrator, 'e');
    expect(await rig.execution('e')).toMatchObject({ status: 'FAILED', failed: { reference: 'task#0#1' } });
    const fixed = rig.newInstance({ definitions: [failing(() => ({ n: 1 }))], chain: inlining });
    await rig.control('e', 'redrive');
    await rig.deliver(fixed, 'e');
    rig.now += 2000;
    await fixed.wake('e', 'wake#1');
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    expect(keys(rig)).toEqual(['task#0#1']);
  });

  it('decides on an item of an attempt whose result is in the log as on any that comes second', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(3), inlining);
    await host.run(payload, { attempt: onlyFirst(host, 2) });
    await rig.succeed('e', 0, 1, 'foreign');
    await rig.deliver(orchestrator, 'e');
    await orchestrator.catchUp('e', 'wake#1');
    expect(await rig.verdicts('e')).toEqual([
      'start applied',
      'task#0#1 applied',
      'task#1#1 applied',
      'task#0#1 ignored: NotOpen',
    ]);
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
  });

  it('leaves results of a second run, also after the end, to the orchestrator', async () => {
    const { rig, host, orchestrator, payload } = await startedChain(chainMachine(1), inlining);
    await host.run(payload);
    await host.run(payload, { token: 'b' });
    await rig.deliver(orchestrator, 'e');
    expect(await rig.verdicts('e')).toEqual(['start applied', 'task#0#1 applied', 'task#0#1 ignored: Ended']);
    expect((await rig.replayed('e'))?.snapshot).toBe((await rig.execution('e')).snapshot);
  });

  it('loses no result where it is not known whether its commit was taken', async () => {
    const lost = new Error('No answer came in time.');
    for (const isTaken of [true, false]) {
      const { rig, host, orchestrator, payload } = await startedChain(chainMachine(1), inlining);
      const table = withCommit(rig.table, async (write) => {
        if (isTaken) await write();
        throw lost;
      });
      const run = host.run(payload, { table });
      if (isTaken) await run;
      else await expect(run).rejects.toBe(lost);
      await rig.deliver(orchestrator, 'e');
      expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED', output: [0] });
    }
  });

  it('keeps none there without that permission in the payload: an earlier release could not read the log', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(3));
    await host.run(payload);
    expect(await rig.execution('e')).toMatchObject({ status: 'SUCCEEDED' });
    expect(new Set((await rig.log('e')).map(({ kind }) => kind))).toEqual(new Set(['start', 'result']));
  });

  it('shows its results in a history like any others', async () => {
    const { rig, host, payload } = await startedChain(chainMachine(2), inlining);
    await host.run(payload, {
      attempt: (task) => {
        const now = () => rig.now;
        const work = () => {
          rig.now += 7;
        };
        return attemptTask(task, work, { table: rig.table, now });
      },
    });
    const client = clientOf(rig);
    for (const { entries } of [
      { entries: (await client.history('e')).items },
      await client.inspect('e', { machines: [chainMachine(2)] }),
    ]) {
      expect(entries[1]).toMatchObject({
        kind: 'result',
        reference: 'task#0#1',
        task: 0,
        attempt: 1,
        worker: 'pass',
        status: 'SUCCEEDED',
        verdict: { type: 'applied' },
      });
      const { startedAt = '', writtenAt = '' } = entries[1] ?? {};
      expect(Date.parse(writtenAt) - Date.parse(startedAt)).toBe(7);
    }
    expect(await client.replay('e', [chainMachine(2)])).toMatchObject({ outcome: 'equal', entries: 3 });
    const recording = await client.record('e');
    expect(replayRecording(JSON.parse(JSON.stringify(recording)), [chainMachine(2)])).toMatchObject({
      outcome: 'equal',
    });
  });
});

function clientOf(rig: OrchestratorRig): MillraceClient {
  return new MillraceClient({
    table: rig.table,
    now: () => rig.now,
    newId: () => 'id',
    sleep: async () => {},
    retentionDays: 0,
    catchUp: async () => ({ failed: [] }),
  });
}
