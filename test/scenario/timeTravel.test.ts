import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { MillraceClient } from '../../client/client.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { countLogEntries, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { type MachineLookup, machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { replay } from '../../orchestrator/core/execution/replay/recording.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { logTextOf } from '../../orchestrator/table/logText.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import type { Workers } from '../../testing/simulatedLambda.ts';
import { careful, hoarder } from '../support/brokenMachines.ts';
import { addWorker, parcel, sequential } from '../support/machines.ts';
import { trip, tripWorkers } from '../support/trip.ts';
import { unkindDelivery } from '../support/unkindDelivery.ts';

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
const lookup = machineLookup(prepareMachines(definitions));

interface Commit {
  /** Entries of the log that it and the commits before it applied. */
  readonly entries: number;
  readonly execution: Execution;
}

const unkind = { ...unkindDelivery, loseInvoke: 0.02 };

/** Every commit that is taken from now on, by execution. */
function recordCommits({ table }: SimulatedCloud): ReadonlyMap<string, Commit[]> {
  const commits = new Map<string, Commit[]>();
  const { put } = table;
  table.put = (item) => {
    put.call(table, item);
    if (item.item?.S !== 'execution') return;
    const execution = decodeExecution(item);
    const { executionId, logSegments } = execution;
    let entries = countLogEntries(execution.log);
    for (const { item: key, executionId: id, log } of table.items.values()) {
      const number = Number(/^log#(\d+)$/.exec(key?.S ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
      if (id?.S === executionId && number < logSegments) entries += countLogEntries(logTextOf(log) ?? '');
    }
    commits.set(executionId, [...(commits.get(executionId) ?? []), { entries, execution }]);
  };
  return commits;
}

/** Compares what each commit stored with what the replay gives after its last entry. Answers how many there were. */
async function expectStoredStates(
  cloud: SimulatedCloud,
  commits: ReadonlyMap<string, Commit[]>,
  machines: MachineLookup,
): Promise<number> {
  let compared = 0;
  for (const [executionId, each] of commits) {
    const { execution, journal, segments } = await cloud.table.executions.readHistory(executionId);
    if (!execution) throw new Error('It was not committed.');
    const log = [...segments, execution.log].flatMap(parseLog);
    const { machineVersion = '1' } = execution;
    const states = [...replay(machines, { executionId, machineVersion, journal, log })];
    for (const commit of each) {
      const replayed = states[commit.entries - 1];
      expect(replayed && known(replayed), `${executionId} ${commit.entries}`).toEqual(
        known(commit.execution),
      );
      compared++;
    }
  }
  return compared;
}

/** Three executions under every kind of bad delivery, and every commit that was taken of them. */
async function recordedRun(seed: number) {
  const cloud = new SimulatedCloud(definitions, workers, { seed, ...unkind });
  const commits = recordCommits(cloud);
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

/** The content of the log and the journal, which does not say which entries were committed together. */
function known({ status, snapshot, state, output, error, tasks, updatedAt, endedAt }: Execution) {
  const open = tasks.map(({ cause: _, ...task }) => task);
  return { isEnded: hasEnded(status), snapshot, state, output, error, tasks: open, updatedAt, endedAt };
}

describe('the state of the past', () => {
  it('after entry K is the one that was stored by the commit that applied K, whatever the deliveries were', async () => {
    let compared = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { cloud, commits } = await recordedRun(seed);
      compared += await expectStoredStates(cloud, commits, lookup);
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

describe('of executions that talk with each other', () => {
  it('each is replayed by itself, with the children it started and the messages that it sent and received', async () => {
    const machines = machineLookup(prepareMachines([trip]));
    let compared = 0;
    for (const seed of [1, 2, 3, 4]) {
      const cloud = new SimulatedCloud([trip], tripWorkers, { seed, ...unkind });
      const commits = recordCommits(cloud);
      await cloud.start('trip', 'italy', { M: { cities: { L: ['Gent', 'Delft'].map((S) => ({ S })) } } });
      await cloud.advance(7 * 86_400_000);
      compared += await expectStoredStates(cloud, commits, machines);
      const client = clientOf(cloud);
      for (const { executionId, status } of cloud.table.allExecutions()) {
        expect(await client.replay(executionId, [trip])).toMatchObject({ status, outcome: 'equal' });
      }
      const { items } = await client.history('italy', { machines: [trip] });
      const effects = items.flatMap(({ transition }) => transition?.effects ?? []);
      const started = effects.filter(({ type }) => type === 'childStarted');
      expect(started).toMatchObject([{ executionId: 'italy.0' }, { executionId: 'italy.1' }]);
      expect(items.find(({ kind }) => kind === 'message')).toMatchObject({
        sender: expect.stringMatching(/^italy\.\d/),
      });
      const child = (await client.history('italy.0', { machines: [trip] })).items;
      const last = child.findLast(({ transition }) => transition?.ended);
      expect(last?.transition?.effects).toContainEqual(
        expect.objectContaining({ type: 'messagesSent', to: 'italy' }),
      );
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('events that were held are taken again with the same entries, and another order of them diverges', async () => {
    const approval = (second: string) =>
      createMachine({
        id: 'approval',
        meta: { millrace: { heldEvents: true } },
        initial: 'draft',
        states: {
          draft: { on: { TICK: 'first' } },
          first: { on: { APPROVE: second } },
          second: { on: { PAY: 'third' } },
          third: { on: { CLOSE: 'closed' } },
          closed: {},
        },
      });
    const cloud = new SimulatedCloud(
      [approval('second')],
      {},
      { seed: 5, duplicate: 0.5, maximumDelayMs: 500 },
    );
    const commits = recordCommits(cloud);
    await cloud.start('approval', 'a');
    for (const type of ['PAY', 'APPROVE', 'TICK', 'CLOSE']) {
      await cloud.send('a', type);
      await cloud.advance(5000);
    }
    expect(await cloud.execution('a')).toMatchObject({ state: 'closed' });
    await expectStoredStates(cloud, commits, machineLookup(prepareMachines([approval('second')])));
    const client = clientOf(cloud);
    expect(await client.replay('a', [approval('second')])).toMatchObject({ outcome: 'equal' });
    const kinds = (await client.history('a', { machines: [approval('second')] })).items.map(
      ({ kind, reference, verdict, transition }) => [kind, reference, verdict.type, transition?.to],
    );
    expect(kinds).toEqual([
      ['start', 'start', 'applied', 'draft'],
      ['event', 'event#PAY', 'held', 'draft'],
      ['event', 'event#APPROVE', 'held', 'draft'],
      ['held', 'event#APPROVE', 'applied', 'draft'],
      ['held', 'event#PAY', 'applied', 'draft'],
      ['event', 'event#TICK', 'applied', 'third'],
      ['event', 'event#CLOSE', 'applied', 'closed'],
    ]);
    expect(await client.replay('a', [approval('third')])).toMatchObject({
      outcome: 'diverges',
      divergence: { number: 6, reference: 'event#TICK', message: expect.stringContaining('event#PAY') },
    });
  });
});

function clientOf(cloud: SimulatedCloud): MillraceClient {
  return new MillraceClient({
    table: cloud.table,
    now: () => cloud.now,
    newId: () => 'id',
    sleep: () => Promise.reject(new Error('Nothing waits here.')),
    retentionDays: 0,
    catchUp: () => Promise.reject(new Error('Nothing is mended here.')),
  });
}
