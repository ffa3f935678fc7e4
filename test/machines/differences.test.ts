import { describe, expect, it } from 'vitest';
import type { ExecutionDescription, MillraceClient } from '../../client/index.ts';
import { differencesOf, type ExecutionEnd } from '../../tools/demo/differences.ts';
import type { SampleOrder } from '../../tools/demo/sampleOrders.ts';
import { compareWithLog } from '../../tools/loans/compareWithLog.ts';
import type { LoanEnd } from '../../tools/loans/loggedOutcome.ts';

describe('sample orders against their executions', () => {
  const input = {
    orderId: 'o-1',
    sku: 'desk-lamp',
    quantity: 1,
    amount: 4900,
    card: 'card-1f2e-4242',
    email: 'ada@example.com',
    country: 'NL',
  };
  const orders: SampleOrder[] = [
    { executionId: 'o-1', input, expect: { status: 'SUCCEEDED', finalState: 'shipped' } },
  ];
  const shipped: ExecutionEnd = { executionId: 'o-1', status: 'SUCCEEDED', finalState: 'shipped' };

  it('agree on status and final state', () => {
    expect(differencesOf(orders, [shipped])).toEqual([]);
  });

  it.each<[string, ExecutionEnd[]]>([
    [
      'o-1 ended SUCCEEDED declined, and must end SUCCEEDED shipped',
      [{ ...shipped, finalState: 'declined' }],
    ],
    ['o-1 ended FAILED shipped, and must end SUCCEEDED shipped', [{ ...shipped, status: 'FAILED' }]],
    ['o-1 has not ended, and must end SUCCEEDED shipped', []],
  ])('differ: %s', (sentence, ends) => {
    expect(differencesOf(orders, ends)).toEqual([sentence]);
  });
});

describe('loan applications against the log', () => {
  const approved = { status: 'SUCCEEDED', state: 'approved', output: { outcome: 'approved' } } as const;
  const open = { status: 'RUNNING', state: 'accepted' } as const;

  it('agree case by case, an open one where it waits for an event only', async () => {
    const comparison = await compare(
      { a: approved, b: open },
      { a: { outcome: 'approved', state: 'approved' }, b: { outcome: 'open', state: 'accepted' } },
    );
    expect(comparison).toMatchObject({
      statuses: ['SUCCEEDED', 'RUNNING'],
      outcomes: { approved: 1, declined: 0, cancelled: 0, open: 1 },
      logged: { approved: 1, declined: 0, cancelled: 0, open: 1 },
      differences: [],
    });
  });

  it('differ though the totals agree', async () => {
    const { outcomes, logged, differences } = await compare(
      { a: approved, b: open },
      { a: { outcome: 'open', state: 'accepted' }, b: { outcome: 'approved', state: 'approved' } },
    );
    expect(outcomes).toEqual(logged);
    expect(differences).toEqual([
      'case a is approved in state approved; the log says open in state accepted',
      'case b is open in state accepted; the log says approved in state approved',
    ]);
  });

  it.each<[string, Partial<ExecutionDescription>]>([
    ['open elsewhere', { ...open, state: 'finalized' }],
    ['still at work', { ...open, tasks: [{ task: 1, worker: 'decideActivity', attempt: 1 }] }],
    ['failed', { status: 'FAILED', state: 'accepted' }],
  ])('differ where an application that is open in the log is %s', async (_, execution) => {
    const { differences } = await compare({ a: execution }, { a: { outcome: 'open', state: 'accepted' } });
    expect(differences).toHaveLength(1);
  });
});

function compare(executions: Record<string, Partial<ExecutionDescription>>, logged: Record<string, LoanEnd>) {
  const describeExecution = async (executionId: string) => ({
    executionId,
    machine: 'loan',
    status: 'RUNNING',
    tasks: [],
    children: [],
    timers: [],
    version: 1,
    ...executions[executionId],
  });
  const client = { describe: describeExecution as MillraceClient['describe'] };
  return compareWithLog(client, new Map(Object.entries(logged)));
}
