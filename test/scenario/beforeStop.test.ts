import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, enqueueActions, forwardTo, sendTo, setup, stopChild } from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { child, deliveredTogether, heardIn, heardInXState, hearing } from './heardEvents.ts';

/**
 * Invariant 11: a child receives everything that XState would deliver to it before it is stopped, in order. Each case is
 * compared with XState's own actor.
 */

const cases: readonly [name: string, machine: AnyStateMachine, events: readonly string[]][] = [
  [
    'an exit action compensates',
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'a',
      states: {
        a: {
          invoke: { src: 'child', id: 'child' },
          exit: sendTo('child', { type: 'UNDO' }),
          on: { LEAVE: 'b' },
        },
        b: {},
      },
    }),
    ['LEAVE'],
  ],
  [
    'an exit action compensates at the end of the machine',
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'a',
      invoke: { src: 'child', id: 'child' },
      states: {
        a: {
          exit: [sendTo('child', { type: 'UNDO' }), sendTo('child', { type: 'UNDO_ALL' })],
          on: { END: 'b' },
        },
        b: { type: 'final' },
      },
    }),
    ['END'],
  ],
  [
    'one event has the parent send, the next leaves the state',
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'a',
      states: {
        a: {
          invoke: { src: 'child', id: 'child' },
          on: { TELL: { actions: sendTo('child', { type: 'TOLD' }) }, LEAVE: 'b' },
        },
        b: {},
      },
    }),
    ['TELL', 'TELL', 'LEAVE'],
  ],
  [
    'one event is forwarded, the next stops the child',
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      invoke: { src: 'child', id: 'child' },
      on: { FIRST: { actions: forwardTo('child') }, SECOND: { actions: stopChild('child') } },
    }),
    ['FIRST', 'SECOND'],
  ],
  [
    'a child that an action stops has what an action before it sends',
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      invoke: { src: 'child', id: 'child' },
      on: { GO: { actions: [sendTo('child', { type: 'BEFORE' }), stopChild('child')] } },
    }),
    ['GO'],
  ],
  [
    'a child that is stopped and started again under its id: each gets its own',
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'a',
      states: {
        a: {
          invoke: { src: 'child', id: 'child' },
          entry: sendTo('child', { type: 'HELLO' }),
          exit: sendTo('child', { type: 'UNDO' }),
          on: { AGAIN: { target: 'a', reenter: true } },
        },
      },
    }),
    ['AGAIN', 'AGAIN'],
  ],
  [
    'a child that one event starts and the next stops has heard what was said between',
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'a',
      states: {
        a: { on: { ENTER: 'b' } },
        b: {
          invoke: { src: 'child', id: 'child' },
          exit: sendTo('child', { type: 'UNDO' }),
          on: { LEAVE: 'a' },
        },
      },
    }),
    ['ENTER', 'LEAVE'],
  ],
  [
    'a hundred children are stopped, more than one transaction takes',
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      context: ({ spawn }) => {
        for (let i = 0; i < 100; i++) spawn('child', { id: `child-${i}` });
        return {};
      },
      on: {
        TELL: {
          actions: enqueueActions(({ enqueue }) => {
            for (let i = 0; i < 100; i++) enqueue.sendTo(`child-${i}`, { type: 'TOLD' });
          }),
        },
        END: '.end',
      },
      initial: 'on',
      states: {
        on: {
          exit: enqueueActions(({ enqueue }) => {
            for (let i = 0; i < 100; i++) enqueue.sendTo(`child-${i}`, { type: 'UNDO' });
          }),
        },
        end: { type: 'final' },
      },
    }),
    ['TELL', 'END'],
  ],
  [
    'a grandchild gets what its parent passes on before both are stopped',
    setup({
      actors: {
        child: setup({ actors: { grandchild: hearing('grandchild') } }).createMachine({
          id: 'child',
          context: { heard: [] as string[] },
          invoke: { src: 'grandchild', id: 'grandchild' },
          on: {
            UNDO: {
              actions: [
                assign({ heard: ({ context, event }) => [...context.heard, event.type] }),
                sendTo('grandchild', { type: 'UNDO_THAT' }),
              ],
            },
          },
        }),
      },
    }).createMachine({
      id: 'parent',
      initial: 'a',
      states: {
        a: {
          invoke: { src: 'child', id: 'child' },
          exit: sendTo('child', { type: 'UNDO' }),
          on: { LEAVE: 'b' },
        },
        b: {},
      },
    }),
    ['LEAVE'],
  ],
];

describe('invariant 11: before its stop, a child receives what XState delivers, in order:', () => {
  it.each(cases)('%s', async (_, machine, events) => {
    const rig = await deliveredTogether(machine, events);
    expect(heardIn(rig.table)).toEqual(heardInXState(machine, events));
  });

  it.each(cases)('%s, delivered twice, late and to orchestrators that die', async (name, machine, events) => {
    for (const seed of name.includes('hundred') ? [1] : [1, 2, 3, 4, 5]) {
      const faults = { seed, duplicate: 0.5, maximumDelayMs: 2000, crashAfterCommit: 0.05 };
      const cloud = new SimulatedCloud([machine], {}, faults);
      await cloud.start(machine.id, 'p');
      await cloud.advance(60_000);
      for (const [i, type] of events.entries()) {
        // A child that is started and stopped at once is another case.
        await cloud.send('p', type, `${i}`);
        await cloud.advance(60_000);
      }
      expect(heardIn(cloud.table), `seed ${seed}`).toEqual(heardInXState(machine, events));
    }
  });
});
