import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import * as xstate from 'xstate';
import { prepareMachine } from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';

const require = createRequire(import.meta.url);

/** XState as a bundle would have it that was built apart from the orchestrator: the same code, other classes. */
function anotherCopy(): typeof xstate {
  for (const path of Object.keys(require.cache)) if (path.includes('/xstate/')) delete require.cache[path];
  return require('xstate');
}

test('a machine that brings its own copy of XState is stepped as any other', () => {
  const copy = anotherCopy();
  expect(copy.StateMachine).not.toBe(xstate.StateMachine);
  const work = copy.fromPromise(async () => 'done');
  const machine = copy.setup({ actors: { work } }).createMachine({
    id: 'm',
    initial: 'a',
    context: ({ spawn }) => ({ ref: spawn('work', { id: 'w' }), n: 0 }),
    states: {
      a: { invoke: { src: 'work', id: 'i', onDone: { target: 'b', actions: copy.assign({ n: 1 }) } } },
      b: { entry: copy.sendTo(({ context }) => context.ref, { type: 'PING' }), after: { 10: 'c' } },
      c: { type: 'final' },
    },
  });
  const execution = new Execution(machine).start();
  expect(execution.did).toEqual(['start w 0', 'start i 1']);
  expect(execution.succeed(1).did).toEqual(['send order-17.0 {"type":"PING"}']);
  expect(execution.timer(10).state).toMatchObject({ status: 'done', context: { n: 1 } });
});

test('what such a machine cannot do durably is refused as well', () => {
  const copy = anotherCopy();
  const machine = copy.createMachine({ id: 'm', invoke: { src: copy.fromCallback(() => undefined) } });
  expect(() => prepareMachine(machine)).toThrow(/fromCallback lives in one process/);
});

test('a machine that it invokes is one', () => {
  const copy = anotherCopy();
  const child = copy.createMachine({ id: 'child', version: '7' });
  const machine = copy.createMachine({ id: 'm', invoke: { src: child } });
  expect(prepareMachine(machine).sourceOf('inline:0.m')).toMatchObject({
    kind: 'machine',
    machine: 'child',
    version: '7',
  });
});
