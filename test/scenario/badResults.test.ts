import { describe, expect, it } from 'vitest';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { careful } from '../support/brokenMachines.ts';

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
