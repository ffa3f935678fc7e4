import { describe, expect, it } from 'vitest';
import { MillraceClient } from '../../client/client.ts';
import type { Execution } from '../../orchestrator/core/execution/execution.ts';
import { hasEnded } from '../../orchestrator/core/execution/execution.ts';
import { countLogEntries, parseLog } from '../../orchestrator/core/execution/log.ts';
import { machineLookup } from '../../orchestrator/core/execution/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { careful, hoarder } from '../support/brokenMachines.ts';
import { addWorker, parcel, sequential } from '../support/machines.ts';
import { SimulatedCloud, type Workers } from '../support/simulatedCloud.ts';

const workers: Workers = {
  ...addWorker,
  label: ({ city }: { city: string }, task) => {
    if (task.attempt === 1) throw new Error('the printer is out of paper');
    return `to ${city}`;
  },
  insure: () => ({ insured: true }),
  send: () => ({ sent: true }),
};
const definitions = [sequential(40), parcel, hoarder];
const lookup = machineLookup(definitions.map((definition) => prepareMachine(definition)));

interface Commit {
  /** Entries of the log that it and the commits before it applied. */
  readonly entries: number;
  readonly execution: Execution;
}

/** Three executions under every kind of bad delivery, and every commit that was taken of them. */
async function recordedRun(seed: number) {
  const cloud = new SimulatedCloud(definitions, workers, {
    seed,
    duplicate: 0.3,
    maximumDelayMs: 2000,
    crashAfterCommit: 0.05,
    throttleCommit: 0.05,
    throttleInvoke: 0.1,
    duplicateInvoke: 0.1,
    loseInvoke: 0.02,
  });
  const commits = new Map<string, Commit[]>();
  const { put } = cloud.table;
  cloud.table.put = (item) => {
    put.call(cloud.table, item);
    if (item.item?.S !== 'execution') return;
    const executionId = item.executionId?.S ?? '';
    const execution = cloud.table.executions().find((each) => each.executionId === executionId);
    if (!execution) throw new Error('It was put a moment ago.');
    let entries = countLogEntries(execution.log);
    for (const { item: key, executionId: id, log } of cloud.table.items.values()) {
      const number = Number(/^log#(\d+)$/.exec(key?.S ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
      if (id?.S === executionId && number < execution.logSegments) entries += countLogEntries(log?.S ?? '');
    }
    commits.set(executionId, [...(commits.get(executionId) ?? []), { entries, execution }]);
  };
  await cloud.start('sequential', 'sum', { M: { from: { N: '1' } } });
  await cloud.start('parcel', 'parcel', { M: { city: { S: 'Delft' } } });
  await cloud.start('hoarder', 'hoard');
  for (let i = 0; i < 20; i++) {
    await cloud.send('hoard', i % 7 === 6 ? 'xstate.reserved' : 'KEEP', `keep-${i}`);
    if (i === 10) await cloud.send('parcel', 'APPROVE', 'too-early');
    await cloud.advance(3000);
  }
  await cloud.send('parcel', 'APPROVE');
  await cloud.advance(300_000);
  await cloud.send('hoard', 'END');
  await cloud.advance(300_000);
  return { cloud, commits };
}

/** What the log and the journal tell; which entries were committed together they do not. */
function known({ status, snapshot, state, output, error, tasks, updatedAt, endedAt }: Execution) {
  const open = tasks.map(({ cause: _, ...task }) => task);
  return { isEnded: hasEnded(status), snapshot, state, output, error, tasks: open, updatedAt, endedAt };
}

describe('the state of the past', () => {
  it('after entry K is the one that was stored by the commit that applied K, whatever the deliveries were', async () => {
    let compared = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { cloud, commits } = await recordedRun(seed);
      for (const executionId of ['sum', 'parcel', 'hoard']) {
        const { execution, journal, segments } = await cloud.table.readHistory(executionId);
        if (!execution) throw new Error('It was not committed.');
        const log = [...segments, execution.log].flatMap(parseLog);
        const { machineVersion = '1' } = execution;
        const states = [...replay(lookup, { executionId, machineVersion, journal, log })];
        for (const commit of commits.get(executionId) ?? []) {
          const replayed = states[commit.entries - 1];
          expect(replayed && known(replayed), `${executionId} ${commit.entries}, seed ${seed}`).toEqual(
            known(commit.execution),
          );
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(500);
  });

  it('is what the client answers, and its history says how it came to be', async () => {
    const { cloud, commits } = await recordedRun(3);
    const client = clientOf(cloud);
    for (const { entries, execution } of commits.get('parcel') ?? []) {
      const at = await client.stateAt('parcel', entries, definitions);
      expect({ state: at.state, context: at.context }).toEqual({
        state: execution.state,
        context: JSON.parse(execution.snapshot ?? '{}').context,
      });
      const { items } = await client.history('parcel', { machines: definitions, from: entries, limit: 1 });
      expect(items[0]?.transition?.to).toEqual(execution.state);
    }
    expect(await client.replay('parcel', definitions)).toMatchObject({ outcome: 'equal' });
  });

  it('says that it waited for its machine, and for a redrive', async () => {
    const cloud = new SimulatedCloud([], { work: () => 7 });
    await cloud.start('careful', 'c1');
    await cloud.advance(cloud.maximumWaitForMachineMs + 120_000);
    expect(await cloud.execution('c1')).toMatchObject({ status: 'PENDING_REDRIVE' });
    cloud.deploy([careful]);
    await cloud.control('c1', 'redrive');
    await cloud.advance(120_000);
    expect(await cloud.execution('c1')).toMatchObject({ status: 'SUCCEEDED', output: { got: 7 } });
    const client = clientOf(cloud);
    const kinds = (await client.history('c1')).items.map(({ kind }) => kind);
    const states = await Promise.all(kinds.map((_, i) => client.stateAt('c1', i + 1, [careful])));
    expect(kinds.map((kind, i) => [kind, states[i]?.status, states[i]?.error?.code])).toEqual([
      ['waiting', 'RUNNING', 'MachineNotDeployed'],
      ['waiting', 'PENDING_REDRIVE', 'MachineNotDeployed'],
      ['control', 'RUNNING', undefined],
      ['start', 'RUNNING', undefined],
      ['waiting', 'RUNNING', undefined],
      ['result', 'SUCCEEDED', undefined],
    ]);
    expect(await client.replay('c1', [careful])).toMatchObject({ outcome: 'equal', entries: 6 });
  });
});

function clientOf(cloud: SimulatedCloud): MillraceClient {
  return new MillraceClient({
    table: cloud.table,
    now: () => cloud.now,
    newId: () => 'id',
    sleep: () => Promise.reject(new Error('Nothing waits here.')),
  });
}
