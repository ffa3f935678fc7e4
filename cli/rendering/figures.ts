const labelWidth = 28;
const cellWidth = 10;

/** A line of a table: what, and numbers or words about it. */
export function row(label: string, ...cells: readonly string[]): string {
  const [first = '', ...rest] = cells;
  return [
    '  ',
    label.padEnd(labelWidth),
    first.padStart(cellWidth),
    ...rest.map((cell) => `  ${cell.padStart(cellWidth)}`),
  ]
    .join('')
    .trimEnd();
}

/** How often each name is there, the most frequent first. */
export function countBy<Name extends string>(names: Iterable<Name>): ReadonlyMap<Name, number> {
  const counts = new Map<Name, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}
