import { setup } from 'xstate';

/** Waits as long as its input says, and is done. */
export const reminder = setup({
  types: { input: {} as { delayMs: number }, context: {} as { delayMs: number } },
  delays: { given: ({ context }) => context.delayMs },
}).createMachine({
  id: 'reminder',
  context: ({ input }) => ({ delayMs: input.delayMs }),
  initial: 'waiting',
  states: { waiting: { after: { given: 'due' } }, due: { type: 'final' } },
});
