import { expect, test } from 'vitest';
import { assign, forwardTo, fromPromise, sendParent, sendTo, stopChild } from 'xstate';
import { Execution } from '../execution.ts';
import { asInXState } from './asInXState.ts';
import { machine, met, work } from './machines.ts';

interface Spawning {
  readonly spawn: (src: string, options?: object) => unknown;
}

test('a state invokes several actors, and each has its onDone and onError', async () => {
  const several = machine({
    context: { met: [] },
    initial: 'a',
    states: {
      a: {
        invoke: [
          { src: 'work', id: 'one', onDone: { actions: met('one') } },
          { src: 'work', id: 'two', onDone: 'b', onError: { actions: met('two failed') } },
        ],
      },
      b: {},
    },
  });
  expect(await asInXState(several, [{ done: 'one' }, { failed: 'two', message: 'no' }])).toMatchObject({
    value: 'a',
    context: { met: ['one', 'two failed'] },
  });
  expect(await asInXState(several, [{ done: 'two' }])).toMatchObject({ value: 'b', running: [] });
});

test('onDone gets the output and onError the error, with guards and several transitions', async () => {
  const outcome = machine({
    context: { got: null },
    initial: 'a',
    states: {
      a: {
        invoke: {
          src: 'work',
          id: 'w',
          onDone: [
            { guard: ({ event }: { event: { output: number } }) => event.output > 5, target: 'large' },
            {
              target: 'small',
              actions: assign({ got: ({ event }: { event: { output: unknown } }) => event.output }),
            },
          ],
          onError: {
            target: 'failed',
            actions: assign({ got: ({ event }: { event: { error: Error } }) => event.error.message }),
          },
        },
      },
      large: {},
      small: {},
      failed: {},
    },
  });
  expect((await asInXState(outcome, [{ done: 'w', output: 9 }])).value).toBe('large');
  expect(await asInXState(outcome, [{ done: 'w', output: 1 }])).toMatchObject({
    value: 'small',
    context: { got: 1 },
  });
  expect(await asInXState(outcome, [{ failed: 'w', message: 'no' }])).toMatchObject({
    value: 'failed',
    context: { got: 'no' },
  });
});

test('an error that nothing handles ends the machine with it', async () => {
  const unhandled = machine({ initial: 'a', states: { a: { invoke: { src: 'work', id: 'w' } } } });
  expect((await asInXState(unhandled, [{ failed: 'w', message: 'no' }])).status).toBe('error');
});

test('the input of an invoke is a value, or computed from context and event', () => {
  const inputs = machine({
    context: { n: 3 },
    invoke: [
      { src: 'work', id: 'fixed', input: { a: 1 } },
      {
        src: 'work',
        id: 'computed',
        input: ({
          context,
          event,
          self,
        }: {
          context: { n: number };
          event: { type: string };
          self: { id: string };
        }) => [context.n, event.type, self.id],
      },
    ],
  });
  expect(new Execution(inputs).start().effects).toMatchObject([
    { actorId: 'fixed', input: { a: 1 } },
    { actorId: 'computed', input: [3, 'xstate.init', 'order-17'] },
  ]);
});

test('an actor that is invoked at the root runs for as long as the machine', async () => {
  const root = machine({
    invoke: { src: 'work', id: 'w', onDone: '.b' },
    initial: 'a',
    states: { a: { on: { GO: 'c' } }, b: {}, c: {}, f: { type: 'final' } },
    on: { END: '.f' },
  });
  expect(await asInXState(root, ['GO', { done: 'w' }])).toMatchObject({ value: 'b' });
  expect(await asInXState(root, ['END'])).toMatchObject({ status: 'done', running: [] });
});

test('spawn in an assign and in the context starts an actor, whose ref in context survives', async () => {
  const spawning = machine({
    context: ({ spawn }: Spawning) => ({ first: spawn('work', { id: 'first' }), second: null }),
    on: {
      GO: {
        actions: assign({
          second: ({ spawn }: Spawning) => spawn('work', { id: 'second', input: 1 }),
        } as never),
      },
      STOP: { actions: stopChild(({ context }: { context: { first: never } }) => context.first) },
    },
  });
  const execution = new Execution(spawning).start().send('GO');
  expect(execution.state.context).toEqual({
    first: { $actor: 'order-17.0', id: 'first' },
    second: { $actor: 'order-17.1', id: 'second' },
  });
  expect(execution.send('STOP').did).toEqual(['stop first 0 left']);
});

