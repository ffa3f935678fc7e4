import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, createActor, createMachine, sendTo, setup } from 'xstate';
import { MillraceClient } from '../../client/client.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { received } from '../../orchestrator/core/data/serializable.ts';
import { given, testCloud } from '../../testing/index.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { runs } from './runs.ts';

/** Many whole executions: on a machine with much else to do they take their time. */
const slowly = { timeout: 180_000 };

const match = /(?<year>\d+)/.exec('in 2026');
const namedArray = Object.assign([1], { note: 'x' });
const key = Symbol('key');
class Basket extends Array<number> {}
class Money {}

/** What JSON would drop or change, and how a message names it behind the path of the whole. */
const odd: [what: string, value: unknown, path: string][] = [
  ['the named groups of a match', match, '.index'],
  ['an own key of an array', namedArray, '.note is a property of an array'],
  [
    'a key of an array that is not a name',
    Object.assign([], { '-1': 0 }),
    '["-1"] is a property of an array',
  ],
  ['a symbol key', { [key]: 1 }, '[Symbol(key)] has a symbol'],
  ['a symbol key of an array', Object.assign([1], { [key]: 1 }), '[Symbol(key)] has a symbol'],
  ['an array of a class', Basket.of(1), ' is an instance of Basket'],
  ['an instance of a class', new Money(), ' is an instance of Money'],
  ['a typed array', new Uint8Array(2), ' is an instance of Uint8Array'],
  ['a boxed number', Object(1), ' is an instance of Number'],
  ['an inherited field', Object.create({ a: 1 }), ' is an instance of'],
  ['a hidden toJSON', Object.defineProperty({}, 'toJSON', { value: () => 1 }), ' has a toJSON()'],
  ['a hole', Object.assign([1], { 2: 3 }), '[1] is undefined'],
  ['NaN in an array', [Number.NaN], '[0] is NaN'],
  ['a Date', new Date(0), ' is a Date'],
  ['a BigInt', 1n, ' is a BigInt'],
  ['a function', () => 1, ' is a function'],
];

const machine = setup({
  types: { context: {} as { error: unknown } },
  actors: { work: worker<unknown, unknown>() },
}).createMachine({
  id: 'm',
  context: { error: null },
  initial: 'a',
  states: {
    a: {
      invoke: {
        src: 'work',
        onDone: 'b',
        onError: { target: 'b', actions: assign({ error: ({ event }) => event.error }) },
      },
    },
    b: { type: 'final' },
  },
  output: ({ context }) => context.error,
});

describe.each(odd)('%s is refused with its path', (_, value, path) => {
  const message = (whole: string) => `${whole}.x${path}`;

  it('in what a client starts, sends, patches and gives', async () => {
    const { client } = testCloud([machine]);
    await expect(client.start('m', { input: { x: value } })).rejects.toThrow(message('input'));
    await expect(client.send('o', { type: 'GO', x: value })).rejects.toThrow(message('event'));
    await expect(client.completeTask('o#0#1', { x: value })).rejects.toThrow(message('output'));
  });

  it('in what a worker returns', async () => {
    const cloud = testCloud([machine], { work: () => ({ x: value }) });
    await cloud.start(machine, { executionId: 'o' });
    const { output } = await cloud.runToEnd('o');
    expect(output).toMatchObject({ message: expect.stringContaining(message('output')) });
  });

  it('in the context, as in a unit test', async () => {
    const bad = createMachine({ id: 'bad', context: () => ({ x: value }) });
    const cloud = testCloud([bad]);
    await cloud.start(bad, { executionId: 'o' });
    const { error } = await cloud.runToEnd('o');
    expect(error).toMatchObject({
      code: 'NotSerializable',
      message: expect.stringContaining(message('context')),
    });
    given(bad, [])
      .when({ start: null })
      .then({ status: 'FAILED', error: { code: 'NotSerializable', message: error?.message ?? '' } });
  });
});

it('an event that is an instance of a class is refused as a whole', async () => {
  class Go {
    readonly [field: string]: unknown;
    readonly type = 'GO';
  }
  const { client } = testCloud([machine]);
  await expect(client.send('o', new Go())).rejects.toThrow('event is an instance of Go');
});

