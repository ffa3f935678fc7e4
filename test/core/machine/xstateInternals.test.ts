import { describe, expect, test } from 'vitest';
import { assign, createActor, createMachine, fromPromise, raise, setup, stopChild } from 'xstate';
import { logicKindOf } from '../../../orchestrator/core/machine/sources.ts';
import { StepScope } from '../../../orchestrator/core/machine/stepScope.ts';
import {
  activeNodes,
  boundMicrosteps,
  buildMachine,
  childActors,
  createSelf,
  createStandIn,
  historyNodes,
  inputOf,
  isActorRef,
  isEndlessLoopError,
  isGuardError,
  isStateMachine,
  mapActions,
  nodesInOrder,
  property,
  refuseAtActor,
  replaceActors,
  restoreSnapshot,
  setActiveNodes,
  syncsSnapshots,
} from '../../../orchestrator/core/machine/xstateInternals.ts';

const work = fromPromise(async () => 'done');

const thrownBy = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

const nobody = { snapshot: () => undefined, parent: undefined, nextAnonymous: 0, isStarting: false, now: 0 };

describe('XState 5.33 still has the private parts that a step leans on:', () => {
  test('__xstatenode marks machines, and idMap has the nodes by their order', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { initial: 'b', states: { b: {} } }, c: {} },
    });
    expect(isStateMachine(machine)).toBe(true);
    expect(isStateMachine(machine.root)).toBe(false);
    expect(nodesInOrder(machine).map(({ id, order }) => [id, order])).toEqual([
      ['m', 0],
      ['m.a', 1],
      ['m.a.b', 2],
      ['m.c', 3],
    ]);
  });

  test('idMap has fewer nodes than the machine where two share an id', () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { id: 'x' }, b: { id: 'x' } } });
    expect(nodesInOrder(machine)).toHaveLength(2);
  });

  test('options.maxIterations is unlimited unless set, and bounds the microsteps of a macrostep', () => {
    const looping = () =>
      createMachine({
        id: 'm',
        initial: 'a',
        states: { a: { on: { GO: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
      });
    expect(looping().options.maxIterations).toBe(Number.POSITIVE_INFINITY);
    const machine = looping();
    expect(boundMicrosteps(machine, 7)).toBe(7);
    const scope = new StepScope({ address: 'e', ...nobody }).xstate;
    const before = machine.getInitialSnapshot(scope);
    expect(isEndlessLoopError(thrownBy(() => machine.transition(before, { type: 'GO' }, scope)))).toBe(true);
    expect(boundMicrosteps(createMachine({ id: 'm', options: { maxIterations: 5 } }), 7)).toBe(5);
  });

  test('what a guard throws is wrapped in an error that says where', () => {
    const guard = (): boolean => {
      throw new Error('boom');
    };
    const machine = createMachine({ id: 'm', on: { GO: { guard } } });
    const scope = new StepScope({ address: 'e', ...nobody }).xstate;
    const before = machine.getInitialSnapshot(scope);
    expect(isGuardError(thrownBy(() => machine.transition(before, { type: 'GO' }, scope)))).toBe(true);
  });

  test('sessionId, ref and a function send make an actor, which data cannot have', () => {
    expect(isActorRef(createActor(work))).toBe(true);
    expect(isActorRef({ sessionId: 'x', send: 'y', ref: 'z' })).toBe(false);
  });

  test('_bookId names children, _send takes what is sent to self, and getSnapshot is read by guards', () => {
    const sent: unknown[] = [];
    const snapshot = createMachine({ id: 'm' }).resolveState({ value: {}, context: {} });
    const made: string[] = [];
    const self = createSelf({
      address: 'order-17',
      parent: createStandIn('order'),
      bookId: () => 'x:7',
      send: (event) => sent.push(event.type),
      snapshot: () => snapshot,
      childMade: (child) => made.push(child.sessionId),
      microstep: () => undefined,
      systemIdMissing: () => undefined,
    });
    self.send({ type: 'HELLO' });
    expect(sent).toEqual(['HELLO']);
    expect(self).toMatchObject({ id: 'order-17', sessionId: 'order-17', _parent: { id: 'order' } });
    expect(self.getSnapshot()).toBe(snapshot);
    const machine = buildMachine({ id: 'm' });
    replaceActors(machine);
    createActor(machine.implementations.actors.anything as never, { parent: self } as never);
    expect(made).toEqual(['x:7']);
  });

  test('the inspection reports each microstep with its transitions, and not the first entry', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { always: 'b' },
        b: { on: { GO: 'c' } },
        c: { always: [{ guard: () => false }, 'd'] },
        d: {},
      },
    });
    const seen: string[] = [];
    const self = createSelf({
      address: 'e',
      parent: undefined,
      bookId: () => 'x:0',
      send: () => undefined,
      snapshot: () => undefined,
      childMade: () => undefined,
      systemIdMissing: () => undefined,
      microstep: ({ transitions, after }) =>
        seen.push(
          `${transitions.map(({ source, eventType }) => `${source.key}:${eventType}`)} → ${after.value}`,
        ),
    });
    const scope = { ...new StepScope({ address: 'e', ...nobody }).xstate, self, system: self.system };
    const initial = machine.getInitialSnapshot(scope);
    machine.transition(initial, { type: 'GO' }, scope);
    expect(seen).toEqual(['a: → b', 'b:GO → c', 'c: → d']);
  });

  test('_send of a stand-in takes what is sent to it', () => {
    const sent: string[] = [];
    const standIn = createStandIn('gone');
    const refuse = (what: string) => (): never => {
      sent.push(what);
      throw new Error(what);
    };
    refuseAtActor(standIn, { send: refuse('sent'), observe: refuse('observed') });
    expect(() => standIn.send({ type: 'HELLO' })).toThrow('sent');
    for (const observe of ['subscribe', 'on', 'select'] as const) {
      expect(() => Reflect.apply(standIn[observe], standIn, ['*', () => undefined])).toThrow('observed');
    }
    expect(sent).toEqual(['sent', 'observed', 'observed', 'observed']);
    expect(standIn.getSnapshot()).toMatchObject({ status: 'stopped' });
  });

  test('restoreSnapshot, _nodes and historyValue make a snapshot that goes on as the one before', () => {
    const machine = setup({ actors: { work } }).createMachine({
      id: 'm',
      initial: 'p',
      states: {
        p: {
          type: 'parallel',
          states: { a: { initial: 'a1', states: { a1: {}, a2: {}, h: { type: 'history' } } }, b: {} },
        },
        q: { on: { BACK: 'p.a.h' } },
      },
    });
    replaceActors(machine);
    const scope = new StepScope({ address: 'e', ...nobody }).xstate;
    const a2 = nodesInOrder(machine).filter(({ id }) => id === 'm.p.a.a2');
    const child = {
      src: 'work',
      systemId: 'it',
      snapshot: { status: 'done', output: 5, error: undefined },
    } as const;
    const restored = restoreSnapshot(machine, scope, {
      value: 'q',
      children: { w: child },
      history: { 'm.p.a.h': a2 },
    });
    expect(activeNodes(restored).map(({ id }) => id)).toEqual(['m', 'm.q']);
    expect(childActors(restored).map(([id, { src }]) => [id, src])).toEqual([['w', 'work']]);
    expect(restored.children.w?.getSnapshot()).toMatchObject({ status: 'done', output: 5 });
    expect(scope.system.get('it')).toBeUndefined();
    const next = machine.transition(restored as never, { type: 'BACK' }, scope as never);
    expect(next.value).toEqual({ p: { a: 'a2', b: {} } });
    setActiveNodes(next, [...activeNodes(next)].reverse());
    expect(activeNodes(next).at(-1)?.id).toBe('m');
    expect(historyNodes(next)).toEqual({ 'm.p.a.h': a2 });
    const unknown = () => restoreSnapshot(machine, scope, { value: 'gone', children: {}, history: {} });
    expect(unknown).toThrow("State 'gone' does not exist on 'm'");
  });

  test('a child has its resolved input and _syncSnapshot from its creation', () => {
    const machine = setup({ actors: { work } }).createMachine({
      id: 'm',
      context: ({ spawn }) => ({ ref: spawn('work', { id: 'w', input: { n: 1 } as never }) }),
    });
    replaceActors(machine);
    const scope = new StepScope({ address: 'e', ...nobody });
    const [entry] = childActors(machine.getInitialSnapshot(scope.xstate as never));
    expect(entry && inputOf(entry[1])).toEqual({ n: 1 });
    expect(entry && syncsSnapshots(entry[1])).toBe(false);
  });

  test('entry, exit, always, initial and transitions hold every action of a built machine', () => {
    const actions: unknown[] = [];
    const machine = buildMachine({
      id: 'm',
      initial: { target: 'a', actions: 'initial' },
      states: {
        a: {
          entry: 'entry',
          exit: 'exit',
          always: { actions: 'always' },
          after: { 10: { actions: 'after' } },
          on: { GO: { actions: ['on'] } },
          invoke: { src: 'w', onDone: { actions: 'onDone' } },
        },
      },
    });
    mapActions(nodesInOrder(machine), (action) => {
      actions.push(typeof action === 'string' ? action : property(action, 'type'));
      return action;
    });
    expect(actions.sort()).toEqual(
      ['after', 'always', 'entry', 'exit', 'initial', 'on', 'onDone', 'xstate.cancel', 'xstate.raise'].sort(),
    );
  });

  test('built-in actions are functions that carry type, delay, src and resolve', () => {
    expect(property(raise({ type: 'X' }, { delay: 5, id: 'x' }), 'delay')).toBe(5);
    expect(property(raise({ type: 'X' }), 'type')).toBe('xstate.raise');
    expect(property(stopChild('w'), 'type')).toBe('xstate.stopChild');
    expect(typeof property(assign({}), 'resolve')).toBe('function');
  });

  test('the kinds of logic can be distinguished', () => {
    expect(logicKindOf(work)).toBe('promise');
    expect(logicKindOf(createMachine({ id: 'm' }))).toBe('machine');
    expect(logicKindOf(undefined)).toBe('none');
  });
});
