import { describe, expect, it } from 'vitest';
import {
  type AnyActorRef,
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  enqueueActions,
  forwardTo,
  sendParent,
  sendTo,
  setup,
  stopChild,
} from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { each } from '../../workers/index.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';
import { expectSound } from '../support/soundness.ts';

/**
 * Invariant 11: a child receives everything that XState would deliver to it before it is stopped, in order. Each case is
 * compared with XState's own actor.
 */

type Heard = { readonly context: { readonly heard: readonly string[] } };

/** Remembers everything it hears. */
function hearing(id: string, more: object = {}): AnyStateMachine {
  return createMachine({
    id,
    context: { heard: [] as string[] },
    on: { '*': { actions: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) } },
    ...more,
  } as never) as AnyStateMachine;
}

/** The events that the children of XState's own actor have heard after it took the events, in the order of their starts. */
function heardInXState(machine: AnyStateMachine, events: readonly string[]): (readonly string[])[] {
  const children: AnyActorRef[] = [];
  const actor = createActor(machine, {
    inspect: (inspected) => {
      if (inspected.type === '@xstate.actor') children.push(inspected.actorRef as AnyActorRef);
    },
  });
  actor.start();
  for (const type of events) actor.send({ type });
  return children
    .filter((child) => child !== actor)
    .map((child) => (child.getSnapshot() as Heard).context.heard);
}

/** The events that child executions have heard, in the order of their starts. */
function heardIn(table: OrchestratorRig['table']): (readonly string[])[] {
  return table
    .allExecutions()
    .filter(({ executionId }) => executionId !== 'p')
    .sort((a, b) => a.executionId.localeCompare(b.executionId, 'en', { numeric: true }))
    .map(({ snapshot }) => (JSON.parse(snapshot ?? '{}') as Heard).context.heard);
}

/** Delivers everything, to whichever execution it is written, until nothing more is written. */
async function deliverAll(rig: OrchestratorRig, instance = rig.newInstance()): Promise<void> {
  const ids = () => new Set([...rig.table.items.values()].map((item) => item.executionId?.S ?? ''));
  for (let isMore = true; isMore; ) {
    isMore = false;
    for (const id of ids()) {
      const records = rig.takeRecords(id);
      if (records.length === 0) continue;
      isMore = true;
      await instance.applyRecords(id, records);
    }
  }
}

async function deliveredTogether(machine: AnyStateMachine, events: readonly string[]) {
  const rig = new OrchestratorRig([machine]);
  rig.start(machine.id, 'p');
  await deliverAll(rig);
  for (const [i, type] of events.entries()) await rig.send('p', `${i}`, type);
  await deliverAll(rig);
  return rig;
}

const child = hearing('child');

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