describe('a property that is undefined', () => {
  const receiver = createMachine({
    id: 'receiver',
    context: ({ input }) => ({ keys: [Object.keys(input as object).sort()] as string[][] }),
    on: {
      KEYS: {
        actions: assign({ keys: ({ context, event }) => [...context.keys, Object.keys(event).sort()] }),
      },
      END: '.done',
    },
    initial: 'waiting',
    states: { waiting: {}, done: { type: 'final' } },
    output: ({ context }) => context.keys,
  });
  const keeper = setup({
    types: { context: {} as { a: unknown; list: { b?: unknown }[]; keys: unknown } },
    actors: { receiver },
  }).createMachine({
    id: 'keeper',
    context: { a: undefined, list: [{ b: undefined }], keys: null },
    invoke: { src: 'receiver', id: 'child', input: { one: 1, none: undefined }, onDone: '.done' },
    on: {
      TELL: {
        actions: [
          assign({ keys: ({ context }) => [Object.keys(context), Object.keys(context.list[0] ?? {})] }),
          sendTo('child', { type: 'KEYS', nothing: undefined }),
          sendTo('child', { type: 'END' }),
        ],
      },
    },
    initial: 'waiting',
    states: { waiting: {}, done: { type: 'final', output: ({ event }) => event } },
    output: ({ context, event }) => ({
      keys: context.keys,
      told: (event.output as { output: unknown }).output,
    }),
  });

  it('stays in the context, and comes with inputs and events of machines, as in XState', async () => {
    const actor = createActor(keeper).start();
    actor.send({ type: 'TELL' });
    const cloud = testCloud([keeper]);
    await cloud.start(keeper, { executionId: 'o' });
    await cloud.settled();
    const before = await cloud.describe('o');
    expect(before.context).toEqual({ list: [{}], keys: null });
    await cloud.send('o', { type: 'TELL' });
    const { output } = await cloud.runToEnd('o');
    expect(output).toEqual(actor.getSnapshot().output);
    expect(output).toEqual({
      keys: [['a', 'list', 'keys'], ['b']],
      told: [
        ['none', 'one'],
        ['nothing', 'type'],
      ],
    });
    const changes = (await cloud.history('o')).flatMap((each) => each.transition?.changes ?? []);
    expect(JSON.stringify(changes)).not.toContain('$undefined');
  });

  it('is not taken for one where data has the key of its mark', async () => {
    const data = { $undefined: true, $$undefined: { $undefined: true }, gone: undefined };
    const mark = createMachine({
      id: 'mark',
      context: { data, keys: 0 } as { data: Record<string, unknown>; keys: unknown },
      on: { GO: { target: '.done', actions: assign({ keys: ({ context }) => Object.keys(context.data) }) } },
      initial: 'waiting',
      states: { waiting: {}, done: { type: 'final' } },
      output: ({ context }) => context,
    });
    const cloud = testCloud([mark]);
    await cloud.start(mark, { executionId: 'o' });
    await cloud.settled();
    expect((await cloud.describe('o')).context).toEqual({ data, keys: 0 });
    await cloud.send('o', { type: 'GO' });
    expect((await cloud.runToEnd('o')).output).toEqual({
      data: { $undefined: true, $$undefined: { $undefined: true } },
      keys: ['$undefined', '$$undefined', 'gone'],
    });
  });
});

