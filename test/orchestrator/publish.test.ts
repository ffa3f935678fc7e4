import { describe, expect, it } from 'vitest';
import type { Bus } from '../../orchestrator/bus/bus.ts';
import { publishHandler } from '../../orchestrator/handlers/publish.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import { crier } from '../support/busMachines.ts';
import { CommitStream, RecordingBus } from '../support/commitStream.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

/** Executions `a` and `b`, each of three commits that emit something. */
async function setUp() {
  const rig = new OrchestratorRig([crier]);
  const stream = new CommitStream(rig.table);
  const orchestrator = rig.newInstance();
  for (const id of ['a', 'b']) {
    rig.start('crier', id);
    await rig.deliver(orchestrator, id);
  }
  for (const type of ['UNHEARD', 'CRY', 'END']) {
    for (const id of ['a', 'b']) {
      await rig.send(id, type, type, { what: 'eggs' });
      await rig.deliver(orchestrator, id);
    }
  }
  const reports: Report[] = [];
  const pausesMs: number[] = [];
  const handlerOf = (bus: Bus, retryPausesMs: readonly number[] = []) =>
    publishHandler({
      bus,
      report: (report) => void reports.push(report),
      retryPausesMs,
      sleep: async (ms) => pausesMs.push(ms),
    });
  return { stream, reports, handlerOf, pausesMs };
}

const numbersOf = ({ batchItemFailures }: { batchItemFailures: { itemIdentifier: string }[] }) =>
  batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)).sort((a, b) => a - b);

const cried = (what: string) => ({ type: 'cried', what });

describe('the publisher', () => {
  it('gets the commits that emit something, and no other', async () => {
    const { stream } = await setUp();
    expect(stream.commits).toBe(8);
    expect(stream.records.map((record) => record.dynamodb?.NewImage?.version?.N)).toEqual([
      '1',
      '1',
      '3',
      '3',
      '4',
      '4',
    ]);
  });

  it('publishes events with an id of execution, commit and place, in the order of each execution', async () => {
    const { stream, handlerOf } = await setUp();
    const bus = new RecordingBus();
    expect(await handlerOf(bus)({ Records: stream.records })).toEqual({ batchItemFailures: [] });
    expect(bus.calls).toEqual([
      ['a/1/0', 'a/1/1', 'b/1/0', 'b/1/1'],
      ['a/3/0', 'b/3/0'],
      ['a/4/0', 'a/4/1', 'b/4/0', 'b/4/1'],
    ]);
    expect(bus.of('a')).toEqual([
      'RUNNING',
      cried('good morning'),
      cried('eggs'),
      cried('good night'),
      'SUCCEEDED',
    ]);
  });

  it('reports the commits of which an event was refused, and holds back what comes after them', async () => {
    const { stream, handlerOf, reports } = await setUp();
    const bus = new RecordingBus();
    bus.refuses = ({ detail }) => detail.id === 'a/1/1';
    const failed = await handlerOf(bus)({ Records: stream.records });
    // Records 1, 5 and 7 are commits of `a`.
    expect(numbersOf(failed)).toEqual([1, 5, 7]);
    expect(bus.of('a')).toEqual(['RUNNING']);
    expect(bus.of('b')).toHaveLength(5);
    expect(reports).toEqual([{ type: 'busFailed', executionId: 'a', error: 'not now' }]);
  });

  it('tries what was refused again, after a pause, before it reports it', async () => {
    const { stream, handlerOf, reports, pausesMs } = await setUp();
    const bus = new RecordingBus();
    let refusals = 2;
    bus.refuses = ({ detail }) => detail.id === 'a/1/1' && refusals-- > 0;
    expect(await handlerOf(bus, [10, 20, 30])({ Records: stream.records })).toEqual({
      batchItemFailures: [],
    });
    expect(pausesMs).toEqual([10, 20]);
    expect(bus.calls.slice(0, 3)).toEqual([
      ['a/1/0', 'a/1/1', 'b/1/0', 'b/1/1'],
      ['a/1/0', 'a/1/1'],
      ['a/1/0', 'a/1/1'],
    ]);
    expect(bus.of('a')).toHaveLength(5);
    expect(reports).toEqual([]);
  });

  it('reports all that a bus did not take because it threw', async () => {
    const { stream, handlerOf, reports } = await setUp();
    const bus: Bus = { publish: () => Promise.reject(new Error('out of order')) };
    expect(numbersOf(await handlerOf(bus)({ Records: stream.records }))).toEqual([1, 2, 5, 6, 7, 8]);
    expect(reports).toEqual([
      { type: 'busFailed', executionId: 'a', error: 'Error: out of order' },
      { type: 'busFailed', executionId: 'b', error: 'Error: out of order' },
    ]);
  });

  it('takes nothing for published where the bus refuses an event that it was not given', async () => {
    const { stream, handlerOf } = await setUp();
    const bus: Bus = { publish: async () => ({ failures: [{ id: '0', reason: 'no such event' }] }) };
    expect(numbersOf(await handlerOf(bus)({ Records: stream.records }))).toEqual([1, 2, 5, 6, 7, 8]);
  });

  it('goes on past an execution item that someone else has written, and says so', async () => {
    const { stream, handlerOf, reports } = await setUp();
    const bus = new RecordingBus();
    const image = stream.records[0]?.dynamodb?.NewImage;
    if (image) image.emitted = { S: 'not JSON' };
    expect(await handlerOf(bus)({ Records: stream.records })).toEqual({ batchItemFailures: [] });
    expect(bus.of('b')).toHaveLength(5);
    expect(reports).toEqual([
      { type: 'dropped', executionId: 'a', error: expect.stringContaining("no readable 'emitted'") },
    ]);
  });
});
