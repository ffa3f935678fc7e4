import { kindOfError } from '../aws/errorKind.ts';
import { functionNames } from '../configuration/configuration.ts';
import type { FailedChainEvent } from '../contract/recovery.ts';
import { mayPass } from '../core/errors/millraceError.ts';
import { dataLimitErrorName } from '../core/policy/errorNames.ts';
import type { Reporter } from '../observability/report.ts';
import { isoTime } from '../table/executionItem.ts';
import type { JournalWriter } from '../table/table.ts';
import { failedChainOf } from './failedChain.ts';
import { type InvocationRecord, resultOfInvocation } from './failedInvocation.ts';

export interface FailedHandlerOptions {
  readonly table: { readonly journal: Pick<JournalWriter, 'insertResult'> };
  /** Has the recovery function look after the tasks of a chain. */
  readonly endChain: (event: FailedChainEvent) => Promise<void>;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly afterBatch: () => void;
  /** Begins the names of the deployment's own functions. @default '' */
  readonly functionPrefix?: string;
}

/**
 * What Lambda's destinations invoke. A worker that died is known at once: its attempt gets the result that it could not
 * write itself. A chain may have left other tasks than its first, which takes commits: the recovery function makes them. A `lambda()` function has its result written here, whatever it is. One that is there already wins. Rejects when the
 * table does not take it: Lambda then calls again, and the attempt's deadline finds it at the latest.
 */
export function failedHandler(options: FailedHandlerOptions) {
  const { table, endChain, report, now, afterBatch, functionPrefix = '' } = options;
  return async (record: InvocationRecord): Promise<void> => {
    const failedChain = failedChainOf(record);
    if (failedChain) {
      await endChain({ failedChain });
      afterBatch();
      return;
    }
    const result = resultOfInvocation(record, isoTime(now()));
    if (result) {
      await table.journal.insertResult(result).catch((error: unknown) => {
        if (mayPass(kindOfError(error))) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        const failure = {
          name: dataLimitErrorName,
          message: `Function '${result.worker}': ${reason}`,
        };
        return table.journal.insertResult({ ...result, result: { status: 'FAILED', error: failure } });
      });
    } else if (isOwnFailure(record, functionPrefix)) {
      report({ type: 'dropped', executionId: '', error: 'A function failed that was invoked with no task.' });
    }
    afterBatch();
  };
}

/**
 * Others may invoke a function that machines call, too, and the outcome of that is theirs. Only workers among
 * Millrace's own functions have this destination; the prefix alone would not identify them, since it may be empty or
 * begin other names, too.
 */
function isOwnFailure({ requestContext = {} }: InvocationRecord, functionPrefix: string): boolean {
  const { condition, functionArn } = requestContext;
  return (
    condition !== 'Success' &&
    (functionArn?.includes(`:function:${functionNames(functionPrefix).worker('')}`) ?? true)
  );
}
