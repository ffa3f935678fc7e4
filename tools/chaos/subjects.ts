import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoanInput } from '../../machines/loan.ts';
import type { OrderInput } from '../../machines/order.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { readCaseFile } from '../../workers/examples/loanCases/caseFile.ts';
import { readSampleOrders, sampleOrdersPath } from '../demo/sampleOrders.ts';
import { loggedEnd } from '../loans/loggedOutcome.ts';
import { deliveredOutput, type ParcelInput } from './machines/parcel.ts';

/** An execution to run, and how it must end whatever happens around it. */
export type Subject = {
  readonly executionId: string;
  /** `RUNNING`: it must come to rest in the state and wait for an event there. */
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RUNNING';
  readonly state: string;
  /** Absent where it may be any. */
  readonly output?: Json;
} & (
  | { readonly machine: 'order'; readonly input: OrderInput }
  | { readonly machine: 'loan'; readonly input: LoanInput }
  | { readonly machine: 'parcel' | 'express'; readonly input: ParcelInput }
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

/** So many executions, orders and loans in turn, or orders alone; with chains, every other one is a parcel. */
export async function readSubjects(
  directory: string,
  count: number,
  caseFile: string | undefined,
  hasChains: boolean,
): Promise<readonly Subject[]> {
  if (!hasChains) return readOrdersAndLoans(directory, count, caseFile);
  const parcels = Array.from({ length: Math.floor(count / 2) }, (_, i) => parcelOf(i));
  const others = await readOrdersAndLoans(directory, count - parcels.length, caseFile);
  return others.flatMap((other, i) => [other, ...parcels.slice(i, i + 1)]);
}

/** Every other one has checkpoints. */
function parcelOf(i: number): Subject {
  const machine = i % 2 === 0 ? 'parcel' : 'express';
  const input = { stops: fewestStops + (i % moreStops) };
  const output = deliveredOutput(input);
  return { executionId: `${machine}-${i}`, machine, input, output, status: 'SUCCEEDED', state: 'delivered' };
}

const fewestStops = 4;
const moreStops = 13;

async function readOrdersAndLoans(
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
