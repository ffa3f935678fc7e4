import { describe, expectTypeOf, it } from 'vitest';
import { loan } from '../../machines/loan.ts';
import { order } from '../../machines/order.ts';
import {
  type ExecutionEntry,
  type Expectation,
  type TestCloud,
  type TestWorkers,
  testCloud,
  type WorkerInput,
  type WorkerName,
  type WorkerOutput,
} from '../../testing/index.ts';

type Loan = typeof loan;
type Order = typeof order;
type JsonMachine = { readonly id: 'ping' };

// The type checker fails on these; at run time there is nothing to do.
describe('a test of a machine compiles', () => {
  it('only with the names, inputs and outputs of its workers', () => {
    expectTypeOf<WorkerName<Loan>>().toEqualTypeOf<'decideActivity'>();
    expectTypeOf<WorkerName<Order>>().toEqualTypeOf<
      'reserveStock' | 'releaseStock' | 'charge' | 'label' | 'confirm'
    >();
    expectTypeOf<WorkerInput<Order, 'charge'>>().toEqualTypeOf<{
      readonly card: string;
      readonly amount: number;
    }>();
    expectTypeOf<{ trackingId: string }>().toExtend<WorkerOutput<Order, 'label'>>();
    expectTypeOf<{
      worker: 'decideActivity';
      output: { next: 'A_ACCEPTED' };
    }>().toExtend<ExecutionEntry<Loan>>();
    expectTypeOf<{ worker: 'decideActivity'; output: { next: 'A_LOST' } }>().not.toExtend<
      ExecutionEntry<Loan>
    >();
    expectTypeOf<{ worker: 'decide'; output: { next: 'A_ACCEPTED' } }>().not.toExtend<ExecutionEntry<Loan>>();
    expectTypeOf<{ tasks: [{ worker: 'decide' }] }>().not.toExtend<Expectation<Loan>>();
  });

  it('only with its input and its events', () => {
    expectTypeOf<{ start: { caseId: string; amount: number } }>().toExtend<ExecutionEntry<Loan>>();
    expectTypeOf<{ start: { caseId: string } }>().not.toExtend<ExecutionEntry<Loan>>();
    expectTypeOf<{ event: { type: 'CANCEL' } }>().toExtend<ExecutionEntry<Loan>>();
    expectTypeOf<{ event: { type: 'CANCELED' } }>().not.toExtend<ExecutionEntry<Loan>>();
    expectTypeOf<{ type: 'CANCEL' }>().toExtend<Parameters<TestCloud<Loan>['send']>[1]>();
    expectTypeOf<{ type: 'CANCELED' }>().not.toExtend<Parameters<TestCloud<Loan>['send']>[1]>();
  });

  it('only with its states, its context and its output', () => {
    expectTypeOf<{ state: { closing: { approval: 'decided' } } }>().toExtend<Expectation<Loan>>();
    expectTypeOf<{ state: 'closed' }>().not.toExtend<Expectation<Loan>>();
    expectTypeOf<{ context: { amount: number } }>().toExtend<Expectation<Loan>>();
    expectTypeOf<{ context: { amount: string } }>().not.toExtend<Expectation<Loan>>();
    expectTypeOf<{ output: { outcome: 'approved' } }>().toExtend<Expectation<Loan>>();
    expectTypeOf<{ output: { outcome: 'lost' } }>().not.toExtend<Expectation<Loan>>();
    expectTypeOf<'closed'>().not.toExtend<Parameters<TestCloud<Loan>['runUntil']>[1]>();
  });

  it('only with workers that its machines have, which take and answer what they have', () => {
    type Workers = TestWorkers<Loan | Order>;
    expectTypeOf<Workers>().toHaveProperty('decideActivity');
    expectTypeOf<Workers>().toHaveProperty('reserveStock');
    expectTypeOf<keyof Workers>().toEqualTypeOf<WorkerName<Loan> | WorkerName<Order>>();
    expectTypeOf<{ decideActivity: () => { next: null } }>().toExtend<Workers>();
    expectTypeOf<{ decideActivity: () => Promise<{ next: null }> }>().toExtend<Workers>();
    expectTypeOf<{ decideActivity: () => number }>().not.toExtend<Workers>();
    expectTypeOf<{ decideActivity: (input: { amount: Date }) => { next: null } }>().not.toExtend<Workers>();
    expectTypeOf<'decide'>().not.toExtend<Parameters<TestCloud<Loan>['inject']>[0]>();
  });

  it('and keeps the literals that a worker answers', () => {
    testCloud([loan], { decideActivity: () => ({ next: 'A_DECLINED' }) });
    testCloud([loan], {
      decideActivity: async ({ after }) => ({ next: after === 'A_SUBMITTED' ? 'A_PARTLYSUBMITTED' : null }),
    });
    testCloud([loan, order], {
      decideActivity: async () => ({ next: 'A_DECLINED' }),
      charge: ({ card }) => ({ receiptId: card }),
    });
    // @ts-expect-error A_LOST is not an activity.
    testCloud([loan], { decideActivity: () => ({ next: 'A_LOST' }) });
  });

  it('with any names where the machine is JSON alone', () => {
    expectTypeOf<WorkerName<JsonMachine>>().toEqualTypeOf<string>();
    expectTypeOf<{ worker: 'anything'; output: 1 }>().toExtend<ExecutionEntry<JsonMachine>>();
  });
});
