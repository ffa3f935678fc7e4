import { assign, setup } from 'xstate';
import { worker } from '../../workers/worker.ts';
import { noise } from '../support/noise.ts';
import { StoredRig } from '../support/storedRig.ts';

export interface Context {
  readonly input: string;
  readonly output: string;
  readonly note: string;
}

/** Hands its input to a worker, keeps what comes back and what an event brings, and answers with all of it. */
export const archive = setup({
  types: {
    input: {} as { text: string },
    context: {} as Context,
    events: {} as { type: 'NOTE'; text: string },
    output: {} as Context,
  },
  actors: { copy: worker<{ text: string }, { text: string }>({ timeout: '30s' }) },
}).createMachine({
  id: 'archive',
  context: ({ input }) => ({ input: input.text, output: '', note: '' }),
  initial: 'copying',
  states: {
    copying: {
      invoke: {
        src: 'copy',
        input: ({ context }) => ({ text: context.input }),
        onDone: { target: 'noting', actions: assign({ output: ({ event }) => event.output.text }) },
        onError: { target: 'noting', actions: assign({ output: ({ event }) => String(event.error) }) },
      },
    },
    noting: {
      on: { NOTE: { target: 'filed', actions: assign({ note: ({ event }) => event.text }) } },
      after: { 3600000: 'filed' },
    },
    filed: { type: 'final' },
  },
  output: ({ context }) => context,
});

export const mb = 1_000_000;
/** Megabytes where the size is what is tested; elsewhere what goes to the store is enough. */
export const huge = { input: noise(2 * mb, 1), output: noise(2 * mb, 2), note: noise(2 * mb, 3) };
export const [input, output, note] = [noise(150_000, 1), noise(150_000, 2), noise(50_000, 3)];

export async function started(text = input) {
  const stored = new StoredRig([archive]);
  const instance = stored.newInstance();
  await stored.start('archive', 'e', { text });
  await stored.rig.deliver(instance, 'e');
  return { stored, rig: stored.rig, instance };
}

/** As far as it waits for the event. */
export async function noting() {
  const all = await started();
  await all.stored.work(() => ({ text: output }));
  await all.rig.deliver(all.instance, 'e');
  return all;
}