describe('invariant 11: a child that cannot take events now is stopped once it has taken them:', () => {
  const parentOf = (child: AnyStateMachine) =>
    setup({ actors: { child } }).createMachine({
      id: 'parent',
      initial: 'a',
      states: {
        a: {
          invoke: { src: 'child', id: 'child' },
          exit: sendTo('child', { type: 'UNDO' }),
          on: { TELL: { actions: sendTo('child', { type: 'TOLD' }) }, LEAVE: 'b' },
        },
        b: {},
      },
    });
  const parent = parentOf(child);
  const heard = async (cloud: SimulatedCloud) => {
    const { status, snapshot } = await cloud.execution('p.0');
    return [status, ...(JSON.parse(snapshot ?? '{"context":{"heard":[]}}') as Heard).context.heard];
  };
  const begun = async () => {
    const cloud = new SimulatedCloud([parent], {});
    await cloud.start('parent', 'p');
    await cloud.advance(5000);
    return cloud;
  };

  it('a suspended one, when it is resumed', async () => {
    const cloud = await begun();
    await cloud.control('p.0', 'suspend');
    await cloud.advance(5000);
    await cloud.send('p', 'TELL');
    await cloud.advance(5000);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(5000);
    expect(await heard(cloud)).toEqual(['SUSPENDED']);
    await cloud.control('p.0', 'resume');
    await cloud.advance(5000);
    expect(await heard(cloud)).toEqual(['ABORTED', 'TOLD', 'UNDO']);
  });

  it('one whose machine is not deployed, once it is', async () => {
    const cloud = await begun();
    cloud.deploy([parentOf(hearing('child', { version: '2' }))]);
    await cloud.send('p', 'TELL');
    await cloud.advance(5000);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(5000);
    expect((await cloud.execution('p')).state).toBe('b');
    expect(await heard(cloud)).toEqual(['RUNNING']);
    cloud.deploy([parent]);
    await cloud.advance(120_000);
    expect(await heard(cloud)).toEqual(['ABORTED', 'TOLD', 'UNDO']);
  });

  it('one that waits for a redrive, when it is redriven', async () => {
    const cloud = await begun();
    cloud.maximumWaitForMachineMs = 10_000;
    cloud.deploy([parentOf(hearing('child', { version: '2' }))]);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['PENDING_REDRIVE']);
    cloud.deploy([parent]);
    await cloud.control('p.0', 'redrive');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['ABORTED', 'UNDO']);
  });

  it('one that waits for a redrive goes on where its parent is redriven, whose end was to stop it', async () => {
    const cloud = await begun();
    cloud.maximumWaitForMachineMs = 10_000;
    cloud.deploy([parentOf(hearing('child', { version: '2' }))]);
    await cloud.send('p', 'TELL');
    await cloud.advance(60_000);
    await cloud.control('p', 'stop');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['PENDING_REDRIVE']);
    cloud.deploy([parent]);
    await cloud.control('p', 'redrive');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['RUNNING', 'TOLD']);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(60_000);
    expect(await heard(cloud)).toEqual(['ABORTED', 'TOLD', 'UNDO']);
    await expectSound(cloud, [parent]);
  });

  it('one to which nothing was said is stopped at once, suspended or not', async () => {
    const quiet = setup({ actors: { child } }).createMachine({
      id: 'quiet',
      initial: 'a',
      states: { a: { invoke: { src: 'child' }, on: { LEAVE: 'b' } }, b: {} },
    });
    const cloud = new SimulatedCloud([quiet], {});
    await cloud.start('quiet', 'p');
    await cloud.advance(5000);
    await cloud.control('p.0', 'suspend');
    await cloud.advance(5000);
    await cloud.send('p', 'LEAVE');
    await cloud.advance(5000);
    expect((await cloud.execution('p.0')).status).toBe('ABORTED');
  });
});

describe('invariant 11: a stop of before a redrive', () => {
  it('does not stop a child that takes only then what was said before', async () => {
    let isBroken = true;
    const fragile = hearing('fragile', {
      on: {
        UNDO: {
          actions: assign({
            heard: ({ context }: Heard) => {
              if (isBroken) throw new RangeError('not yet');
              return [...context.heard, 'UNDO'];
            },
          }),
        },
        MORE: { actions: assign({ heard: ({ context }: Heard) => [...context.heard, 'MORE'] }) },
      },
    });
    const parent = setup({ actors: { child: fragile } }).createMachine({
      id: 'parent',
      invoke: { src: 'child', id: 'child', onError: {} },
      on: {
        UNDO: { actions: sendTo('child', { type: 'UNDO' }) },
        MORE: { actions: sendTo('child', { type: 'MORE' }) },
      },
    });
    const rig = new OrchestratorRig([parent]);
    rig.start('parent', 'p');
    await deliverAll(rig);
    await rig.send('p', '1', 'UNDO');
    await rig.control('p', 'stop');
    await deliverAll(rig);
    expect((await rig.execution('p.0')).status).toBe('FAILED');
    isBroken = false;
    await rig.control('p', 'redrive');
    await deliverAll(rig);
    for (const id of ['p', 'p.0']) {
      rig.now += 2000;
      await rig.newInstance().wake(id, 'wake#1');
    }
    await rig.send('p', '2', 'MORE');
    await deliverAll(rig);
    expect((await rig.execution('p.0')).status).toBe('RUNNING');
    expect(await rig.context('p.0')).toEqual({ heard: ['UNDO', 'MORE'] });
    expect((await rig.replayed('p.0'))?.snapshot).toBe((await rig.execution('p.0')).snapshot);
  });
});

describe('what a child says before it ends', () => {
  it('is heard by its parent before its end', async () => {
    const telling = createMachine({
      id: 'telling',
      initial: 'on',
      states: { on: { on: { GO: 'end' } }, end: { type: 'final', entry: sendParent({ type: 'LAST' }) } },
    });
    const parent = setup({
      actors: { telling },
      types: { context: {} as { heard: string[] } },
    }).createMachine({
      id: 'parent',
      context: { heard: [] },
      invoke: { src: 'telling', id: 'telling' },
      on: {
        GO: { actions: forwardTo('telling') },
        '*': { actions: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) },
      },
    });
    const actor = createActor(parent).start();
    actor.send({ type: 'GO' } as never);
    const rig = await deliveredTogether(parent, ['GO']);
    expect(await rig.context('p')).toEqual(actor.getSnapshot().context);
  });
});

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
