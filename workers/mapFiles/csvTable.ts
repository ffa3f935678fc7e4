import type { Json } from '../../orchestrator/core/data/json.ts';
import { ItemReaderError } from '../lists/itemReaderError.ts';

const delimiters: ReadonlyMap<Json | undefined, string> = new Map([
  [undefined, ','],
  ['COMMA', ','],
  ['PIPE', '|'],
  ['SEMICOLON', ';'],
  ['SPACE', ' '],
  ['TAB', '\t'],
]);

/** @throws ItemReaderError */
export function delimiterOf(name: Json | undefined): string {
  const delimiter = delimiters.get(name);
  if (delimiter !== undefined) return delimiter;
  throw new ItemReaderError(
    `CSVDelimiter is ${JSON.stringify(name)}, and may be ${[...delimiters.keys()].slice(1).join(', ')}.`,
  );
}

/** @throws ItemReaderError */
export function headersOf(given: Json | undefined): readonly string[] {
  if (!Array.isArray(given) || given.length === 0) throw new ItemReaderError('There are no CSV headers.');
  const headers = given.map(String);
  if (new Set(headers).size < headers.length)
    throw new ItemReaderError('CSV headers cannot contain duplicates.');
  return headers;
}

/** As Step Functions has it: a field that is missing is empty, and one too many is left out. */
export function rowAsItem(headers: readonly string[], row: readonly string[]): Json {
  return Object.fromEntries(headers.map((name, place) => [name, row[place] ?? '']));
}

/** The rows of a text. A line of nothing at all is none. https://www.rfc-editor.org/rfc/rfc4180 */
export function csvRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  const endRow = () => {
    row.push(field);
    if (row.length > 1 || field !== '') rows.push(row);
    row = [];
    field = '';
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else isQuoted = false;
    } else if (character === '"' && field === '') isQuoted = true;
    else if (character === delimiter) {
      row.push(field);
      field = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r' || text[at + 1] !== '\n') field += character;
  }
  if (isQuoted) throw new ItemReaderError('The file ends within a quoted field.');
  if (row.length > 0 || field !== '') endRow();
  return rows;
}
