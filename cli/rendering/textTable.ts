/** Cells that a terminal would act on (escape sequences, line breaks) are shown as what they are. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to be made visible
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => JSON.stringify(char).slice(1, -1));
}

/** Columns as wide as their widest cell; the last is not padded. Styles are applied after padding. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: (cell: string, column: number) => string = (cell) => cell,
): string[] {
  const cells = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row, rowNumber) =>
    row
      .map((cell, column) => {
        const padding = column === head.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - cell.length);
        return (rowNumber === 0 ? cell : style(cell, column)) + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
