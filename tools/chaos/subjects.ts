import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoanInput } from '../../machines/loan.ts';
import type { OrderInput } from '../../machines/order.ts';
import { readCaseFile } from '../../workers/examples/loanCases/caseFile.ts';
import { readSampleOrders, sampleOrdersPath } from '../demo/sampleOrders.ts';
import { loggedEnd } from '../loans/loggedOutcome.ts';

/** An execution to run, and how it must end whatever happens around it. */
export type Subject = {
  readonly executionId: string;
  /** `RUNNING`: it must come to rest in the state and wait for an event there. */
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RUNNING';
  readonly state: string;
} & (
  | { readonly machine: 'order'; readonly input: OrderInput }
  | { readonly machine: 'loan'; readonly input: LoanInput }
);

/** The bank's case file, beside the repository; undefined where there is none. */
export async function findCaseFile(directory: string): Promise<string | undefined> {
  for (const up of ['..', '../..']) {
    const path = join(directory, up, 'shared/data/loan-applications.ndjson.gz');
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** So many executions, orders and loans in turn, or orders alone. */
export async function readSubjects(
  directory: string,
  count: number,
  caseFile: string | undefined,
): Promise<readonly Subject[]> {
  const loanCount = caseFile === undefined ? 0 : Math.floor(count / 2);
  const loans = caseFile === undefined ? [] : await readLoans(caseFile, loanCount);
  const orders = await readOrders(directory, count - loans.length);
  return orders.flatMap((order, i) => [order, ...loans.slice(i, i + 1)]);
}

async function readOrders(directory: string, count: number): Promise<Subject[]> {
  const samples = await readSampleOrders(join(directory, sampleOrdersPath));
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => {
    const sample = samples[i % samples.length];
    if (!sample) return [];
    const { status, finalState } = sample.expect;
    const executionId = `${sample.executionId}-${Math.floor(i / samples.length)}`;
    const input = { ...sample.input, orderId: executionId };
    return [{ executionId, machine: 'order' as const, input, status, state: finalState }];
  });
}

async function readLoans(file: string, count: number): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for await (const { caseId, amount, activities } of readCaseFile(file)) {
    if (subjects.length === count) break;
    const { outcome, state } = loggedEnd(caseId, activities);
    const status = outcome === 'open' ? 'RUNNING' : 'SUCCEEDED';
    subjects.push({ executionId: caseId, machine: 'loan', input: { caseId, amount }, status, state });
  }
  return subjects;
}
