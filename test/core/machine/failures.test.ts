import { describe, expect, test } from 'vitest';
import {
  and,
  assign,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  not,
  or,
  raise,
  sendTo,
  setup,
} from 'xstate';
import { Execution } from './execution.ts';
import { machineWith } from './failingMachine.ts';

const boom = (): never => {
  throw new RangeError('the stock is empty');
};

describe("a throw in the machine fails it with the author's message, the event and the state:", () => {
  const place = /^the stock is empty \(on event 'GO' in state 'm\.a'\)$/;
  test.each<[string, Parameters<typeof machineWith>[0], RegExp]>([
    ['assign', { transition: { actions: assign(boom) } }, place],
    [
      'guard',
      { transition: { guard: boom } },
      /in transition for event 'GO' in state node 'm\.a':\nthe stock is empty$/,
    ],
    ['output', { root: { output: boom } }, place],
    ['raise', { transition: { actions: raise(boom) } }, place],
    ['emit', { transition: { actions: emit(boom) } }, place],
    ['delay', { transition: { actions: raise({ type: 'X' }, { delay: boom }) } }, place],
    ['params', { transition: { actions: { type: 'act', params: boom } } }, place],
    ['input', { transition: { target: 'c' }, c: { invoke: { src: 'work', input: boom } } }, place],
    ['always', { transition: { target: 'c' }, c: { always: { guard: boom, target: 'a' } } }, place],
  ])('%s', (where, parts, message) => {
    const machine = machineWith(parts).provide({ actions: { act: () => undefined } } as never);
    const execution = new Execution(machine).start().send('GO');
    expect(execution.failure).toMatchObject({
      code: 'MachineThrew',
      message: expect.stringMatching(message),
    });
    expect(execution.failure.name).toBe(where === 'guard' ? 'Error' : 'RangeError');
    expect(execution.state).toMatchObject({
      status: 'error',
      value: 'a',
      context: { n: 1 },
      children: {},
      timers: [],
    });
  });
});

test('what is thrown and is not an Error is shown as text', () => {
  const machine = machineWith({
    transition: {
      actions: assign(() => {
        throw { code: 7 };
      }),
    },
  });
  expect(new Execution(machine).start().send('GO').failure.message).toContain('{"code":7}');
});

test('the stored error has no stack, so that it is the same from every bundle', () => {
  const execution = new Execution(machineWith({ transition: { actions: assign(boom) } })).start().send('GO');
  expect(execution.state.error).toEqual({ name: 'RangeError', message: 'the stock is empty' });
  expect(execution.failure.stack).toContain('RangeError');
  expect(execution.send('GO').ignored).toBe('Ended');
});

test('a machine that throws when it starts does nothing', () => {
  const machine = createMachine({
    id: 'm',
    context: () => boom(),
    entry: () => undefined,
    invoke: { src: 'work' },
  });
  const execution = new Execution(machine).start();
  expect(execution.failure).toMatchObject({
    code: 'MachineThrew',
    message: 'the stock is empty (when the machine started)',
  });
  expect(execution.effects).toEqual([]);
  expect(execution.state).toMatchObject({ status: 'error', context: {} });
});

test('actions before the throw are done, tasks and timers are not, and running tasks are stopped', () => {
  const machine = setup({
    actors: { work: fromPromise(async () => 1) },
    actions: { note: () => undefined },
  }).createMachine({
    id: 'm',
    initial: 'a',
    invoke: { src: 'work', id: 'whole' },
    states: {
      a: { on: { GO: 'b' } },
      b: { invoke: { src: 'work' }, after: { 10: 'a' }, entry: ['note', assign(boom)] },
    },
  });
  expect(new Execution(machine).start().send('GO').did).toEqual(['action note', 'stop whole 0 ended']);
});

