import { assign, setup } from 'xstate';
import type { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';

export const counter = setup({
  types: { context: {} as { seen: number }, events: {} as { type: 'COUNT' } | { type: 'END' } },
}).createMachine({
  id: 'counter',
  context: { seen: 0 },
  on: { COUNT: { actions: assign({ seen: ({ context }) => context.seen + 1 }) } },
  initial: 'counting',
  states: { counting: { on: { END: 'ended' } }, ended: { type: 'final' } },
});

export const letter = setup({
  actors: { print: worker<undefined, string>({ timeout: '1m', retry: { maxAttempts: 2, interval: '1s' } }) },
}).createMachine({
  id: 'letter',
  initial: 'printing',
  states: { printing: { invoke: { src: 'print', onDone: 'printed' } }, printed: { type: 'final' } },
});

/** From now on the stream brings nothing; answers what lets it bring again what is written from then on. */
export function loseRecords(cloud: SimulatedCloud): () => void {
  const deliver = cloud.table.onInsert;
  cloud.table.onInsert = () => {};
  return () => {
    cloud.table.onInsert = deliver;
  };
}
