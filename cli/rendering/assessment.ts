import type { Assessment, MonthlyCost } from '../../asl/index.ts';
import { textTable } from './textTable.ts';

const columns: readonly (readonly [head: string, costOf: (month: MonthlyCost) => number])[] = [
  ['TODAY', ({ today }) => today],
  ['HERE', ({ here }) => here],
  ['NUDGED', ({ ways }) => ways.nudge],
  ['IN CHAINS', ({ ways }) => ways.chain],
  ['SAVES', ({ saves }) => saves],
];

/** State machines with their costs, a total, and the reasons why some do not run. */
export function assessmentLines(assessments: readonly Assessment[]): readonly string[] {
  const known = assessments.flatMap(({ month }) => month ?? []);
  const rows = assessments.map(({ name, type, runs, month }) => [
    name,
    type,
    runs ? 'yes' : 'no',
    ...(month
      ? [
          Math.round(month.executions).toLocaleString('en-US'),
          `${transitionsFrom(month)}${Math.round(month.transitions).toLocaleString('en-US')}`,
          ...columns.map(([, costOf]) => usd(costOf(month))),
        ]
      : ['-', '-', ...columns.map(() => '-')]),
  ]);
  const head = ['MACHINE', 'TYPE', 'RUNS', 'EXECUTIONS', 'TRANSITIONS', ...columns.map(([name]) => name)];
  const total = columns.map(([, costOf]) => usd(known.reduce((sum, month) => sum + costOf(month), 0)));
  const sums = known.length > 0 ? [['total', '', '', '', '', ...total]] : [];
  const isEstimated = known.some((month) => month.isEstimated);
  const isSampled = known.some((month) => month.sampled !== undefined);
  return [
    ...textTable(head, [...rows, ...sums]),
    '',
    ...assessments.flatMap(({ name, missing }) => missing.map((reason) => `${name} does not run: ${reason}`)),
    'Costs are for a month, by the list prices of us-east-1 (docs/reference/cost.md).',
    ...(isSampled
      ? ["'sampled': the mean transitions of the newest finished executions, for each execution."]
      : []),
    ...(isEstimated ? ["'about': the transitions of the longest path, for each execution."] : []),
  ];
}

function transitionsFrom({ isEstimated, sampled }: MonthlyCost): string {
  if (isEstimated) return 'about ';
  return sampled === undefined ? '' : 'sampled ';
}

function usd(amount: number): string {
  return `${amount < 0 ? '-' : ''}$${Math.abs(amount).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