describe('an endless loop is a failure, not a hang:', () => {
  test('of always transitions', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
    });
    const execution = new Execution(machine).start().send('GO');
    expect(execution.failure).toMatchObject({
      code: 'EndlessLoop',
      message: expect.stringContaining('1000 microsteps'),
    });
    expect(execution.state).toMatchObject({ status: 'error', value: 'a' });
  });

  test('of raised events, bounded by maxIterations of the machine', () => {
    const machine = createMachine({
      id: 'm',
      options: { maxIterations: 10 },
      on: { GO: { actions: raise({ type: 'GO' }) } },
    });
    expect(new Execution(machine).start().send('GO').failure).toMatchObject({
      code: 'EndlessLoop',
      message: expect.stringContaining('10 microsteps'),
    });
  });

  test('of events that it sends to itself', () => {
    const machine = createMachine({
      id: 'm',
      context: { n: 0 },
      on: {
        GO: {
          actions: [
            assign({ n: ({ context }) => context.n + 1 }),
            sendTo(({ self }) => self, { type: 'GO' }),
          ],
        },
      },
    });
    const execution = new Execution(machine).start().send('GO');
    expect(execution.failure).toMatchObject({
      code: 'EndlessLoop',
      message: expect.stringContaining("more than 1000 events in one step, the last of them 'GO'"),
    });
    expect(execution.state.context).toEqual({ n: 1000 });
  });
});

describe('the failure of a task', () => {
  const machine = (on: object) =>
    createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { invoke: { src: 'charge', id: 'charge' }, on }, b: {} },
    } as never);
  const error = { name: 'CardDeclined', message: 'no money', stack: 'at charge' };

  test('that nothing handles fails the machine with the error of the task', () => {
    const execution = new Execution(machine({})).start().fail(0, error);
    expect(execution.failure).toEqual({ code: 'TaskFailed', ...error });
    expect(execution.state).toMatchObject({
      status: 'error',
      value: 'a',
      error: { name: 'CardDeclined', message: 'no money' },
    });
  });

  test("is handled by a transition for '*', as in XState", () => {
    expect(new Execution(machine({ '*': 'b' })).start().fail(0, error).state).toMatchObject({
      status: 'active',
      value: 'b',
    });
  });
});

class OutOfStock extends Error {
  readonly sku = 'tea-kettle';
}

const outOfStock = (): never => {
  throw new OutOfStock('the stock is empty', { cause: new RangeError('0 left') });
};

describe('an error of a guard keeps its class, its fields and the line that threw, where XState keeps the message alone:', () => {
  const guards = { outOfStock, fine: () => true };
  test.each<[string, unknown]>([
    ['inline', outOfStock],
    ['by name', 'outOfStock'],
    ['by name with params', { type: 'outOfStock', params: { n: 1 } }],
    ['in the params', { type: 'fine', params: outOfStock }],
    ['within and, or, not', and(['fine', or([not('outOfStock')])])],
    ['within an inline not', not(outOfStock)],
    [
      'with a name of its own',
      Object.defineProperty(() => outOfStock(), 'name', { value: 'g', enumerable: true }),
    ],
  ])('%s', (_, guard) => {
    const machine = machineWith({ transition: { guard } }).provide({ guards } as never);
    const { failure, thrown } = new Execution(machine).start().send('GO');
    expect(failure.stack).toContain('failures.test.ts');
    expect(thrown).toMatchObject({
      message: expect.stringContaining("in transition for event 'GO'"),
      cause: {
        name: 'OutOfStock',
        message: 'the stock is empty',
        sku: 'tea-kettle',
        cause: { name: 'RangeError' },
      },
    });
  });

  test('also where it is not an Error', () => {
    const guard = () => {
      throw { message: 'no', code: 7 };
    };
    const { thrown } = new Execution(machineWith({ transition: { guard } })).start().send('GO');
    expect(thrown).toMatchObject({ name: 'Error', cause: { value: { message: 'no', code: 7 } } });
  });

  test('but not of a guard that an action asked before, and whose error it caught', () => {
    const tried = enqueueActions(({ check }) => {
      try {
        check('outOfStock' as never);
      } catch {
        // It goes on.
      }
    });
    const machine = machineWith({ transition: { actions: [tried, assign(boom)] } }).provide({
      guards,
    } as never);
    expect(new Execution(machine).start().send('GO').thrown).toEqual({
      name: 'RangeError',
      message: 'the stock is empty',
      stack: expect.any(String),
    });
  });
});

test('a thrown value that throws when it is looked at fails the machine, too', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const machine = machineWith({
    transition: {
      actions: assign(() => {
        throw proxy;
      }),
    },
  });
  expect(new Execution(machine).start().send('GO').failure).toMatchObject({
    code: 'MachineThrew',
    message: expect.stringContaining('Something was thrown that cannot be read.'),
  });
});
