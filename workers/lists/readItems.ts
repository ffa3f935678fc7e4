import type { Json } from '../../orchestrator/core/json.ts';
import type { ListFormat } from '../../orchestrator/core/listFiles.ts';
import { linesOf } from '../../orchestrator/store/lines.ts';
import type { ObjectStore } from '../../orchestrator/store/objectStore.ts';
import { parseCsvRow } from './csv.ts';
import { ItemReaderError } from './itemReaderError.ts';

/** A JSON file is taken into memory as a whole; the others are read line by line. */
const maximumJsonBytes = 64 * 1024 * 1024;

/**
 * The items of a file, read as they are taken.
 *
 * @throws ItemReaderError where the file is not what its format says
 * @throws ObjectNotFoundError, ObjectTooLargeError, StoreUnavailableError
 */
export async function* readItems(
  store: ObjectStore,
  key: string,
  format: ListFormat,
): AsyncGenerator<Json, void, undefined> {
  switch (format) {
    case 'json':
      yield* jsonItems(store, key);
      return;
    case 'ndjson':
      yield* ndjsonItems(store, key);
      return;
    case 'csv':
      yield* csvItems(store, key);
      return;
  }
}

async function* jsonItems(store: ObjectStore, key: string): AsyncGenerator<Json, void, undefined> {
  const text = Buffer.from(await store.get(key, maximumJsonBytes)).toString('utf8');
  const items = parsed(text, key);
  if (!Array.isArray(items)) throw new ItemReaderError(`The file '${key}' holds no JSON array.`);
  yield* items;
}

async function* ndjsonItems(store: ObjectStore, key: string): AsyncGenerator<Json, void, undefined> {
  let number = 0;
  for await (const { text } of linesOf(store, key)) {
    number++;
    if (text.trim() !== '') yield parsed(text, `${key}:${number}`);
  }
}

/** Every row is an object of texts, by the names in the first row. https://www.rfc-editor.org/rfc/rfc4180 */
async function* csvItems(store: ObjectStore, key: string): AsyncGenerator<Json, void, undefined> {
  let names: readonly string[] | undefined;
  let number = 0;
  let begun = '';
  for await (const { text } of linesOf(store, key)) {
    number++;
    const row = parseCsvRow(begun + text);
    if (!row) {
      // A line end within quotes is part of the field.
      begun += `${text}\n`;
      continue;
    }
    begun = '';
    if (row.length === 1 && row[0] === '') continue;
    if (!names) {
      names = row.map((name, i) => (i === 0 ? name.replace(/^\uFEFF/, '') : name));
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

function parsed(text: string, where: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new ItemReaderError(
      `${where} is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
