import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { parseLog } from '../../orchestrator/core/execution/log.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { careful, endless, hoarder, hoarderChanged, throwing } from '../support/brokenMachines.ts';
import { addWorker, parcel, sequential } from '../support/machines.ts';

const noise = (bytes: number) => {
  let text = '';
  for (let i = 0; text.length < bytes; i++) text += Math.imul(i, 0x9e3779b1).toString(36) + Math.sin(i);
  return text.slice(0, bytes);
};

async function ignoredOf(cloud: SimulatedCloud, executionId: string) {
  const { execution } = await cloud.table.readHistory(executionId);
  return parseLog(execution?.log ?? '').flatMap(({ verdict, reference }) =>
    verdict.type === 'ignored' ? [{ reason: verdict.reason, reference }] : [],
  );
}

describe('the execution is FAILED, with a typed error', () => {
  it.each(Object.entries(throwing))('when its %s throws', async (id, machine) => {
    const cloud = new SimulatedCloud([machine, sequential(1)], addWorker);
    await cloud.start(id, 'broken');
    await cloud.start('sequential', 'neighbour', { M: { from: { N: '1' } } });
    await cloud.advance(10_000);
    const execution = await cloud.execution('broken');
    expect(execution.status).toBe('FAILED');
    expect(execution.error).toMatchObject({ code: 'MachineThrew', name: 'RangeError' });
    expect(execution.error?.message).toContain('boom');
    expect((await cloud.execution('neighbour')).status).toBe('SUCCEEDED');
  });

  it('when always-transitions never come to rest', async () => {
    const cloud = new SimulatedCloud([endless], {});
    await cloud.start('endless', 'e1');
    await cloud.advance(10_000);
    expect(await cloud.execution('e1')).toMatchObject({ status: 'FAILED', error: { code: 'EndlessLoop' } });
  });

  it('when its state is over the item limit even compressed, and keeps the state of before', async () => {
    const cloud = new SimulatedCloud([hoarder], {});
    await cloud.start('hoarder', 'h1');
    for (let i = 0; i < 3; i++) {
      const what = noise(300_000) + i;
      const at = new Date(cloud.now).toISOString();
      await cloud.table.insertEvent({
        executionId: 'h1',
        eventId: `keep-${i}`,
        at,
        content: { type: 'KEEP', event: { what } },
      });
    }
    await cloud.advance(10_000);
    const execution = await cloud.execution('h1');
    expect(execution).toMatchObject({ status: 'FAILED', error: { code: 'StateTooLarge' }, state: 'open' });
    expect(JSON.parse(execution.snapshot ?? '').context.kept.length).toBeGreaterThan(0);
  });

  it('when a worker answers more than an item holds', async () => {
    const cloud = new SimulatedCloud([careful], { work: () => noise(900_000) });
    await cloud.start('careful', 'c1');
    await cloud.advance(10_000);
    expect(await cloud.execution('c1')).toMatchObject({
      status: 'FAILED',
      error: { code: 'DataLimitExceeded', name: 'States.DataLimitExceeded' },
    });
  });

  it.each([
    ['an id with a dot', 'a.b', { machine: { S: 'hoarder' } }],
    ['an id with a hash', 'a#b', { machine: { S: 'hoarder' } }],
    ['no machine', 'nomachine', {}],
    ['a machine that is no string', 'number', { machine: { N: '7' } }],
    ['an input that is no gzip', 'binary', { machine: { S: 'hoarder' }, input: { B: Buffer.from('x') } }],
  ])('when its raw start item has %s', async (_, executionId, attributes) => {
    const cloud = new SimulatedCloud([hoarder], {});
    cloud.table.put({ executionId: { S: executionId }, item: { S: 'start' }, ...attributes });
    await cloud.advance(10_000);
    expect(await cloud.execution(executionId)).toMatchObject({
      status: 'FAILED',
      error: { code: 'InvalidStart' },
    });
  });
});