describe('what is taken comes back', () => {
  const echo = setup({ actors: { work: worker<unknown, unknown>() } }).createMachine({
    id: 'echo',
    context: ({ input }) => ({ data: input }) as { data: unknown },
    initial: 'asking',
    meta: { millrace: { heldEvents: true } },
    states: {
      asking: {
        invoke: {
          src: 'work',
          input: ({ context }: { context: { data: unknown } }) => context.data,
          onDone: 'waiting',
        },
      },
      waiting: {
        on: {
          GO: {
            target: 'done',
            actions: assign({ data: ({ event }) => (event as { data?: unknown }).data }),
          },
        },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => context.data,
  });

  function nested(depth: number, kind: 'list' | 'map'): Json {
    let value: Json = 1;
    for (let i = 0; i < depth; i++) value = kind === 'list' ? [value] : { a: value };
    return value;
  }

  it(
    'property: at the limit of nesting, all of it is refused when it is written, or none when it is read',
    slowly,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 990, max: 1005 }),
          fc.constantFrom('list' as const, 'map' as const),
          fc.boolean(),
          async (depth, kind, isEarly) => {
            const data = nested(depth, kind);
            const cloud = testCloud([echo], { work: (input) => input });
            const { client } = cloud;
            const taken = await client.start('echo', { executionId: 'o', input: data }).then(
              () => true,
              () => false,
            );
            expect(taken).toBe(depth <= 1000);
            if (!taken) return;
            // Its context has a level more.
            const fits = depth < 1000;
            if (!isEarly) await cloud.settled();
            const isSent = await client.send('o', { type: 'GO', data }).then(
              () => true,
              () => false,
            );
            expect(isSent).toBe(fits);
            await cloud.settled();
            const { status, error, output } = await client.describe('o');
            if (fits) expect([status, output]).toEqual(['SUCCEEDED', data]);
            else expect([status, error?.code]).toEqual(['FAILED', 'NotSerializable']);
          },
        ),
        { numRuns: runs(12) },
      );
    },
  );

  it('names a deep part by the ends of its path', async () => {
    const { client } = testCloud([echo], { work: (input) => input });
    const refused: unknown = await client
      .start('echo', { input: nested(1001, 'list') })
      .catch((error) => error);
    expect(String(refused)).toMatch(/^NotSerializableError: input\[0\]\[0\].*…\[0\].* nested/);
    expect(String(refused).length).toBeLessThan(300);
  });

  it('property: whatever JSON, with odd keys and halves of characters', slowly, async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '__proto__', 'constructor', '$actor', '$undefined', '\ud800', '\udfff x', 'toJSON'),
    );
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(
          text,
          fc.maxSafeInteger(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
        ),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((fields) => Object.fromEntries(fields)),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(json, async (data) => {
        try {
          received(data, 'data');
        } catch {
          return;
        }
        const cloud = testCloud([echo], { work: (input) => input });
        await cloud.client.start('echo', { executionId: 'o', input: data });
        await cloud.settled();
        expect((await cloud.describe('o')).context).toEqual(JSON.parse(JSON.stringify({ data })));
        await cloud.client.send('o', { type: 'GO', data });
        expect((await cloud.runToEnd('o')).output).toEqual(JSON.parse(JSON.stringify(data)));
      }),
      { numRuns: runs(40) },
    );
  });
});

describe('half of a surrogate pair in what becomes a key or a text of an item is refused by name', () => {
  const half = 'a\ud800';
  const client = () => {
    const cloud = new SimulatedCloud([machine], {});
    return new MillraceClient({
      table: cloud.table,
      now: () => cloud.now,
      newId: () => 'id',
      sleep: (ms) => cloud.advance(ms),
      retentionDays: 0,
      catchUp: (event) => cloud.recover(event),
    });
  };
  it.each<[string, string, (to: MillraceClient) => Promise<unknown>]>([
    ['an execution id', 'InvalidExecutionId', (to) => to.start('m', { executionId: half })],
    ['the id of an execution to describe', 'InvalidExecutionId', (to) => to.describe(half)],
    ['a machine id', 'InvalidMachineId', (to) => to.start(half, {})],
    ['a version', 'InvalidMachineId', (to) => to.start('m', { version: half })],
    ['an event id', 'InvalidEvent', (to) => to.send('o', { type: 'GO' }, { eventId: half })],
    ['an event type', 'InvalidEvent', (to) => to.send('o', { type: half })],
    ['a task token', 'InvalidTaskToken', (to) => to.completeTask(`${half}#0#1`, 1)],
  ])('%s', async (_, code, call) => {
    await expect(call(client())).rejects.toMatchObject({ code });
  });

  it('a cause', async () => {
    const to = client();
    await to.start('m', { executionId: 'o' });
    await expect(to.stop('o', { cause: half })).rejects.toMatchObject({ code: 'NotSerializable' });
  });
});
