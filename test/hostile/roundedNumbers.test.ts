import { gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { assign, createMachine, setup } from 'xstate';
import { readJsonArgument } from '../../cli/input/jsonArgument.ts';
import { MillraceClient } from '../../client/client.ts';
import { resultOfInvocation } from '../../orchestrator/handlers/failedInvocation.ts';
import { given, testCloud } from '../../testing/index.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';

/** 2^53 + 1, which JavaScript takes for 2^53. */
const digits = '9007199254740993';
const rounded = Number(digits);

const order = setup({
  types: { context: {} as { error: unknown; big: number } },
  actors: { charge: worker<unknown, unknown>() },
}).createMachine({
  id: 'order',
  context: { error: null, big: 2 ** 60 },
  initial: 'charging',
  states: {
    charging: {
      invoke: {
        src: 'charge',
        input: ({ context }: { context: { big: number } }) => context.big,
        onDone: 'done',
        onError: { target: 'done', actions: assign({ error: ({ event }) => event.error }) },
      },
      on: { GO: 'done' },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => context.error,
});

function clientOf(cloud: SimulatedCloud): MillraceClient {
  return new MillraceClient({
    table: cloud.table,
    now: () => cloud.now,
    newId: () => 'id',
    sleep: (ms) => cloud.advance(ms),
    retentionDays: 0,
    catchUp: (event) => cloud.recover(event),
  });
}

const nested = (id: AttributeValue): AttributeValue => ({ M: { lines: { L: [{ M: { id } }] } } });
const packed: AttributeValue = { B: gzipSync(`{"lines":[{"id":${digits}}]}`) };

describe('an integer that JavaScript would round is refused with its path', () => {
  it.each([
    ['native', nested({ N: digits })],
    ['of a set', nested({ NS: ['1', digits] })],
    ['compressed', packed],
  ])('in the input of a raw start item, %s', async (_, input) => {
    const cloud = new SimulatedCloud([order], {});
    await cloud.start('order', 'o', input);
    await cloud.settle();
    const { status, error } = await cloud.execution('o');
    expect(status).toBe('FAILED');
    expect(error).toMatchObject({
      code: 'InvalidStart',
      message: expect.stringContaining('input.lines[0].id is'),
    });
    expect(error?.message).toContain(digits);
  });

  it.each([
    ['native', nested({ N: digits })],
    ['compressed', packed],
  ])('in the result of a worker of any language, %s', async (_, output) => {
    const cloud = new SimulatedCloud([order], { charge: () => null }, { seed: 1, loseInvoke: 1 });
    await cloud.start('order', 'o');
    await cloud.advance(10);
    const key = { executionId: { S: 'o' }, item: { S: 'task#0#1' } };
    cloud.table.put({ ...key, status: { S: 'SUCCEEDED' }, output });
    await cloud.advance(10);
    const { output: error } = await cloud.execution('o');
    expect(error).toMatchObject({ name: 'Millrace.InvalidResult', message: expect.stringContaining(digits) });
    expect(error).toMatchObject({ message: expect.stringContaining('output.lines[0].id') });
  });

  it('in a raw event, whose history says why it was ignored', async () => {
    const cloud = new SimulatedCloud([order], { charge: () => null }, { seed: 1, loseInvoke: 1 });
    await cloud.start('order', 'o');
    await cloud.advance(10);
    cloud.table.put({
      executionId: { S: 'o' },
      item: { S: 'event#1' },
      type: { S: 'GO' },
      event: nested({ N: digits }),
    });
    await cloud.advance(10);
    const client = clientOf(cloud);
    const { items } = await client.history('o');
    const last = items.at(-1);
    expect(last).toMatchObject({
      verdict: { type: 'ignored', reason: 'InvalidEvent' },
      problem: expect.stringContaining(`event.lines[0].id is ${digits}`),
    });
  });

  it('in what a worker returns through the SDK', async () => {
    const cloud = testCloud([order], { charge: () => ({ lines: [{ id: rounded }] }) });
    await cloud.start(order, { executionId: 'o' });
    const { output } = await cloud.runToEnd('o');
    expect(output).toMatchObject({
      name: 'NotSerializableError',
      message: expect.stringContaining('output.lines[0].id is 9007199254740992'),
    });
  });

  it('in what the client writes: a start, an event, a patch, a result', async () => {
    const cloud = new SimulatedCloud([order], {});
    const client = clientOf(cloud);
    await cloud.start('order', 'o', { N: digits });
    await cloud.settle();
    const data = { lines: [{ id: rounded }] };
    await expect(client.start('order', { input: data })).rejects.toThrow('input.lines[0].id is');
    await expect(client.send('o', { type: 'GO', ...data })).rejects.toThrow('event.lines[0].id is');
    await expect(client.redrive('o', { input: data })).rejects.toThrow('input.lines[0].id is');
    await expect(client.completeTask('o#0#1', data)).rejects.toThrow('output.lines[0].id is');
  });

  it('in an argument of the command line', async () => {
    const context = { directory: '/', terminal: {} } as never;
    const argument = `{"lines":[{"id":${digits}}]}`;
    await expect(readJsonArgument(context, '--input', argument)).rejects.toThrow(
      `--input.lines[0].id is ${digits}`,
    );
  });

  it('in the answer of a function that knows nothing of Millrace', () => {
    const payload = { executionId: 'o', item: 'task#0#1', task: 0, attempt: 1, worker: 'invoice' };
    const record = {
      requestPayload: { millrace: payload },
      responsePayload: { id: rounded },
      requestContext: { condition: 'Success' },
    } as const;
    expect(resultOfInvocation(record, '2026-01-01T00:00:00.000Z')?.result).toMatchObject({
      status: 'FAILED',
      error: { name: 'Millrace.InvalidResult', message: expect.stringContaining('output.id is') },
    });
  });

  it('in the entries of a unit test', () => {
    expect(() => given(order, [{ start: { id: rounded } }]).when({ event: { type: 'GO' } })).toThrow(
      'start.id is',
    );
  });
});

it('what a machine computes stays as XState has it, however large', async () => {
  const machine = createMachine({
    id: 'm',
    context: { big: 2 ** 60, measure: 6.02214076e23, least: -0.1 },
    initial: 'done',
    states: { done: { type: 'final' } },
    output: ({ context }) => context,
  });
  const cloud = testCloud([machine]);
  await cloud.start(machine, { executionId: 'o' });
  const { output } = await cloud.runToEnd('o');
  expect(output).toEqual({ big: 2 ** 60, measure: 6.02214076e23, least: -0.1 });
});
