import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createActor, createMachine } from 'xstate';
import { prepareMachine } from '../../../orchestrator/core/machine/index.ts';
import { Execution } from './execution.ts';

/** States of a name: among others, within a parallel state, and remembered by a history state. */
const machineOf = (name: string): AnyStateMachine =>
  createMachine({
    id: 'm',
    initial: 'b',
    states: Object.fromEntries([
      ['b', { on: { GO: '#plain', PARALLEL: 'p', REMEMBER: 'q' } }],
      [name, { id: 'plain', initial: 'i', on: { BACK: 'b' }, states: { i: { on: { NEXT: 'j' } }, j: {} } }],
      [
        'p',
        {
          type: 'parallel',
          on: { BACK: 'b' },
          states: Object.fromEntries([
            [name, { id: 'region', initial: 'u', states: { u: { on: { NEXT: 'v' } }, v: {} } }],
            ['z', {}],
          ]),
        },
      ],
      [
        'q',
        {
          initial: 'w',
          on: { OUT: 'r' },
          states: Object.fromEntries([
            ['w', { on: { NEXT: '#remembered' } }],
            [name, { id: 'remembered' }],
            ['h', { type: 'history', history: 'deep' }],
          ]),
        },
      ],
      ['r', { on: { BACK: '#m.q.h' } }],
    ]) as never,
  });

const paths = [
  ['GO', 'NEXT', 'BACK', 'GO'],
  ['PARALLEL', 'NEXT', 'BACK', 'PARALLEL'],
  ['REMEMBER', 'NEXT', 'OUT', 'BACK'],
];

function valuesInXState(machine: AnyStateMachine, events: readonly string[]): unknown[] {
  const actor = createActor(machine).start();
  return [
    actor.getSnapshot().value,
    ...events.map((type) => {
      actor.send({ type });
      return actor.getSnapshot().value;
    }),
  ];
}

function valuesStored(machine: AnyStateMachine, events: readonly string[]): unknown[] {
  const execution = new Execution(machine).start();
  return [execution.state.value, ...events.map((type) => execution.send(type).state.value)];
}

describe('a state whose name has a meaning in the paths of XState', () => {
  it.each([
    ...['.', '', '*', '.a', 'a.', 'b.i', '\\', 'a\\.b', 'm', 'm.b', 'xstate.x', ' ', '0', '(machine)'],
    ...['constructor', 'toString', 'length', '$actor', '\ud800', 'a\u0000', 'x'.repeat(3000)],
  ])('%j: runs as in XState', (name) => {
    for (const path of paths) {
      expect(valuesStored(machineOf(name), path)).toEqual(valuesInXState(machineOf(name), path));
    }
  });

  it.each(['#', '#a', '#m.b', '__proto__'])('%j: is refused at registration, with its path', (name) => {
    const problem = new RegExp(`- states\\.${name.replace('.', '\\.')}: XState .* Instead: `);
    expect(() => prepareMachine(machineOf(name))).toThrow(problem);
    expect(() => prepareMachine(machineOf(name))).toThrow(new RegExp(`- states\\.q\\.states\\.${name}`));
  });
});

it('what becomes part of an item is text that UTF-8 can hold', () => {
  const half = '\ud800';
  const refused = /half of a surrogate pair/;
  expect(() => prepareMachine(createMachine({ id: half }))).toThrow(refused);
  expect(() => prepareMachine(createMachine({ id: 'm', version: half }))).toThrow(refused);
  expect(() => prepareMachine({ id: 'm', invoke: { src: half } })).toThrow(refused);
});
