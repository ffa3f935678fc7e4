import {
  type ExecutionDescription,
  type ExecutionStatus,
  type MillraceClient,
  waitsOnlyForEvents,
} from '../../client/index.ts';
import { mapConcurrently } from '../../client/mapConcurrently.ts';
import type { loan } from '../../machines/loan.ts';
import { type LoanEnd, type LoanOutcome, loanOutcomes } from './loggedOutcome.ts';

export type OutcomeCounts = Readonly<Record<LoanOutcome, number>>;

export interface Comparison {
  /** Status of each execution. */
  readonly statuses: readonly ExecutionStatus[];
  /** Outcomes of the executions. */
  readonly outcomes: OutcomeCounts;
  /** Outcomes in the bank's log. */
  readonly logged: OutcomeCounts;
  /** Cases whose execution and log do not agree, each in a sentence. */
  readonly differences: readonly string[];
}

const readsAtATime = 16;

/** Reads the execution of every case, and holds each against the log. */
export async function compareWithLog(
  client: Pick<MillraceClient, 'describe'>,
  logged: ReadonlyMap<string, LoanEnd>,
): Promise<Comparison> {
  const statuses: ExecutionStatus[] = [];
  const outcomes = noOutcomes();
  const differences: string[] = [];
  const read = (caseId: string) => client.describe<typeof loan>(caseId);
  for await (const execution of mapConcurrently(logged.keys(), readsAtATime, read)) {
    statuses.push(execution.status);
    const end = endOf(execution);
    if (end) outcomes[end.outcome] += 1;
    const expected = logged.get(execution.executionId);
    if (end && end.outcome === expected?.outcome && end.state === expected.state) continue;
    const actual = end
      ? `${end.outcome} in state ${end.state}`
      : `${execution.status} ${execution.error?.message ?? ''}`;
    differences.push(
      `case ${execution.executionId} is ${actual}; the log says ${expected?.outcome} in state ${expected?.state}`,
    );
  }
  const loggedOutcomes = noOutcomes();
  for (const { outcome } of logged.values()) loggedOutcomes[outcome] += 1;
  return { statuses, outcomes, logged: loggedOutcomes, differences };
}

/** Undefined for an execution that has gone wrong. */
function endOf(execution: ExecutionDescription<typeof loan>): LoanEnd | undefined {
  const { status, state, output } = execution;
  const name = typeof state === 'string' ? state : JSON.stringify(state ?? null);
  if (waitsOnlyForEvents(execution)) return { outcome: 'open', state: name };
  if (status === 'SUCCEEDED' && output) return { outcome: output.outcome, state: name };
  return undefined;
}

function noOutcomes(): Record<LoanOutcome, number> {
  return Object.fromEntries(loanOutcomes.map((outcome) => [outcome, 0])) as Record<LoanOutcome, number>;
}
