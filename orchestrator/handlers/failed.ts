import { resultOfFailure } from '../failedInvocation.ts';
import type { Reporter } from '../report.ts';
import { isoTime } from '../table/executionItem.ts';
import type { Table } from '../table/table.ts';

export interface FailedHandlerOptions {
  readonly table: Pick<Table, 'insertResult'>;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly afterBatch: () => void;
}

/**
 * The workers' on-failure destination: a worker that died is known at once. Its attempt gets the result that it could not
 * write itself; one that it has written before wins. Rejects when the table does not take it: Lambda then calls again, and
 * the attempt's deadline finds it at the latest.
 */
export function failedHandler({ table, report, now, afterBatch }: FailedHandlerOptions) {
  return async (record: object): Promise<void> => {
    const { requestPayload, responsePayload } = record as Record<string, unknown>;
    const result = resultOfFailure({ requestPayload, responsePayload }, isoTime(now()));
    if (result) await table.insertResult(result);
    else
      report({ type: 'dropped', executionId: '', error: 'A function failed that was invoked with no task.' });
    afterBatch();
  };
}
