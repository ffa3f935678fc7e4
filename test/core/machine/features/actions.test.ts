import { expect, test } from 'vitest';
import { assertEvent, assign, emit, enqueueActions, log, raise, sendTo, setup, spawnChild } from 'xstate';
import {
  ObservedDirectlyError,
  SentDirectlyError,
  SentFromActionError,
} from '../../../../orchestrator/core/machine/index.ts';
import { Execution } from '../execution.ts';
import { asInXState } from './asInXState.ts';
import { machine, met, metEvent } from './machines.ts';

interface Args {
  readonly context: { readonly n: number };
  readonly event: { readonly type: string; readonly by?: number };
}

const doing = (actions: unknown, implementations: object = {}) =>
  machine(
    { context: { n: 1, met: [] }, on: { GO: { actions }, '*': { actions: metEvent } } },
    implementations,
  );

test('assign changes the context by an object of values and functions, or by one function', async () => {
  const assigning = doing([
    assign({ n: ({ context, event }: Args) => context.n + (event.by ?? 0), fixed: 'value' } as object),
    assign(({ context }: Args) => ({ n: context.n * 10 })),
  ]);
  expect((await asInXState(assigning, [{ type: 'GO', by: 2 }])).context).toEqual({
    n: 30,
    met: [],
    fixed: 'value',
  });
});

test('actions by name get params, also computed ones', async () => {
  const named = doing(
    [
      { type: 'add', params: { by: 2 } },
      { type: 'add', params: ({ context }: Args) => ({ by: context.n }) },
    ],
    { actions: { add: assign({ n: ({ context }: Args, { by }: { by: number }) => context.n + by }) } },
  );
  expect((await asInXState(named, ['GO'])).context).toMatchObject({ n: 6 });
});

test('raise is taken within the same step, before anything from outside', async () => {
  const raising = doing([
    raise({ type: 'FIRST' } as never),
    raise(() => ({ type: 'SECOND' }) as never),
    met('GO'),
  ]);
  expect((await asInXState(raising, ['GO', 'THIRD'])).context).toMatchObject({
    met: ['GO', 'FIRST', 'SECOND', 'THIRD'],
  });
});

test('sendTo the machine itself is taken after what it raised', async () => {
  const sending = doing([sendTo(({ self }) => self, { type: 'SENT' }), raise({ type: 'RAISED' } as never)]);
  expect((await asInXState(sending, ['GO'])).context).toMatchObject({ met: ['RAISED', 'SENT'] });
});

test('emit and log are evaluated in the step', async () => {
  const telling = doing([
    emit(({ context }: Args) => ({ type: 'told', n: context.n })),
    emit({ type: 'fixed' }),
    log(({ context }: Args) => `n is ${context.n}`, 'label'),
    log('text'),
  ]);
  expect(await asInXState(telling, ['GO'])).toMatchObject({
    emitted: [{ type: 'told', n: 1 }, { type: 'fixed' }],
    logged: ['n is 1', 'text'],
  });
});

test('enqueueActions does what it enqueues, in order, with everything that enqueue has', async () => {
  const enqueued = doing(
    enqueueActions(({ context, enqueue, check }) => {
      enqueue.assign({ n: 5 });
      if (check(() => context.n === 1)) enqueue('named' as never);
      enqueue({ type: 'tagged', params: { tag: 'x' } } as never);
      enqueue.raise({ type: 'RAISED' } as never);
      enqueue.sendTo(({ self }) => self, { type: 'SENT' } as never);
      enqueue.emit({ type: 'told' } as never);
      enqueue.spawnChild('work' as never, { id: 'one' } as never);
      enqueue.spawnChild('work' as never, { id: 'two' } as never);
      enqueue.stopChild('one');
      enqueue(enqueueActions(({ enqueue: inner }) => inner(met('nested') as never)) as never);
    }),
    { actions: { named: met('named'), tagged: assign({ tag: (_: Args, { tag }: { tag: string }) => tag }) } },
  );
  expect(await asInXState(enqueued, ['GO'])).toMatchObject({
    context: { n: 5, tag: 'x', met: ['named', 'nested', 'RAISED', 'SENT'] },
    emitted: [{ type: 'told' }],
    running: ['two'],
  });
});

