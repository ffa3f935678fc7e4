import { describe, expect, test } from 'vitest';
import {
  assign,
  cancel,
  createMachine,
  enqueueActions,
  fromPromise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';
import {
  MachineNotDurableError,
  prepareMachine,
  prepareMachines,
  stepMachine,
} from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';

const provided = setup({ actors: { work: fromPromise(async () => 1) } });
const child = createMachine({ id: 'child', on: { PING: {} } });
const withChild = setup({ actors: { work: fromPromise(async () => 1), child } });

describe('cancel takes back a delayed event', () => {
  const late = { delay: 1000, id: 'late' };
  const invoke = { src: 'child', id: 'c' } as const;
  const toChild = sendTo('c', { type: 'PING' }, late);

  test.each([
    ['in the same actions as the send, before the child starts', [toChild, cancel('late')], []],
    ['in the exit of the state that invokes the child', [toChild], [cancel('late')]],
  ] as const)('for a child of the same state %s', (_, entry, exit) => {
    const machine = withChild.createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { invoke, entry: [...entry], exit: [...exit], on: { OUT: 'b' } }, b: {} },
    });
    const execution = new Execution(machine).start().send('OUT');
    expect(execution.state.timers).toEqual([]);
  });

  test('for a child of another region, by an id that is computed', () => {
    const machine = withChild.createMachine({
      id: 'm',
      context: { id: 'late' },
      type: 'parallel',
      states: {
        a: { invoke, entry: toChild },
        b: { on: { TAKE_BACK: { actions: cancel(({ context }) => context.id) } } },
      },
    });
    const execution = new Execution(machine).start();
    expect(execution.state.timers).toMatchObject([{ id: 'late', to: 'order-17.0' }]);
    expect(execution.send('TAKE_BACK').state.timers).toEqual([]);
  });

  test('and not another that was given the same id later', () => {
    const machine = withChild.createMachine({
      id: 'm',
      invoke,
      entry: [toChild, sendTo(({ self }) => self, { type: 'SECOND' }, late), cancel('late')],
    });
    expect(new Execution(machine).start().state.timers).toMatchObject([{ event: { type: 'PING' } }]);
  });

  test('that waits for a child which is stopped before it starts: it comes to no one', () => {
    const machine = withChild.createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { invoke, entry: toChild, always: 'b' }, b: {} },
    });
    const execution = new Execution(machine).start();
    expect(execution.did).toEqual([]);
    expect(execution.timer(1000).did).toEqual([]);
  });
});

describe('a spawn under the id of a running actor', () => {
  const twice = provided.createMachine({
    id: 'm',
    context: { done: [] as number[], refs: [] as unknown[] },
    on: {
      SPAWN: { actions: spawnChild('work', { id: 'only' }) },
      REF: {
        actions: assign({ refs: ({ context, spawn }) => [...context.refs, spawn('work', { id: 'only' })] }),
      },
      STOP: { actions: stopChild('only') },
      STOP_FIRST: { actions: stopChild(({ context }) => context.refs[0] as never) },
      TO_FIRST: { actions: sendTo(({ context }) => context.refs[0] as never, { type: 'X' } as never) },
      'xstate.done.actor.only': {
        actions: assign({ done: ({ context, event }) => [...context.done, Number(event.output)] }),
      },
      END: '.end',
    },
    initial: 'open',
    states: { open: {}, end: { type: 'final' } },
  });

  test('leaves the older one running: its result comes as well', () => {
    const execution = new Execution(twice).start().send('SPAWN').send('SPAWN');
    expect(execution.did).toEqual(['start only 1']);
    execution.succeed(0, 10).succeed(1, 20);
    expect(execution.state.context).toMatchObject({ done: [10, 20] });
    expect(execution.succeed(0, 30).ignored).toBe('NotOpen');
  });

  test('leaves references to the older one valid: it can be sent to and stopped', () => {
    const execution = new Execution(twice).start().send('REF').send('REF');
    expect(execution.send('TO_FIRST').did).toEqual(['send order-17.0 {"type":"X"}']);
    expect(execution.send('STOP_FIRST').did).toEqual(['stop only 0 left']);
    expect(execution.succeed(1, 20).state.context).toMatchObject({ done: [20] });
  });

  test('makes stopChild by that id stop the newer one', () => {
    const execution = new Execution(twice).start().send('SPAWN').send('SPAWN').send('STOP');
    expect(execution.did).toEqual(['stop only 1 left']);
    expect(execution.succeed(0, 10).state.context).toMatchObject({ done: [10] });
  });

  test('after stopChild starts a new one under the id', () => {
    const execution = new Execution(twice).start().send('SPAWN').send('STOP').send('SPAWN');
    expect(execution.did).toEqual(['start only 1']);
    expect(execution.succeed(0).ignored).toBe('NotOpen');
  });

  test('leaves both to end with their machine', () => {
    const execution = new Execution(twice).start().send('SPAWN').send('SPAWN').send('END');
    expect(execution.did).toEqual(['stop only 1 ended', 'stop only 0 orphaned']);
    expect(execution.state.orphans).toBeUndefined();
  });
});

