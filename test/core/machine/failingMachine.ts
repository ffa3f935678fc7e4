import { createMachine } from 'xstate';

/** Fails on GO in state `a`, by what is put into its places. */
export function machineWith(parts: { root?: object; transition?: object; c?: object }) {
  return createMachine({
    id: 'm',
    initial: 'a',
    context: { n: 1 },
    ...parts.root,
    states: {
      a: { on: { GO: { target: 'b', ...parts.transition } } },
      b: { type: 'final' },
      c: parts.c ?? {},
    },
  } as never);
}
