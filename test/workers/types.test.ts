import { describe, expectTypeOf, it } from 'vitest';
import { type InputFrom, type OutputFrom, setup } from 'xstate';
import type { WorkerInput, WorkerOutput } from '../../testing/index.ts';
import { defineWorker, each, type Task, withPolicy, worker } from '../../workers/index.ts';

interface Charge {
  readonly amount: number;
}

interface Receipt {
  readonly receiptId: string;
}

const handler = defineWorker(async ({ amount }: Charge): Promise<Receipt> => ({ receiptId: `r-${amount}` }));
const plain = ({ amount }: Charge, _: Task): Receipt => ({ receiptId: `r-${amount}` });
const withoutInput = defineWorker(() => 7);
const asks = defineWorker(async (_: { readonly question: string }) => {});

// The type checker fails on these; at run time there is nothing to do.
describe('a worker takes its types', () => {
  it('from its handler', () => {
    const charge = worker<typeof handler>({ timeout: '30s' });
    expectTypeOf<InputFrom<typeof charge>>().toEqualTypeOf<Charge>();
    expectTypeOf<OutputFrom<typeof charge>>().toEqualTypeOf<Receipt>();
  });

  it('from a plain function', () => {
    const charge = worker<typeof plain>();
    expectTypeOf<InputFrom<typeof charge>>().toEqualTypeOf<Charge>();
    expectTypeOf<OutputFrom<typeof charge>>().toEqualTypeOf<Receipt>();
  });

  it('from a handler that takes no input, which any input fits', () => {
    const seven = worker<typeof withoutInput>();
    expectTypeOf<InputFrom<typeof seven>>().toEqualTypeOf<unknown>();
    expectTypeOf<OutputFrom<typeof seven>>().toEqualTypeOf<number>();
  });

  it('from the two types themselves', () => {
    const charge = worker<Charge, Receipt>();
    expectTypeOf<InputFrom<typeof charge>>().toEqualTypeOf<Charge>();
    expectTypeOf<OutputFrom<typeof charge>>().toEqualTypeOf<Receipt>();
    const either = worker<'a' | 'b', boolean>();
    expectTypeOf<InputFrom<typeof either>>().toEqualTypeOf<'a' | 'b'>();
    expectTypeOf<OutputFrom<typeof either>>().toEqualTypeOf<boolean>();
    const anything = worker();
    expectTypeOf<InputFrom<typeof anything>>().toEqualTypeOf<unknown>();
    expectTypeOf<OutputFrom<typeof anything>>().toEqualTypeOf<unknown>();
  });

  it('from its handler, and the output from elsewhere', () => {
    const approve = worker<typeof asks, { readonly approved: boolean }>({ waitForResult: true });
    expectTypeOf<InputFrom<typeof approve>>().toEqualTypeOf<{ readonly question: string }>();
    expectTypeOf<OutputFrom<typeof approve>>().toEqualTypeOf<{ readonly approved: boolean }>();
  });

  it('and passes them on through withPolicy, each and the machine', () => {
    const charge = worker<typeof handler>();
    const patient = withPolicy(charge, { timeout: '10m' });
    expectTypeOf<InputFrom<typeof patient>>().toEqualTypeOf<Charge>();
    const chargeAll = each(charge);
    expectTypeOf<OutputFrom<typeof chargeAll>>().toEqualTypeOf<Receipt[]>();
    const machine = setup({ actors: { charge } }).createMachine({
      invoke: { src: 'charge', input: { amount: 4 } },
    });
    expectTypeOf<WorkerInput<typeof machine, 'charge'>>().toEqualTypeOf<Charge>();
    expectTypeOf<WorkerOutput<typeof machine, 'charge'>>().toEqualTypeOf<Receipt>();
    setup({ actors: { charge } }).createMachine({
      // @ts-expect-error The amount is a number.
      invoke: { src: 'charge', input: { amount: '4' } },
    });
  });
});
