import { describe, expect, test } from 'vitest';
import { assign, cancel, createMachine, enqueueActions, raise, sendTo } from 'xstate';
import { nextTimerDueAt, parseMachineState } from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';

test('after sets a timer that counts from the time of the step, and leaving the state takes it away', () => {
  const machine = createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { after: { 1000: 'late' }, on: { GO: 'b' } }, b: {}, late: {} },
  });
  const execution = new Execution(machine);
  execution.now = 500;
  expect(nextTimerDueAt(execution.start().state)).toBe(1500);
  expect(nextTimerDueAt(parseMachineState(execution.stored))).toBe(1500);
  expect(new Execution(machine).start().send('GO').state.timers).toEqual([]);
  expect(execution.timer(1499).ignored).toBe('NothingDue');
  expect(execution.timer(1500).state).toMatchObject({ value: 'late', timers: [] });
  expect(nextTimerDueAt(execution.state)).toBeUndefined();
});

test('timers that are due together fire in the order in which they were set, one a step', () => {
  const machine = createMachine({
    id: 'm',
    context: { met: [] as string[] },
    entry: [
      raise({ type: 'B' }, { delay: 20 }),
      raise({ type: 'A' }, { delay: 10 }),
      raise({ type: 'C' }, { delay: 10 }),
    ],
    on: { '*': { actions: assign({ met: ({ context, event }) => [...context.met, event.type] }) } },
  });
  const execution = new Execution(machine).start().timer(50).timer(50);
  expect(execution.state.context).toEqual({ met: ['A', 'C'] });
  expect(execution.timer(50).state.context).toEqual({ met: ['A', 'C', 'B'] });
});

test('the same send id used twice fires twice, and cancel takes the last', () => {
  const machine = createMachine({
    id: 'm',
    context: { met: 0 },
    on: {
      SET: { actions: raise({ type: 'PING' }, { delay: 10, id: 'ping' }) },
      CANCEL: { actions: cancel('ping') },
      PING: { actions: assign({ met: ({ context }) => context.met + 1 }) },
    },
  });
  const twice = new Execution(machine).start().send('SET').send('SET');
  expect(twice.timer(10).timer(10).state.context).toEqual({ met: 2 });
  const cancelled = new Execution(machine).start().send('SET').send('SET').send('CANCEL');
  expect(cancelled.timer(10).state.context).toEqual({ met: 1 });
  expect(cancelled.timer(10).ignored).toBe('NothingDue');
});

test('a delayed event to another actor goes out when it is due', () => {
  const machine = createMachine({
    id: 'm',
    context: ({ self }) => ({ boss: self._parent }),
    entry: sendTo(
      ({ context }) => context.boss as never,
      { type: 'REPORT', from: { $actor: 'data' } } as never,
      { delay: 60 },
    ),
  });
  const execution = new Execution(machine, { id: 'order-17.0', parent: 'order-17' }).start();
  expect(execution.did).toEqual([]);
  // A receiver takes `$actor` for an actor, so data that looks like one is marked.
  expect(execution.timer(60).did).toEqual(['send order-17 {"type":"REPORT","from":{"$$actor":"data"}}']);
});

test('an actor in a delayed event is an actor when the event comes', () => {
  const machine = createMachine({
    id: 'm',
    context: { sent: '' },
    entry: raise(({ self }) => ({ type: 'LATER', who: self }) as never, { delay: 10 }),
    on: {
      LATER: { actions: sendTo(({ event }) => whoOf(event), { type: 'BACK' } as never) },
      BACK: { actions: assign({ sent: 'to itself' }) },
    },
  });
  expect(new Execution(machine).start().timer(10).state.context).toEqual({ sent: 'to itself' });
});

describe('a delay that is not a number fails the machine, where XState would not wait at all', () => {
  const never = () => undefined as never;
  test.each([
    ['a named delay of after', { after: { soon: 'b' } }, /delay 'soon' is undefined: a delay is a number/],
    ['a computed raise', { entry: raise({ type: 'X' }, { delay: never }) }, /delay of a raise is undefined/],
    [
      'a computed sendTo',
      { entry: sendTo(({ self }) => self, { type: 'X' }, { delay: never }) },
      /delay of a sendTo is/,
    ],
    [
      'an enqueued raise',
      { entry: enqueueActions(({ enqueue }) => enqueue.raise({ type: 'X' }, { delay: never })) },
      /delay of a raise is undefined/,
    ],
    [
      'an enqueued name without an implementation',
      { entry: enqueueActions(({ enqueue }) => enqueue.raise({ type: 'X' }, { delay: 'unknown' as never })) },
      /delay 'unknown' is not implemented/,
    ],
  ])('%s', (_, state, message) => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: state as object, b: {} } }, {
      delays: { soon: never },
    } as never);
    expect(new Execution(machine).start().failure).toMatchObject({
      code: 'MachineThrew',
      name: expect.stringMatching(/Error$/),
      message: expect.stringMatching(message),
    });
  });
});

function whoOf(event: object): never {
  return (event as { who: never }).who;
}