describe('a system id', () => {
  const spawning = provided.createMachine({
    id: 'm',
    context: { found: null as string | null },
    on: {
      SPAWN: { actions: spawnChild('work', { id: 'a', systemId: 's' }) },
      LOOK: { actions: assign({ found: ({ system }) => system.get('s')?.id ?? null }) },
    },
  });

  test('is free again when its actor has ended', () => {
    const execution = new Execution(spawning).start().send('SPAWN').succeed(0).send('SPAWN');
    expect(execution.did).toEqual(['start a 1']);
    expect(execution.send('LOOK').state.context).toEqual({ found: 'a' });
  });

  test('that an ended actor had may be taken by one that comes before it', () => {
    const two = provided.createMachine({
      id: 'm',
      invoke: [{ src: 'work', id: 'b' }],
      on: {
        A: { actions: spawnChild('work', { id: 'a', systemId: 's' }) },
        Z: { actions: spawnChild('work', { id: 'z', systemId: 's' }) },
      },
    });
    const execution = new Execution(two).start().send('A').succeed(1).send('Z').succeed(2);
    expect(execution.send('A').did).toEqual(['start a 3']);
    expect(execution.send('LOOK').state.status).toBe('active');
  });

  test('is taken while an actor that was orphaned has it', () => {
    const orphaning = provided.createMachine({
      id: 'm',
      on: {
        SPAWN: { actions: spawnChild('work', { id: 'a', systemId: 's' }) },
        ORPHAN: { actions: spawnChild('work', { id: 'a' }) },
      },
    });
    const execution = new Execution(orphaning).start().send('SPAWN').send('ORPHAN').send('SPAWN');
    expect(execution.failure.message).toContain("system ID 's' already exists");
  });

  test.each([
    [
      'of the parent, looked up in an action',
      { on: { GO: { actions: sendTo(({ system }) => system.get('log') as never, { type: 'X' } as never) } } },
    ],
    [
      'of the parent, looked up in enqueueActions',
      { entry: enqueueActions(({ system, enqueue }) => system.get('log') && enqueue.raise({ type: 'X' })) },
    ],
  ])('%s of a grandchild is refused at registration', (_, config) => {
    const grandchild = createMachine({ id: 'grandchild', ...config } as never);
    const middle = createMachine({ id: 'middle', invoke: { src: grandchild } });
    const root = setup({ actors: { work: fromPromise(async () => 1), middle } }).createMachine({
      id: 'root',
      invoke: [{ src: 'work', systemId: 'log' }, { src: 'middle' }],
    });
    expect(() => prepareMachine(root)).toThrow(MachineNotDurableError);
    expect(() => prepareMachine(root)).toThrow(/grandchild > .*system id 'log' of another machine/);
  });

  test('of a child, looked up by its parent, is refused at registration', () => {
    const inner = provided.createMachine({ id: 'inner', invoke: { src: 'work', systemId: 'log' } });
    const root = createMachine({
      id: 'root',
      invoke: { src: inner },
      on: { GO: { actions: sendTo(({ system }) => system.get('log') as never, { type: 'X' } as never) } },
    });
    expect(() => prepareMachine(root)).toThrow(/system id 'log' of another machine/);
  });

  test('looked up in a promise, which runs in another process, is refused at registration', () => {
    const asking = fromPromise(async ({ system }) => system.get('log')?.id);
    const root = setup({ actors: { work: fromPromise(async () => 1), asking } }).createMachine({
      id: 'root',
      invoke: [{ src: 'work', systemId: 'log' }, { src: 'asking' }],
    });
    expect(() => prepareMachine(root)).toThrow(/in a promise, which runs in another process/);
  });

  test('of another machine that is computed fails the machine that looks it up', () => {
    type Looking = { context: { name: string }; system: { get(id: string): unknown } };
    const lookup = (system: Looking['system'], name: string) => system.get(name);
    const inner = createMachine({
      id: 'inner',
      context: ({ input }) => ({ name: (input as { name: string }).name }),
      on: {
        GO: {
          actions: sendTo(({ system, context }: Looking) => lookup(system, context.name) as never, {
            type: 'X',
          } as never),
        },
      },
    });
    const root = setup({ actors: { work: fromPromise(async () => 1), inner } }).createMachine({
      id: 'root',
      invoke: [{ src: 'work', systemId: 'log' }, { src: 'inner' }],
    });
    const prepared = prepareMachines([root]).find(({ id }) => id === 'inner');
    if (!prepared) throw new Error('The inner machine is not registered.');
    const at = { now: 0, actor: { id: 'order-17.1', parent: 'order-17' } };
    const started = stepMachine(prepared, undefined, { type: 'start', input: { name: 'log' } }, at);
    if (started.type !== 'taken') throw new Error('The machine did not start.');
    expect(stepMachine(prepared, started.stored, { type: 'event', event: { type: 'GO' } }, at)).toMatchObject(
      {
        failure: { name: 'SystemIdElsewhereError', message: expect.stringContaining("system.get('log')") },
      },
    );
  });
});