test('enqueueActions may be an action by name, with params', async () => {
  const named = doing(
    { type: 'addTwice', params: { by: 4 } },
    {
      actions: {
        add: assign({ n: ({ context }: Args, by: number) => context.n + by }),
        addTwice: enqueueActions(({ enqueue }, { by }: { by: number }) => {
          enqueue({ type: 'add', params: by } as never);
          enqueue({ type: 'add', params: by } as never);
        }),
      },
    },
  );
  expect((await asInXState(named, ['GO'])).context).toMatchObject({ n: 9 });
});

test('assertEvent in an assign that meets another event fails the machine, as it ends an actor', async () => {
  const asserting = doing(
    assign(({ event }) => {
      assertEvent(event as { type: 'STOP' } | { type: 'GO' }, 'STOP');
      return {};
    }),
  );
  expect((await asInXState(asserting, ['GO'])).status).toBe('error');
  expect(new Execution(asserting).start().send('GO').failure.message).toContain(
    'to have type matching "STOP"',
  );
});

test('spawnChild takes an id that a function computes, and input', () => {
  const spawning = machine({
    context: { n: 7 },
    entry: spawnChild(
      'work' as never,
      {
        id: (({ context }: Args) => `w${context.n}`) as never,
        input: ({ context }: Args) => context.n,
      } as never,
    ),
  });
  expect(new Execution(spawning).start().effects).toMatchObject([
    { type: 'startTask', actorId: 'w7', input: 7 },
  ]);
});

test('in a plain function action self.getSnapshot() is the state that the step came to', () => {
  const seen: unknown[] = [];
  const looking = machine({
    initial: 'a',
    states: {
      a: {
        on: {
          GO: {
            target: 'b',
            actions: ({ self }: { self: { getSnapshot(): { value: unknown } } }) =>
              seen.push(self.getSnapshot().value),
          },
        },
      },
      b: {},
    },
  });
  for (const effect of new Execution(looking).start().send('GO').effects)
    if (effect.type === 'action') effect.run();
  expect(seen).toEqual(['b']);
});

test.each([
  ['self.send', (self: Ref) => self.send({ type: 'X' }), SentFromActionError],
  ['send to a child', (_: Ref, child: Ref) => child.send({ type: 'X' }), SentDirectlyError],
  ['self.subscribe', (self: Ref) => self.subscribe(() => undefined), ObservedDirectlyError],
  ['self.on', (self: Ref) => self.on('told', () => undefined), ObservedDirectlyError],
  ['subscribe to a child', (_: Ref, child: Ref) => child.subscribe(() => undefined), ObservedDirectlyError],
])('a plain function action cannot use %s: it throws, and says what to write', (_, use, error) => {
  const using = machine({
    context: ({ spawn }: { spawn: (src: string, options: object) => unknown }) => ({
      ref: spawn('work', { id: 'w' }),
    }),
    on: {
      GO: { actions: ({ self, context }: { self: Ref; context: { ref: Ref } }) => use(self, context.ref) },
    },
  });
  const [action] = new Execution(using).start().send('GO').effects;
  expect(action?.type === 'action' && action.run).toThrow(error);
});

interface Ref {
  send(event: object): void;
  subscribe(observer: () => void): unknown;
  on(type: string, handler: () => void): unknown;
}

test('the bound actions of setup are the same actions', async () => {
  const base = setup({ types: { context: {} as { n: number } }, delays: { soon: 10 } });
  const bound = base.createMachine({
    id: 'm',
    context: { n: 0 },
    entry: [base.assign({ n: 1 }), base.raise({ type: 'X' }, { delay: 'soon', id: 'x' }), base.log('bound')],
    on: { X: { actions: base.assign({ n: 2 }) }, STOP: { actions: base.cancel('x') } },
  });
  expect(await asInXState(bound, [10])).toMatchObject({ context: { n: 2 }, logged: ['bound'] });
  expect(await asInXState(bound, ['STOP', 10])).toMatchObject({ context: { n: 1 } });
});
