import type { LocalCloud } from '../../local/index.ts';
import { loan } from '../../machines/loan.ts';
import { readCaseFile } from '../../workers/examples/loanCases/caseFile.ts';
import { measureExecutions } from '../bench/measureExecutions.ts';
import { createCloudClients } from '../repository/cloudClients.ts';
import type { ExecutionsRun } from '../repository/executionsReport.ts';
import { type Comparison, compareWithLog } from './compareWithLog.ts';
import { type LoanEnd, loggedEnd } from './loggedOutcome.ts';

export interface LoansOptions {
  readonly cloud: LocalCloud;
  /** The bank's case file. */
  readonly file: string;
  /** Runs the first so many cases only. */
  readonly limit: number;
  readonly onProgress: (progress: { readonly atRest: number; readonly started: number }) => void;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export type LoansResult = ExecutionsRun & Comparison;

/**
 * Runs an execution for each case of the file and compares each with the log.
 *
 * @throws CaseFileError, UnknownCourseError, WaitTimeoutError
 */
export async function runLoans(options: LoansOptions): Promise<LoansResult> {
  const { cloud, file, limit, onProgress, timeoutMs, signal, now } = options;
  const { starter, follower, startUnits } = createCloudClients(cloud);
  const logged = new Map<string, LoanEnd>();
  const startedAt = now();
  await follower.waitForAll(loan, starter.startMany(loan, starts(file, limit, logged)), {
    timeoutMs,
    signal,
    onProgress: ({ executions, open }) => onProgress({ atRest: executions - open, started: executions }),
  });
  const seconds = (now() - startedAt) / 1000;
  await cloud.settled();
  const measured = await measureExecutions(cloud, logged.size, startUnits());
  return { machine: loan.id, seconds, measured, ...(await compareWithLog(follower, logged)) };
}

/** An execution's id is its case's. */
async function* starts(file: string, limit: number, logged: Map<string, LoanEnd>) {
  for await (const { caseId, amount, activities } of readCaseFile(file)) {
    if (logged.size >= limit) return;
    logged.set(caseId, loggedEnd(caseId, activities));
    yield { executionId: caseId, input: { caseId, amount } };
  }
}
