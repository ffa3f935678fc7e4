import { createMachine, fromPromise } from 'xstate';
import { type PreparedMachine, prepareMachine } from './prepare.ts';
import type { EachSource } from './sources.ts';

/** Id of the machine whose executions work on the long lists of an `each`. */
export function listMachineId(machine: string, src: string): string {
  return `${machine}.${src}`;
}

/**
 * The machines that work on the long lists of a machine's `each` actors. Each has one state, which runs the actor, and its
 * output says what came of the list.
 */
export function prepareListMachines(owner: PreparedMachine): readonly PreparedMachine[] {
  return [...owner.sources].flatMap(([src, source]) =>
    source.kind === 'each' ? [prepareListMachine(owner, src, { ...source, isOfPart: true })] : [],
  );
}

function prepareListMachine(owner: PreparedMachine, src: string, source: EachSource): PreparedMachine {
  const definition = createMachine({
    id: listMachineId(owner.id, src),
    version: owner.version,
    initial: 'working',
    states: {
      working: { invoke: { src, input: ({ event }) => event.input, onDone: 'done' } },
      done: { type: 'final', output: ({ event }) => event.output },
    },
    output: ({ event }) => event.output,
  }).provide({ actors: { [src]: fromPromise(() => Promise.resolve()) } });
  return {
    ...prepareMachine(definition),
    sources: new Map([[src, source]]),
    sourceOf: () => source,
    taskSourceOf: () => source.item,
    listsOf: owner.id,
  };
}
