import { describe, expect, it } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  sendParent,
  sendTo,
  setup,
  stopChild,
} from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { each } from '../../workers/index.ts';
import { expectSound } from '../support/soundness.ts';
import { deliveredTogether } from './heardEvents.ts';

/** Notes every event in `heard`. */
const noting = {
  context: { heard: [] as string[] },
  on: {
    '*': {
      actions: assign({
        heard: ({ context, event }: { context: { heard: string[] }; event: { type: string } }) => [
          ...context.heard,
          event.type,
        ],
      }),
    },
  },
};

/** Says back what it hears: `UNDO` leads to `UNDO_DONE`. */
const answering = createMachine({
  id: 'answering',
  on: { '*': { actions: sendParent(({ event }) => ({ type: `${event.type}_DONE` })) } },
});

function parentThat(states: object, more: object = {}): AnyStateMachine {
  return createMachine({ id: 'parent', ...noting, initial: 'a', ...more, states } as never).provide({
    actors: { answering },
  } as never) as AnyStateMachine;
}

const invoked = { src: 'answering', id: 'child' } as const;

const answers: readonly [name: string, machine: AnyStateMachine, events: readonly string[]][] = [
  [
    'to what an exit action said',
    parentThat({
      a: { invoke: invoked, exit: sendTo('child', { type: 'UNDO' }), on: { LEAVE: 'b' } },
      b: {},
    }),
    ['LEAVE'],
  ],
  [
    'to everything that an exit action said, in order',
    parentThat({
      a: {
        invoke: invoked,
        exit: [sendTo('child', { type: 'UNDO' }), sendTo('child', { type: 'CHECK' })],
        on: { LEAVE: 'b' },
      },
      b: {},
    }),
    ['LEAVE'],
  ],
  [
    'that leads out of the state which follows',
    parentThat({
      a: { invoke: invoked, exit: sendTo('child', { type: 'UNDO' }), on: { LEAVE: 'b' } },
      b: { on: { UNDO_DONE: 'c' } },
      c: { type: 'final' },
    }),
    ['LEAVE'],
  ],
  [
    'to what an action said before it stopped the child',
    parentThat(
      { a: {} },
      {
        invoke: invoked,
        on: { ...noting.on, GO: { actions: [sendTo('child', { type: 'END' }), stopChild('child')] } },
      },
    ),
    ['GO'],
  ],
  [
    'of a child that another one follows under its id',
    parentThat({
      a: {
        invoke: invoked,
        exit: sendTo('child', { type: 'UNDO' }),
        on: { AGAIN: { target: 'a', reenter: true } },
      },
    }),
    ['AGAIN', 'AGAIN'],
  ],
];

describe('the parent hears the answer of a child that is stopped, as in XState:', () => {
  it.each(answers)('%s', async (_, machine, events) => {
    const actor = createActor(machine).start();
    for (const type of events) actor.send({ type });
    const expected = actor.getSnapshot();
    const rig = await deliveredTogether(machine, events);
    const { state, status } = await rig.execution('p');
    expect([status, state]).toEqual([expected.status === 'done' ? 'SUCCEEDED' : 'RUNNING', expected.value]);
    expect(await rig.context('p')).toEqual(expected.context);
  });

  it.each(answers)('%s, delivered twice, late and to orchestrators that die', async (_, machine, events) => {
    const actor = createActor(machine).start();
    for (const type of events) actor.send({ type });
    for (const seed of [1, 2, 3, 4, 5]) {
      const cloud = new SimulatedCloud([machine], {}, { seed, duplicate: 0.5, maximumDelayMs: 2000 });
      await cloud.start(machine.id, 'p');
      await cloud.advance(60_000);
      for (const [i, type] of events.entries()) {
        await cloud.send('p', type, `${i}`);
        await cloud.advance(60_000);
      }
      const { snapshot } = await cloud.execution('p');
      expect(JSON.parse(snapshot ?? '{}').context, `seed ${seed}`).toEqual(actor.getSnapshot().context);
      await expectSound(cloud, [machine]);
    }
  });

  it('as the machine of an item that has stopped it', async () => {
    const item = setup({ actors: { answering } }).createMachine({
      id: 'item',
      context: { heard: [] as string[] },
      initial: 'a',
      states: {
        a: {
          invoke: invoked,
          exit: sendTo('child', { type: 'UNDO' }),
          after: { 1000: 'b' },
        },
        b: { on: { UNDO_DONE: 'c' } },
        c: { type: 'final' },
      },
      output: ({ self }) => self.id !== '',
    });
    const machine = setup({
      types: { context: {} as { heard: string[] } },
      actors: { all: each(item) },
    }).createMachine({
      id: 'parent',
      context: { heard: [] },
      on: { '*': { actions: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) } },
      initial: 'on',
      states: { on: { invoke: { src: 'all', input: [1, 2], onDone: 'off' } }, off: { type: 'final' } },
    });
    const cloud = new SimulatedCloud([machine], {});
    await cloud.start('parent', 'p');
    await cloud.advance(60_000);
    expect((await cloud.execution('p')).status).toBe('SUCCEEDED');
    expect((await cloud.execution('p')).snapshot).toContain('"heard":[]');
  });
});

/** Invariant 5: only what the parent said as it stopped the child is answered in a later state. */
it('the parent does not hear what a stopped child says for other reasons', async () => {
  const machine = parentThat({
    a: {
      invoke: invoked,
      exit: sendTo('child', { type: 'UNDO' }),
      on: { ASK: { actions: sendTo('child', { type: 'ASKED' }) }, LEAVE: 'b' },
    },
    b: {},
  });
  const rig = await deliveredTogether(machine, ['ASK', 'LEAVE']);
  expect(await rig.context('p')).toEqual({ heard: ['UNDO_DONE'] });
});

it("the output of a child that ends by its parent's last words is of no state that follows", async () => {
  const ending = createMachine({
    id: 'ending',
    initial: 'on',
    states: { on: { on: { UNDO: 'off' } }, off: { type: 'final', entry: sendParent({ type: 'UNDONE' }) } },
  });
  const invokesIt = { src: 'ending', id: 'child', onDone: 'done' } as const;
  const machine = createMachine({
    id: 'parent',
    ...noting,
    initial: 'a',
    states: {
      a: { invoke: invokesIt, exit: sendTo('child', { type: 'UNDO' }), on: { LEAVE: 'b' } },
      b: { invoke: invokesIt },
      done: {},
    },
  } as never).provide({ actors: { ending } } as never) as AnyStateMachine;
  const rig = await deliveredTogether(machine, ['LEAVE']);
  expect((await rig.execution('p.0')).status).toBe('SUCCEEDED');
  expect((await rig.execution('p')).state).toBe('b');
  expect(await rig.context('p')).toEqual({ heard: ['UNDONE'] });
});
