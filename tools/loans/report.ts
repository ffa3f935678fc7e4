import { row } from '../../cli/rendering/figures.ts';
import type { MemoryOverTime } from '../bench/processMemory.ts';
import { type ExecutionsReport, executionsReport, measuredRows } from '../repository/executionsReport.ts';
import type { OutcomeCounts } from './compareWithLog.ts';
import { loanOutcomes } from './loggedOutcome.ts';
import type { LoansResult } from './runLoans.ts';

/** The result as `npm run loans -- FILE --json` prints it. */
export interface LoansReport extends ExecutionsReport {
  readonly outcomes: OutcomeCounts;
}

export function loansReport(result: LoansResult): LoansReport {
  return { ...executionsReport(result), outcomes: result.outcomes };
}

/** The result as a table to read. */
export function loansTable(result: LoansResult, memory: MemoryOverTime | undefined): readonly string[] {
  const { outcomes, logged, differences } = result;
  const agree = differences.length === 0 ? 'All cases agree.' : `${differences.length} cases do not agree.`;
  return [
    row(`${result.measured.executions} applications`, 'executions', 'log'),
    ...loanOutcomes.map((outcome) => row(outcome, String(outcomes[outcome]), String(logged[outcome]))),
    agree,
    '',
    ...measuredRows(loansReport(result)),
    ...(memory
      ? [
          '',
          "The orchestrator's memory",
          row('in the first quarter', mb(memory.firstMb)),
          row('in the last quarter', mb(memory.lastMb)),
        ]
      : []),
  ];
}

function mb(size: number): string {
  return `${size.toFixed(0)} MB`;
}
