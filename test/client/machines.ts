import { assign, setup } from 'xstate';
import { activity, worker } from '../../workers/index.ts';

export { approval } from '../support/approval.ts';

/** A task, then a decision that has an hour's time. */
export const claim = setup({
  types: {
    input: {} as { amount: number; notes?: readonly string[] },
    context: {} as { amount: number; assessor: string | null },
    events: {} as { type: 'APPROVE'; by: string } | { type: 'REFUSE' },
    output: {} as { paid: number },
  },
  actors: { assess: worker<{ amount: number }, string>({ timeout: '30s' }) },
}).createMachine({
  id: 'claim',
  version: '4',
  context: ({ input }) => ({ amount: input.amount, assessor: null }),
  initial: 'assessing',
  states: {
    assessing: {
      invoke: {
        src: 'assess',
        input: ({ context }) => ({ amount: context.amount }),
        onDone: { target: 'deciding', actions: assign({ assessor: ({ event }) => event.output }) },
      },
    },
    deciding: {
      after: { 3600000: 'refused' },
      on: { APPROVE: 'approved', REFUSE: 'refused' },
    },
    approved: { type: 'final' },
    refused: { type: 'final' },
  },
  output: ({ context }) => ({ paid: context.amount }),
});

/** Ends with the task; fails when the task does. */
export const quote = setup({
  types: {
    input: {} as { price: number },
    context: {} as { price: number },
    output: {} as { price: number },
  },
  actors: { check: worker<{ price: number }, number>({ timeout: '30s' }) },
}).createMachine({
  id: 'quote',
  context: ({ input }) => ({ price: input.price }),
  initial: 'checking',
  states: {
    checking: {
      invoke: {
        src: 'check',
        input: ({ context }) => ({ price: context.price }),
        onDone: { target: 'done', actions: assign({ price: ({ event }) => event.output }) },
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => ({ price: context.price }),
});

/** Waits for an event and nothing else. */
export const mailbox = setup({}).createMachine({
  id: 'mailbox',
  initial: 'open',
  states: { open: { on: { CLOSE: 'closed' } }, closed: { type: 'final' } },
});

/** One task of an activity, whose output becomes that of the execution. */
export const signature = setup({
  types: { input: {} as { page: number }, context: {} as { page: number; by: string }, output: {} as string },
  actors: { sign: activity<{ page: number }, string>('sign-page') },
}).createMachine({
  id: 'signature',
  context: ({ input }) => ({ page: input.page, by: '' }),
  initial: 'signing',
  states: {
    signing: {
      invoke: {
        src: 'sign',
        input: ({ context }) => ({ page: context.page }),
        onDone: { target: 'signed', actions: assign({ by: ({ event }) => event.output }) },
      },
    },
    signed: { type: 'final' },
  },
  output: ({ context }) => context.by,
});
