import { parseExactJson } from '../../orchestrator/core/data/exactJson.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { NotSerializableError, received } from '../../orchestrator/core/data/serializable.ts';
import type { ListFormat } from '../../orchestrator/core/policy/listFiles.ts';
import { linesOf } from '../../orchestrator/store/lines.ts';
import {
  InvalidObjectKeyError,
  ObjectNotFoundError,
  type ObjectStore,
  ObjectTooLargeError,
} from '../../orchestrator/store/objectStore.ts';
import { parseCsvRow } from './csv.ts';
import { ItemReaderError } from './itemReaderError.ts';

/** A JSON file is taken into memory as a whole; the others are read line by line. */
const maximumJsonBytes = 64 * 1024 * 1024;

/**
 * The items of a file, read as they are taken.
 *
 * @throws ItemReaderError where the file is not there, too large, or not what its format says
 * @throws StoreUnavailableError
 */
export async function* readItems(
  store: ObjectStore,
  key: string,
  format: ListFormat,
): AsyncGenerator<Json, void, undefined> {
  try {
    yield* itemsIn[format](store, key);
  } catch (error) {
    const isOfFile = [ObjectNotFoundError, ObjectTooLargeError, InvalidObjectKeyError].some(
      (type) => error instanceof type,
    );
    if (isOfFile && error instanceof Error) throw new ItemReaderError(error.message, { cause: error });
    throw error;
  }
}

const itemsIn = { json: jsonItems, ndjson: ndjsonItems, csv: csvItems } as const;

async function* jsonItems(store: ObjectStore, key: string): AsyncGenerator<Json, void, undefined> {
  const text = Buffer.from(await store.get(key, maximumJsonBytes)).toString('utf8');
  const items = parsed(text.replace(byteOrderMark, ''), key);
  if (!Array.isArray(items)) throw new ItemReaderError(`The file '${key}' holds no JSON array.`);
  yield* items;
}

async function* ndjsonItems(store: ObjectStore, key: string): AsyncGenerator<Json, void, undefined> {
  let number = 0;
  for await (const text of textsOf(store, key)) {
    number++;
    if (text.trim() !== '') yield parsed(text, `${key}:${number}`);
  }
}

/** Every row is an object of texts, by the names in the first row. https://www.rfc-editor.org/rfc/rfc4180 */
async function* csvItems(store: ObjectStore, key: string): AsyncGenerator<Json, void, undefined> {
  let names: readonly string[] | undefined;
  let number = 0;
  let begun = '';
  for await (const text of textsOf(store, key)) {
    number++;
    const row = parseCsvRow(begun + text);
    if (hasLoneCarriageReturn(begun + text)) {
      throw new ItemReaderError(
        `${key}:${number} has a line end of '\\r' alone: end lines with '\\n' or '\\r\\n'.`,
      );
    }
    if (!row) {
      // A line end within quotes is part of the field.
      begun += `${text}\n`;
      continue;
    }
    begun = '';
    if (row.length === 1 && row[0] === '') continue;
    if (!names) {
      const twice = row.find((name, i) => row.indexOf(name) < i);
      if (twice !== undefined) {
        throw new ItemReaderError(`${key}:${number} names the column '${twice}' twice: rename one of them.`);
      }
      names = row;
      continue;
    }
    if (row.length !== names.length) {
      throw new ItemReaderError(
        `${key}:${number} has ${row.length} fields, and the first row has ${names.length}.`,
      );
    }
    yield Object.fromEntries(names.map((name, i) => [name, row[i] ?? '']));
  }
  if (begun !== '') throw new ItemReaderError(`${key} ends within a quoted field.`);
}

const byteOrderMark = /^\uFEFF/;

/** The lines of a file without what some editors put before the first. */
async function* textsOf(store: ObjectStore, key: string): AsyncGenerator<string, void, undefined> {
  let isFirst = true;
  for await (const { text } of linesOf(store, key)) {
    yield isFirst ? text.replace(byteOrderMark, '') : text;
    isFirst = false;
  }
}

/** A carriage return within quotes is part of the field. */
function hasLoneCarriageReturn(text: string): boolean {
  return text.includes('\r') && text.replaceAll(/"[^"]*(?:"|$)/g, '').includes('\r');
}

function parsed(text: string, where: string): Json {
  let value: Json;
  try {
    value = parseExactJson(text, where);
  } catch (error) {
    if (error instanceof NotSerializableError) throw new ItemReaderError(error.message);
    throw new ItemReaderError(
      `${where} is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  try {
    received(value, where);
  } catch (error) {
    throw new ItemReaderError(error instanceof Error ? error.message : String(error));
  }
  return value;
}
