import { expect, test } from 'vitest';
import { assign, createMachine } from 'xstate';
import { InputOrderError } from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';

const machine = createMachine({
  id: 'm',
  initial: 'a',
  context: { met: [] as string[] },
  on: { '*': { actions: assign({ met: ({ context, event }) => [...context.met, event.type] }) } },
  states: { a: { on: { END: 'f' } }, f: { type: 'final' } },
});

test.each([
  'xstate.init',
  'xstate.stop',
  'xstate.done.actor.w',
  'xstate.error.actor.w',
  'millrace.stop',
  '*',
])('an event of the reserved type %s is ignored when it comes from outside', (type) => {
  const execution = new Execution(machine).start();
  const before = execution.stored;
  expect(execution.send(type).ignored).toBe('ReservedType');
  expect(execution.stored).toBe(before);
});

test('an event without a string type is ignored', () => {
  expect(new Execution(machine).start().send(7 as never).ignored).toBe('ReservedType');
});

test('events that a function of the machine sends to itself come in their order', () => {
  const talking = createMachine({
    id: 'm',
    initial: 'a',
    context: { met: [] as string[] },
    on: {
      GO: {
        actions: assign(({ self }) => {
          for (const type of ['ONE', 'TWO', 'THREE']) self.send({ type });
          return {};
        }),
      },
      '*': { actions: assign({ met: ({ context, event }) => [...context.met, event.type] }) },
    },
    states: { a: {} },
  });
  const { context } = new Execution(talking).start().send('GO').state;
  expect(context).toEqual({ met: ['ONE', 'TWO', 'THREE'] });
});

test('a route event may come from outside, and takes the machine to the state', () => {
  const routed = createMachine({
    id: 'm',
    initial: 'a',
    states: { a: {}, b: { id: 'there', route: {} } },
  });
  expect(new Execution(routed).start().send('xstate.route', { to: '#there' }).state.value).toBe('b');
});

test('an event that the machine does not know is taken and changes nothing', () => {
  const quiet = createMachine({ id: 'm', initial: 'a', states: { a: {} } });
  const execution = new Execution(quiet).start();
  const before = execution.stored;
  expect(execution.send('UNKNOWN').stored).toBe(before);
  expect(execution.ignored).toBeUndefined();
});

test('after the end of a machine every input is ignored', () => {
  const execution = new Execution(machine).start().send('END');
  expect(execution.state.status).toBe('done');
  expect(execution.send('X').ignored).toBe('Ended');
  expect(execution.succeed(0).ignored).toBe('Ended');
  expect(execution.timer(1).ignored).toBe('Ended');
});

test('the result of a task that was never started is not open', () => {
  expect(new Execution(machine).start().succeed(3).ignored).toBe('NotOpen');
  expect(new Execution(machine).start().fail(3).ignored).toBe('NotOpen');
});

test('the first input of a machine is its start, and no later one is', () => {
  expect(() => new Execution(machine).send('X')).toThrow(InputOrderError);
  expect(() => new Execution(machine).start().start()).toThrow(/This machine has started/);
});
