import type { ExecutionStatus } from '../../client/index.ts';
import type { SampleOrder } from './sampleOrders.ts';

/** How an execution ended. */
export interface ExecutionEnd {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  /** State of its machine: a final one, or the one that it failed in. */
  readonly finalState: string;
}

/** Orders that did not end as the sample file says, each in a sentence. */
export function differencesOf(orders: readonly SampleOrder[], ends: readonly ExecutionEnd[]): string[] {
  const endOf = new Map(ends.map((end) => [end.executionId, end]));
  return orders.flatMap(({ executionId, expect }) => {
    const end = endOf.get(executionId);
    if (end?.status === expect.status && end.finalState === expect.finalState) return [];
    const ended = end === undefined ? 'has not ended' : `ended ${end.status} ${end.finalState}`;
    return [`${executionId} ${ended}, and must end ${expect.status} ${expect.finalState}`];
  });
}