describe("the task fails, and the machine's onError decides", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.deep = { cyclic };
  it.each([
    ['the worker is not deployed', undefined, 'Lambda.ResourceNotFoundException', 'not deployed'],
    ['the output is a BigInt', () => ({ total: 1n }), 'NotSerializableError', 'output.total is a BigInt'],
    ['the output has a cycle', () => cyclic, 'NotSerializableError', 'output.deep.cyclic contains itself'],
    [
      'the output has a function',
      () => ({ a: [() => 1] }),
      'NotSerializableError',
      'output.a[0] is a function',
    ],
    [
      'the worker throws an error',
      () => {
        throw new TypeError('no such thing');
      },
      'TypeError',
      'no such thing',
    ],
    [
      'the worker throws a text',
      () => {
        throw 'just a text';
      },
      'Error',
      'just a text',
    ],
    [
      'the worker throws nothing',
      () => {
        throw undefined;
      },
      'Error',
      'undefined',
    ],
    [
      'the worker throws an object',
      () => {
        throw { why: 'so' };
      },
      'Error',
      '{"why":"so"}',
    ],
  ])('when %s', async (_, work, name, message) => {
    const cloud = new SimulatedCloud([careful], work ? { work } : {});
    await cloud.start('careful', 'c1');
    await cloud.advance(10_000);
    const execution = await cloud.execution('c1');
    expect(execution).toMatchObject({ status: 'SUCCEEDED', state: 'failed', output: { problem: { name } } });
    expect(JSON.stringify(execution.output)).toContain(JSON.stringify(message).slice(1, -1));
  });

  it('when it gives no result before its deadline', async () => {
    const cloud = new SimulatedCloud([careful], { work: () => 1 }, { seed: 1, loseInvoke: 1 });
    await cloud.start('careful', 'c1');
    await cloud.advance(19_000);
    expect((await cloud.execution('c1')).status).toBe('RUNNING');
    await cloud.advance(3000);
    expect(await cloud.execution('c1')).toMatchObject({
      state: 'failed',
      output: { problem: { name: 'States.Timeout' } },
    });
  });

  it.each([
    ['no status', {}],
    ['another status', { status: { S: 'MAYBE' } }],
    ['an output that is no gzip', { status: { S: 'SUCCEEDED' }, output: { B: Buffer.from('x') } }],
  ])('when a hand-written result has %s', async (_, attributes) => {
    const cloud = new SimulatedCloud([careful], { work: () => 1 }, { seed: 1, loseInvoke: 1 });
    await cloud.start('careful', 'c1');
    await cloud.advance(1000);
    cloud.table.put({ executionId: { S: 'c1' }, item: { S: 'task#0#1' }, ...attributes });
    await cloud.advance(1000);
    expect(await cloud.execution('c1')).toMatchObject({
      output: { problem: { name: 'Millrace.InvalidResult' } },
    });
  });

  it('not when the worker returns nothing: undefined is null', async () => {
    const cloud = new SimulatedCloud([careful], { work: () => undefined });
    await cloud.start('careful', 'c1');
    await cloud.advance(10_000);
    expect(await cloud.execution('c1')).toMatchObject({
      state: 'done',
      output: { problem: null, got: null },
    });
  });
});

