import type { DefinitionReport } from '../../asl/index.ts';

/** What `millrace asl check` says of one file. */
export function aslReportLines(file: string, report: DefinitionReport): readonly string[] {
  const { problems, resources, price } = report;
  const features = new Map<string, number>();
  for (const { feature } of resources) features.set(feature, (features.get(feature) ?? 0) + 1);
  const calls = [...features].map(([feature, count]) =>
    count === 1 ? feature : `${feature} (${count} states)`,
  );
  return [
    `${file}: ${report.runs ? 'runs' : 'does not run'}`,
    ...problems.flatMap(({ severity, line, column, pointer, message, remedy }) => [
      `  ${severity}${line === undefined ? '' : ` ${line}:${column}`} ${pointer}`,
      `    ${message}. To correct it, ${remedy}.`,
    ]),
    ...(calls.length > 0 ? [`  calls ${calls.join(', ')}`] : []),
    ...(price
      ? [
          `  a million executions: ${usd(price.millrace)} here, ${usd(price.standard)} on Standard, ${usd(price.express)} on Express`,
          `    (${price.counts.transitions} states on the longest path, ${price.counts.tasks} of them tasks)`,
        ]
      : []),
  ];
}

function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}
