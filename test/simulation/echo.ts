import { assign, sendParent, setup } from 'xstate';

/** Says back whatever its parent says. */
export const echo = setup({
  types: { context: {} as { heard: number }, events: {} as { type: 'SAY'; n: number } },
}).createMachine({
  id: 'echo',
  context: { heard: 0 },
  on: {
    SAY: {
      actions: [
        assign({ heard: ({ context }) => context.heard + 1 }),
        sendParent(({ event }) => ({ type: 'HEARD', n: event.n })),
      ],
    },
  },
});
