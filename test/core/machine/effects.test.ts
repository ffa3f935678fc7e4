import { expect, test } from 'vitest';
import { assign, createMachine, emit, fromPromise, log, raise, sendParent, sendTo, setup } from 'xstate';
import { SentFromActionError } from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';

const work = fromPromise(async () => 'done');

test('a custom action runs when a step asks for it, with the context and event of its place', () => {
  const ran: unknown[] = [];
  const machine = setup({
    actions: {
      note: ({ context, event }, params: { at: string }) => ran.push([context, event.type, params]),
    },
  }).createMachine({
    id: 'm',
    context: { n: 0 },
    on: {
      GO: {
        actions: [
          { type: 'note', params: { at: 'first' } },
          assign({ n: 1 }),
          { type: 'note', params: { at: 'last' } },
        ],
      },
    },
  });
  const { effects } = new Execution(machine).start().send('GO');
  expect(ran).toEqual([]);
  expect(effects).toMatchObject([
    { type: 'action', name: 'note', params: { at: 'first' } },
    { type: 'action', name: 'note', params: { at: 'last' } },
  ]);
  for (const effect of effects) if (effect.type === 'action') effect.run();
  expect(ran).toEqual([
    [{ n: 0 }, 'GO', { at: 'first' }],
    [{ n: 1 }, 'GO', { at: 'last' }],
  ]);
});

test('a custom action that sends after its step fails with the reason', () => {
  const machine = createMachine({
    id: 'm',
    on: { GO: { actions: ({ self }) => self.send({ type: 'LATE' }) } },
  });
  const [action] = new Execution(machine).start().send('GO').effects;
  expect(action?.type === 'action' && action.run).toThrow(SentFromActionError);
});

test('emit and log give what they evaluate to', () => {
  const machine = createMachine({
    id: 'm',
    context: { n: 3 },
    on: {
      GO: {
        actions: [
          emit(({ context }) => ({ type: 'told', n: context.n })),
          log(({ context }) => context.n, 'n'),
          log('plain'),
        ],
      },
    },
  });
  expect(new Execution(machine).start().send('GO').effects).toEqual([
    { type: 'log', label: 'n', value: 3 },
    { type: 'log', label: undefined, value: 'plain' },
    { type: 'emit', event: { type: 'told', n: 3 } },
  ]);
});

test('a step lists actions first, then tasks, timers and messages, as XState does', () => {
  const machine = setup({ actors: { work }, actions: { note: () => undefined } }).createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: { invoke: { src: 'work', id: 'old' }, on: { GO: 'b' } },
      b: {
        entry: [emit({ type: 'told' }), 'note', sendParent({ type: 'UP' })],
        invoke: { src: 'work', id: 'new' },
      },
    },
  });
  const execution = new Execution(machine, { id: 'order-17.1', parent: 'order-17' }).start().send('GO');
  expect(execution.did).toEqual([
    'action note',
    'stop old 0 left',
    'emit {"type":"told"}',
    'send order-17 {"type":"UP"}',
    'start new 1',
  ]);
});

test('at the start, children come before the actions', () => {
  const machine = setup({ actors: { work }, actions: { note: () => undefined } }).createMachine({
    id: 'm',
    entry: 'note',
    invoke: { src: 'work', id: 'w' },
  });
  expect(new Execution(machine).start().did).toEqual(['start w 0', 'action note']);
});

test('what a machine sends to itself is the next macrostep of the same step', () => {
  const machine = createMachine({
    id: 'm',
    context: { met: [] as string[] },
    on: {
      GO: { actions: [sendTo(({ self }) => self, { type: 'SENT' }), raise({ type: 'RAISED' })] },
      '*': { actions: assign({ met: ({ context, event }) => [...context.met, event.type] }) },
    },
  });
  expect(new Execution(machine).start().send('GO').state.context).toEqual({ met: ['RAISED', 'SENT'] });
});

test('self.getSnapshot() in a guard is the state before the step', () => {
  const machine = createMachine({
    id: 'm',
    context: { seen: null as unknown },
    initial: 'a',
    states: {
      a: { on: { GO: { target: 'b', actions: assign({ seen: ({ self }) => self.getSnapshot().value }) } } },
      b: {},
    },
  });
  expect(new Execution(machine).start().send('GO').state.context).toEqual({ seen: 'a' });
});
