import { describe, expect, it } from 'vitest';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { careful, endless, hoarder, throwing } from '../support/brokenMachines.ts';
import { addWorker, sequential } from '../support/machines.ts';

const noise = (bytes: number) => {
  let text = '';
  for (let i = 0; text.length < bytes; i++) text += Math.imul(i, 0x9e3779b1).toString(36) + Math.sin(i);
  return text.slice(0, bytes);
};

async function ignoredOf(cloud: SimulatedCloud, executionId: string) {
  const { execution } = await cloud.table.executions.readHistory(executionId);
  return parseLog(execution?.log ?? '').flatMap(({ verdict, reference }) =>
    verdict.type === 'ignored' ? [{ reason: verdict.reason, reference }] : [],
  );
}

it('a stop whose answerTo is not a token is ignored with the reason, and stops nothing', async () => {
  const cloud = new SimulatedCloud([hoarder], {});
  await cloud.start('hoarder', 's1');
  for (const [eventId, answerTo] of [
    ['text', { S: 'nonsense' }],
    ['number', { N: '1' }],
  ] as const) {
    const item = {
      executionId: { S: 's1' },
      item: { S: `event#${eventId}` },
      control: { S: 'stop' },
      answerTo,
    };
    cloud.table.put(item);
  }
  await cloud.advance(1000);
  expect((await cloud.execution('s1')).status).toBe('RUNNING');
  expect(await ignoredOf(cloud, 's1')).toEqual([
    { reason: 'InvalidEvent', reference: 'event#number' },
    { reason: 'InvalidEvent', reference: 'event#text' },
  ]);
});

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
      await cloud.table.journal.insertEvent({
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

  it('when a worker answers more than an item holds and nothing handles that', async () => {
    const cloud = new SimulatedCloud([sequential(1)], { add: () => noise(900_000) });
    await cloud.start('sequential', 'c1', { M: { from: { N: '1' } } });
    await cloud.advance(10_000);
    expect(await cloud.execution('c1')).toMatchObject({
      status: 'FAILED',
      error: { code: 'DataLimitExceeded', name: 'States.DataLimitExceeded' },
    });
  });

  it('but onError gets it, as a Catch of Step Functions does, after one attempt', async () => {
    const cloud = new SimulatedCloud([careful], { work: () => noise(900_000) });
    await cloud.start('careful', 'c1');
    await cloud.advance(10_000);
    expect(await cloud.execution('c1')).toMatchObject({
      status: 'SUCCEEDED',
      output: { problem: { name: 'States.DataLimitExceeded' } },
    });
    expect(cloud.invocations).toEqual(['c1/task#0#1']);
  });

  it.each([
    ['an id with a dot', 'a.b', { machine: { S: 'hoarder' } }],
    ['an id with a hash', 'a#b', { machine: { S: 'hoarder' } }],
    ['no machine', 'nomachine', {}],
    ['a machine that is not a string', 'number', { machine: { N: '7' } }],
    ['an input that is not gzip', 'binary', { machine: { S: 'hoarder' }, input: { B: Buffer.from('x') } }],
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

describe('ignored with the reason, in the log, and the execution goes on', () => {
  const put = (cloud: SimulatedCloud, item: string, attributes: object) =>
    cloud.table.put({ executionId: { S: 'h1' }, item: { S: item }, ...attributes });

  it.each([
    ['an event without a type', 'event#1', {}, 'InvalidEvent'],
    ['an event whose type is not a string', 'event#1', { type: { N: '1' } }, 'InvalidEvent'],
    [
      'an event whose fields are not a map',
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
