import { inspect } from 'node:util';
import { isError, messageOfError } from '../core/data/describeThrown.ts';
import { errorNameOf } from '../core/data/errorName.ts';

/** The execution that a report is about; machine and version where they are known. */
interface Of {
  readonly executionId: string;
  readonly machine?: string;
  readonly machineVersion?: string;
}

/**
 * Something that an operator should know and that is not in the table. Nothing is reported for a step that went
 * well.
 */
export type Report =
  /** An entry of the machine's `log` action. */
  | (Of & { readonly type: 'log'; readonly label?: string; readonly value: unknown })
  /** A plain function action threw. It runs after the commit, so the execution goes on. */
  | (Of & {
      readonly type: 'actionFailed';
      readonly action: string;
      readonly error: string;
      readonly stack?: string;
    })
  /** Items of this execution cannot be decided on; they stay in the table. */
  | { readonly type: 'dropped'; readonly executionId: string; readonly error: string }
  | (Of & { readonly type: 'waiting'; readonly error: string })
  | (Of & { readonly type: 'dispatchFailed'; readonly worker: string; readonly error: string })
  /** Work outside that nothing waits for any more may go on: its worker could not be invoked, or could not cancel it. */
  | (Of & { readonly type: 'cancelFailed'; readonly worker: string; readonly error: string })
  /** A batch that the event source had given up was caught up, execution by execution. */
  | { readonly type: 'recovered'; readonly batch: string; readonly executions: number }
  /** A sweep of the failure bucket could not recover this batch; the next one tries again. */
  | { readonly type: 'batchLeft'; readonly batch: string; readonly error: string }
  /** The wake function failed as a whole; what is due is found again by the next look. */
  | { readonly type: 'wakeFailed'; readonly error: string }
  /** The bus did not take events of this execution; they are published again. */
  | { readonly type: 'busFailed'; readonly executionId: string; readonly error: string }
  | { readonly type: 'tableFailed'; readonly executionId: string; readonly error: string }
  | { readonly type: 'consumedCapacity'; readonly writeUnits: number; readonly readUnits: number };

export type Reporter = (report: Report) => void;

/** One line of JSON a report, for CloudWatch Logs. */
export function consoleReporter(write: (line: string) => void = (line) => console.log(line)): Reporter {
  return (report) => write(line(report));
}

/** A machine can log anything, and a report must not fail because of its subject. */
function line(report: Report): string {
  try {
    return JSON.stringify({ millrace: report.type, ...report, type: undefined });
  } catch {
    return JSON.stringify({ millrace: report.type, text: inspect(report, { depth: 4 }) });
  }
}

/** One line for people, whatever was thrown: an error by the name of its class, as everywhere. */
export function describeError(error: unknown): string {
  try {
    return isError(error) ? `${errorNameOf(error)}: ${messageOfError(error)}` : inspect(error, { depth: 1 });
  } catch {
    return 'Something was thrown that cannot be read.';
  }
}