describe('the execution waits and says why, is PENDING_REDRIVE after 15 minutes, and a redrive goes on', () => {
  it('when its machine is not deployed', async () => {
    const cloud = new SimulatedCloud([parcel], addWorker);
    await cloud.start('sequential', 's1', { M: { from: { N: '1' } } });
    await cloud.advance(60_000);
    const waiting = await cloud.execution('s1');
    expect(waiting).toMatchObject({ status: 'RUNNING', error: { code: 'MachineNotDeployed' } });
    expect(waiting.error?.message).toContain('parcel');
    await cloud.advance(15 * 60_000);
    expect(await cloud.execution('s1')).toMatchObject({
      status: 'PENDING_REDRIVE',
      error: { code: 'MachineNotDeployed' },
    });
    cloud.deploy([sequential(3)]);
    await cloud.advance(60_000);
    expect((await cloud.execution('s1')).status).toBe('PENDING_REDRIVE');
    await cloud.control('s1', 'redrive');
    await cloud.advance(60_000);
    const ended = await cloud.execution('s1');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { sum: 4 } });
    expect(ended.error).toBeUndefined();
  });

  it('goes on by itself when the machine comes in time', async () => {
    const cloud = new SimulatedCloud([], addWorker);
    await cloud.start('sequential', 's1', { M: { from: { N: '1' } } });
    await cloud.advance(60_000);
    cloud.deploy([sequential(3)]);
    await cloud.advance(120_000);
    expect(await cloud.execution('s1')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('when the version asked for is not deployed', async () => {
    const cloud = new SimulatedCloud([parcel], {});
    await cloud.start('parcel', 'p1', { M: { city: { S: 'Delft' } } }, '1');
    await cloud.advance(10_000);
    const waiting = await cloud.execution('p1');
    expect(waiting).toMatchObject({ status: 'RUNNING', error: { code: 'MachineNotDeployed' } });
    expect(waiting.error?.message).toContain("Version '1'");
  });

  it('when the deployed machine cannot read its state, with what came meanwhile', async () => {
    const cloud = new SimulatedCloud([hoarder], {});
    await cloud.start('hoarder', 'h1');
    await cloud.advance(1000);
    await cloud.send('h1', 'KEEP', 'first');
    await cloud.advance(1000);
    const before = await cloud.execution('h1');
    cloud.deploy([hoarderChanged]);
    await cloud.send('h1', 'KEEP', 'second');
    await cloud.advance(5000);
    await cloud.send('h1', 'KEEP', 'third');
    await cloud.advance(5000);
    const waiting = await cloud.execution('h1');
    expect(waiting).toMatchObject({
      status: 'RUNNING',
      state: 'open',
      error: { code: 'DefinitionMismatch' },
    });
    expect(waiting.snapshot).toBe(before.snapshot);
    await cloud.advance(15 * 60_000);
    expect((await cloud.execution('h1')).status).toBe('PENDING_REDRIVE');
    cloud.deploy([hoarder]);
    await cloud.send('h1', 'END');
    await cloud.control('h1', 'redrive');
    await cloud.advance(60_000);
    const ended = await cloud.execution('h1');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', state: 'closed' });
    expect(JSON.parse(ended.snapshot ?? '').context.kept).toHaveLength(3);
  });

  it('can be stopped while it waits', async () => {
    const cloud = new SimulatedCloud([], {});
    await cloud.start('sequential', 's1');
    await cloud.advance(5000);
    await cloud.control('s1', 'stop');
    await cloud.advance(5000);
    expect((await cloud.execution('s1')).status).toBe('ABORTED');
  });
});

describe('ignored with the reason, in the log, and the execution goes on', () => {
  const put = (cloud: SimulatedCloud, item: string, attributes: object) =>
    cloud.table.put({ executionId: { S: 'h1' }, item: { S: item }, ...attributes });

  it.each([
    ['an event without a type', 'event#1', {}, 'InvalidEvent'],
    ['an event whose type is no string', 'event#1', { type: { N: '1' } }, 'InvalidEvent'],
    [
      'an event whose fields are no map',
      'event#1',
      { type: { S: 'KEEP' }, event: { L: [] } },
      'InvalidEvent',
    ],
    ['an unknown control', 'event#1', { control: { S: 'explode' } }, 'InvalidEvent'],
    ['a redrive of a running execution', 'event#1', { control: { S: 'redrive' } }, 'NotRedrivable'],
    ['an event type of XState', 'event#1', { type: { S: 'xstate.done.actor.x' } }, 'ReservedType'],
    ['an event type of Millrace', 'event#1', { type: { S: 'millrace.anything' } }, 'ReservedType'],
    ['a result that nothing waits for', 'task#7#1', { status: { S: 'SUCCEEDED' } }, 'NotOpen'],
    ['a result with a key that no attempt has', 'task#x', { status: { S: 'SUCCEEDED' } }, 'NotOpen'],
  ])('%s', async (_, item, attributes, reason) => {
    const cloud = new SimulatedCloud([hoarder], {});
    await cloud.start('hoarder', 'h1');
    await cloud.advance(1000);
    put(cloud, item, attributes);
    await cloud.advance(1000);
    expect(await ignoredOf(cloud, 'h1')).toEqual([{ reason, reference: item }]);
    await cloud.send('h1', 'END');
    await cloud.advance(1000);
    expect(await cloud.execution('h1')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('an event and a result after the end', async () => {
    const cloud = new SimulatedCloud([hoarder], {});
    await cloud.start('hoarder', 'h1');
    await cloud.send('h1', 'END');
    await cloud.advance(1000);
    put(cloud, 'event#late', { type: { S: 'KEEP' } });
    put(cloud, 'task#0#1', { status: { S: 'SUCCEEDED' } });
    await cloud.advance(1000);
    expect((await ignoredOf(cloud, 'h1')).map((entry) => [entry.reference, entry.reason]).sort()).toEqual([
      ['event#late', 'Ended'],
      ['task#0#1', 'Ended'],
    ]);
    expect((await cloud.execution('h1')).status).toBe('SUCCEEDED');
  });
});

describe('a machine of the same version with another structure', () => {
  const withState = (extra: boolean) =>
    createMachine({
      id: 'both',
      type: 'parallel',
      states: {
        a: {
          initial: 'a1',
          states: { ...(extra && { a0: {} }), a1: { on: { GO: 'a2' } }, a2: { type: 'final' } },
        },
        b: { initial: 'b1', states: { b1: { on: { GO: 'b2' } }, b2: { type: 'final' } } },
      },
    });

  it('takes over no execution whose parallel states are stored by their positions', async () => {
    const cloud = new SimulatedCloud([withState(false)], {});
    await cloud.start('both', 'b1');
    await cloud.advance(1000);
    cloud.deploy([withState(true)]);
    await cloud.send('b1', 'GO');
    await cloud.advance(5000);
    expect(await cloud.execution('b1')).toMatchObject({
      status: 'RUNNING',
      error: { code: 'DefinitionMismatch' },
    });
    cloud.deploy([withState(false)]);
    await cloud.advance(120_000);
    expect(await cloud.execution('b1')).toMatchObject({ status: 'SUCCEEDED' });
  });
});
