import type { ExecutionError, ExecutionStatus } from '../../client/index.ts';
import { colouredStatus } from './status.ts';
import { printable, textTable } from './textTable.ts';

/** The outcome of a run; with `--json` as it is. */
export interface RunReport {
  readonly machine: string;
  readonly executions: number;
  /** Those RUNNING wait for an event. */
  readonly status: Readonly<Partial<Record<ExecutionStatus, number>>>;
  readonly seconds: number;
  /** The first of those that did not succeed. */
  readonly problems: readonly {
    readonly executionId: string;
    readonly status: ExecutionStatus;
    readonly error?: ExecutionError;
  }[];
}

export function runLines(report: RunReport, hasColours: boolean): string[] {
  const rows = Object.entries(report.status).map(([status, count]) => [
    status,
    String(count),
    status === 'RUNNING' ? 'wait for an event' : '',
  ]);
  const style = (cell: string, column: number) => (column === 0 ? colouredStatus(cell, hasColours) : cell);
  const problems = report.problems.map(
    ({ executionId, status, error }) =>
      `${printable(executionId)}  ${status}${error ? `  ${printable(`${error.name}: ${error.message}`)}` : ''}`,
  );
  return [
    `${report.executions} executions of ${report.machine} in ${report.seconds} s`,
    ...textTable(['STATUS', 'COUNT', ''], rows, style),
    ...(problems.length > 0 ? ['', ...problems] : []),
  ];
}
