import { lambda } from 'millrace/workers';
import { assign, setup } from 'xstate';

interface InvoiceInput {
  readonly how: string;
  readonly amount: number;
}

/** Has an invoice issued by a function that knows nothing of Millrace. */
export const bill = setup({
  types: {
    input: {} as InvoiceInput,
    context: {} as InvoiceInput & { invoice: unknown; failure: string },
    output: {} as { invoice: unknown; failure: string },
  },
  actors: {
    issue: lambda<InvoiceInput, { total: number; key: string } | null>('issue-invoice', {
      timeout: '4s',
      retry: { errors: ['CardDeclined'], maxAttempts: 2, interval: '200ms' },
    }),
  },
}).createMachine({
  id: 'bill',
  version: '1',
  context: ({ input }) => ({ ...input, invoice: null, failure: '' }),
  initial: 'issuing',
  states: {
    issuing: {
      invoke: {
        src: 'issue',
        input: ({ context: { how, amount } }) => ({ how, amount }),
        onDone: { target: 'done', actions: assign({ invoice: ({ event }) => event.output }) },
        onError: {
          target: 'done',
          actions: assign({
            failure: ({ event }) => {
              const { name, message } = event.error as Error;
              return `${name}: ${message}`;
            },
          }),
        },
      },
    },
    done: { type: 'final' },
  },
  output: ({ context: { invoice, failure } }) => ({ invoice, failure }),
});
