import { emit, sendTo, setup } from 'xstate';
import { worker } from '../../workers/index.ts';

/** Emits at its start, at each event and at its end. STUMBLE makes it throw, in a macrostep that follows. */
export const crier = setup({
  types: {
    events: {} as { type: 'CRY'; what: string } | { type: 'STUMBLE' } | { type: 'FALL' } | { type: 'END' },
    emitted: {} as { type: 'cried'; what: string },
  },
}).createMachine({
  id: 'crier',
  version: '3',
  initial: 'walking',
  entry: emit({ type: 'cried', what: 'good morning' }),
  states: {
    walking: {
      on: {
        CRY: { actions: emit(({ event }) => ({ type: 'cried', what: event.what })) },
        STUMBLE: {
          actions: [emit({ type: 'cried', what: 'oh' }), sendTo(({ self }) => self, { type: 'FALL' })],
        },
        FALL: { target: 'lying', actions: emit({ type: 'cried', what: 'never heard' }) },
        END: { target: 'home', actions: emit({ type: 'cried', what: 'good night' }) },
      },
    },
    lying: {
      entry: emit(() => {
        throw new RangeError('it stumbled');
      }),
    },
    home: { type: 'final' },
  },
  output: { slept: true },
});

/** Emits before and after a task. */
export const messenger = setup({
  types: { emitted: {} as { type: 'left' } | { type: 'arrived'; where: string } },
  actors: { walk: worker<{ to: string }, string>({ timeout: '10s', retry: { maxAttempts: 6 } }) },
}).createMachine({
  id: 'messenger',
  initial: 'walking',
  states: {
    walking: {
      entry: emit({ type: 'left' }),
      invoke: {
        src: 'walk',
        input: { to: 'Delft' },
        onDone: {
          target: 'there',
          actions: emit(({ event }) => ({ type: 'arrived', where: event.output })),
        },
      },
    },
    there: { type: 'final' },
  },
});

export const walkWorker = { walk: ({ to }: { to: string }) => to };
