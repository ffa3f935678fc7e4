import { countBy, row } from '../../cli/rendering/figures.ts';
import { type ExecutionsReport, executionsReport, measuredRows } from '../repository/executionsReport.ts';
import type { DemoResult } from './demo.ts';

/** The result as `npm start -- --json` prints it. */
export function demoReport({ ends, ...run }: DemoResult): ExecutionsReport {
  return executionsReport({ ...run, statuses: ends.map(({ status }) => status) });
}

/** The result as a table to read. */
export function demoTable(result: DemoResult, howToLook: readonly string[]): readonly string[] {
  const finalStates = countBy(
    result.ends.map(({ status, finalState }) => `${status.padEnd(11)}${finalState}`),
  );
  return [
    `Executions of '${result.machine}' by final state`,
    ...[...finalStates].map(([state, count]) => row(state, String(count))),
    '',
    ...measuredRows(demoReport(result)),
    '',
    'To look at one of them',
    ...howToLook.map((line) => `  ${line}`),
  ];
}