test('stopChild by id stops the task, and of an id that no child has does nothing', async () => {
  const stopping = machine({
    invoke: { src: 'work', id: 'w' },
    on: { STOP: { actions: stopChild('w') }, OTHER: { actions: stopChild('nobody') } },
  });
  expect((await asInXState(stopping, ['OTHER'])).running).toEqual(['w']);
  expect((await asInXState(stopping, ['STOP'])).running).toEqual([]);
});

test('a spawned task has ended for its machine by events, whatever state it is in', async () => {
  const spawning = machine({
    context: ({ spawn }: Spawning) => ({ ref: spawn('work', { id: 'w' }), met: [] }),
    on: {
      'xstate.done.actor.w': { actions: met('done') },
      'xstate.error.actor.w': { actions: met('failed') },
    },
  });
  const done = new Execution(spawning).start().succeed(0, 1);
  expect(done.state.context).toMatchObject({ met: ['done'] });
  expect(new Execution(spawning).start().fail(0).state.context).toMatchObject({ met: ['failed'] });
});

test('system.get finds an actor of the same execution by its systemId', () => {
  const found = (systemId: string) =>
    machine({
      invoke: { src: 'work', id: 'w', systemId: 'the-worker' },
      context: { id: null },
      on: {
        GO: {
          actions: assign({
            id: ({ system }: { system: { get(id: string): { id: string } | undefined } }) =>
              system.get(systemId)?.id ?? 'none',
          } as never),
        },
      },
    });
  expect(new Execution(found('the-worker')).start().send('GO').state.context).toEqual({ id: 'w' });
  expect(new Execution(found('elsewhere')).start().send('GO').state.context).toEqual({ id: 'none' });
});

test('a systemId that another actor has fails the machine, as it ends an actor', async () => {
  const twice = machine({
    type: 'parallel',
    states: { a: { invoke: { src: 'work', systemId: 's' } }, b: { invoke: { src: 'work', systemId: 's' } } },
  });
  expect((await asInXState(twice)).status).toBe('error');
  expect(new Execution(twice).start().failure.message).toContain("system ID 's' already exists");
});

test('sendTo, sendParent and forwardTo of an actor that is not there fail the machine', () => {
  for (const action of [sendTo('nobody', { type: 'X' }), sendParent({ type: 'X' }), forwardTo('nobody')]) {
    const sending = machine({ on: { GO: { actions: action } } });
    expect(new Execution(sending).start().send('GO').failure).toMatchObject({
      code: 'MachineThrew',
      message: expect.stringContaining('Unable to send event to actor'),
    });
  }
});

test('the output of a task comes with its onDone alone: its snapshot has none later', () => {
  const later = machine({
    context: { output: null },
    invoke: { src: 'work', id: 'w' },
    on: {
      GO: {
        actions: assign({
          output: ({
            self,
          }: {
            self: { getSnapshot(): { children: { w: { getSnapshot(): { output: unknown } } } } };
          }) => self.getSnapshot().children.w.getSnapshot().output ?? 'none',
        } as never),
      },
    },
  });
  expect(new Execution(later).start().succeed(0, 7).send('GO').state.context).toEqual({ output: 'none' });
});

test('a promise that is written into the invoke runs like one by name', async () => {
  const inline = machine({
    initial: 'a',
    states: { a: { invoke: { src: fromPromise(async () => 1), onDone: 'b' } }, b: {} },
  });
  const execution = new Execution(inline).start();
  expect(execution.effects).toMatchObject([{ type: 'startTask', src: 'inline:0.m.a' }]);
  expect(execution.succeed(0, 1).state.value).toBe('b');
});

test('an actor without an implementation is a worker of that name', () => {
  const unresolved = new Execution(JSON.parse('{"id":"m","invoke":{"src":"charge"}}')).start();
  expect(unresolved.effects).toMatchObject([{ type: 'startTask', src: 'charge' }]);
  expect(unresolved.prepared.sourceOf('charge')).toMatchObject({ kind: 'worker', worker: 'charge' });
  expect(unresolved.prepared.sourceOf('work')).not.toMatchObject({ logic: work });
});
