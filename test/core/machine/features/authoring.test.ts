import { expect, test } from 'vitest';
import {
  assign,
  createActor,
  createMachine,
  getNextTransitions,
  initialTransition,
  setup,
  transition,
} from 'xstate';
import { prepareMachine } from '../../../../orchestrator/core/machine/index.ts';
import { Execution } from '../execution.ts';
import { asInXState } from './asInXState.ts';
import { machine } from './machines.ts';

test('the context is a value, or a function of the input', async () => {
  expect((await asInXState(machine({ context: { n: 1 } }))).context).toEqual({ n: 1 });
  const computed = machine({ context: ({ input }: { input: { n: number } }) => ({ n: input.n + 1 }) });
  expect((await asInXState(computed, [], { n: 4 })).context).toEqual({ n: 5 });
});

test('the input is there at the start alone, also in entry actions', async () => {
  const entered = machine({
    context: {},
    entry: assign({ got: ({ event }: { event: { input: unknown } }) => event.input }),
  });
  expect((await asInXState(entered, [], { order: 7 })).context).toEqual({ got: { order: 7 } });
});

test('the output of a machine is a value, or a function of the context and of the event that ended it', async () => {
  const ended = (output: unknown) =>
    machine({ context: { n: 1 }, initial: 'f', output, states: { f: { type: 'final' } } });
  expect((await asInXState(ended({ fixed: true }))).output).toEqual({ fixed: true });
  expect((await asInXState(ended(({ context }: { context: { n: number } }) => context.n))).output).toBe(1);
});

test('tags and meta are of the definition, and are found through the snapshot', async () => {
  const tagged = machine({
    context: {},
    initial: 'a',
    states: {
      a: { tags: ['busy'], meta: { title: 'A' }, on: { GO: 'b' } },
      b: {
        tags: 'idle',
        on: {
          LOOK: {
            actions: assign({
              seen: ({
                self,
              }: {
                self: { getSnapshot(): { hasTag(tag: string): boolean; getMeta(): unknown } };
              }) => {
                const snapshot = self.getSnapshot();
                return [snapshot.hasTag('busy'), snapshot.hasTag('idle'), snapshot.getMeta()];
              },
            } as never),
          },
        },
      },
    },
  });
  expect((await asInXState(tagged, ['GO', 'LOOK'])).context).toEqual({ seen: [false, true, {}] });
});

test('self.getSnapshot() in the step has matches, can and the state before the step', async () => {
  const looking = machine({
    context: {},
    initial: 'a',
    states: {
      a: {
        on: {
          GO: {
            target: 'b',
            actions: assign({
              seen: ({
                self,
              }: {
                self: { getSnapshot(): { matches(value: string): boolean; can(event: object): boolean } };
              }) => {
                const snapshot = self.getSnapshot();
                return [snapshot.matches('a'), snapshot.can({ type: 'GO' }), snapshot.can({ type: 'NO' })];
              },
            } as never),
          },
        },
      },
      b: {},
    },
  });
  expect((await asInXState(looking, ['GO'])).context).toEqual({ seen: [true, true, false] });
});

test('description, meta of transitions and types change nothing', () => {
  const plain = { initial: 'a', states: { a: { on: { GO: { target: 'b' } } }, b: {} } };
  const described = {
    ...plain,
    description: 'a machine',
    types: {} as object,
    states: {
      a: { description: 'a', on: { GO: { target: 'b', meta: { n: 1 }, description: 'go' } } },
      b: {},
    },
  };
  expect(new Execution(machine(described)).start().send('GO').stored).toBe(
    new Execution(machine(plain)).start().send('GO').stored,
  );
});

test('the version of a machine is the one that its executions stay on', () => {
  expect(prepareMachine(createMachine({ id: 'm', version: '2.1' })).version).toBe('2.1');
});

test('maxIterations bounds a step, with 1000 where the machine has none', () => {
  const loop = { initial: 'a', states: { a: { always: 'b' }, b: { always: 'a' } } };
  const failing = (config: object) => new Execution(machine(config)).start().failure;
  expect(failing({ ...loop, options: { maxIterations: 7 } })).toMatchObject({
    code: 'EndlessLoop',
    message: expect.stringContaining('7 microsteps'),
  });
  expect(failing(loop).message).toContain('1000 microsteps');
});

test('setup: createAction, createStateConfig and extend make the same machine', async () => {
  const base = setup({ types: { context: {} as { n: number } }, actions: { one: assign({ n: 1 }) } }).extend({
    actions: { two: assign({ n: 2 }) },
    guards: { always: () => true },
    delays: { soon: 5 },
  });
  const ten = base.createAction(assign({ n: ({ context }) => context.n * 10 }));
  const a = base.createStateConfig({ entry: ['one', ten], on: { GO: { guard: 'always', target: 'b' } } });
  const extended = base.createMachine({
    id: 'm',
    context: { n: 0 },
    initial: 'a',
    states: { a, b: { entry: 'two', after: { soon: 'c' } }, c: {} },
  });
  expect((await asInXState(extended)).context).toEqual({ n: 10 });
  expect(await asInXState(extended, ['GO', 5])).toMatchObject({ value: 'c', context: { n: 2 } });
});

test('provide replaces implementations before the machine is registered', async () => {
  const provided = machine(
    {
      context: { n: 0 },
      initial: 'a',
      entry: 'set',
      states: { a: { on: { GO: { guard: 'may', target: 'b' } }, after: { soon: 'b' } }, b: {} },
    },
    { actions: { set: assign({ n: 1 }) }, guards: { may: () => false }, delays: { soon: 1000 } },
  ).provide({
    actions: { set: assign({ n: 2 }) },
    guards: { may: () => true },
    delays: { soon: 5 },
  } as never);
  expect(await asInXState(provided, ['GO'])).toMatchObject({ value: 'b', context: { n: 2 } });
  expect((await asInXState(provided, [5])).value).toBe('b');
});

test('a config that is JSON alone is a machine', () => {
  const json = JSON.parse(
    '{"id":"m","initial":"a","states":{"a":{"invoke":{"src":"w","onDone":"b"}},"b":{"type":"final"}}}',
  );
  expect(new Execution(json).start().succeed(0).state).toMatchObject({ status: 'done', value: 'b' });
});

test("XState's pure functions and actors work on the same machine, and change no execution", () => {
  const pure = machine({ initial: 'a', states: { a: { on: { GO: 'b' } }, b: {} } });
  const execution = new Execution(pure).start();
  const before = execution.stored;
  const [initial] = initialTransition(pure);
  expect(transition(pure, initial, { type: 'GO' })[0].value).toBe('b');
  expect(getNextTransitions(initial)).toHaveLength(1);
  const actor = createActor(pure).start();
  actor.send({ type: 'GO' });
  expect(actor.getSnapshot().value).toBe('b');
  expect(execution.stored).toBe(before);
});
