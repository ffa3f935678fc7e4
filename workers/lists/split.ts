import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import {
  type ListPart,
  mostItemsInPart,
  partInput,
} from '../../orchestrator/core/execution/lists/listPart.ts';
import { toleratedCount } from '../../orchestrator/core/policy/eachOptions.ts';
import { eachFileRequest } from '../../orchestrator/core/policy/eachRequest.ts';
import type { ListFormat } from '../../orchestrator/core/policy/listFiles.ts';
import { isObjectKey, type ObjectStore } from '../../orchestrator/store/objectStore.ts';
import type { StoredJson } from '../../orchestrator/store/storedJson.ts';
import { listPageKey, listPrefix, resultsKey, resultsPrefix } from '../../orchestrator/table/listKeys.ts';
import { ItemReaderError } from './itemReaderError.ts';
import { readItems } from './readItems.ts';

/** The function that dispatches the items of a page reads the whole page into memory. */
const mostPageCharacters = 2_000_000;
const pagesInFlight = 8;

export interface SplitSurroundings {
  readonly store: ObjectStore;
  readonly data: StoredJson;
  readonly executionId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** Cuts a file into pages in the store, and answers the list that they are. */
export async function splitFile(input: Json, to: SplitSurroundings): Promise<JsonObject> {
  const request = eachFileRequest(input, { concurrency: 1, tolerateFailures: 0 });
  if (request.type === 'invalid') throw new ItemReaderError(request.error.message);
  const { file, concurrency, tolerateFailures } = request;
  const key = keyOf(file.items, to.store);
  const results = resultsPrefix(key, to.executionId);
  if (isObjectKey(key) && !isObjectKey(resultsKey(results, 0))) {
    throw new ItemReaderError(
      `'${key}' is too long for its results to be put beside it, under '${results}': rename the file.`,
    );
  }
  const prefix = listPrefix(to.executionId, to.attempt);
  const pages = new Pages(to.data, prefix);
  for await (const item of readItems(to.store, key, file.format ?? formatOf(key))) {
    to.signal.throwIfAborted();
    await pages.add(item);
  }
  await pages.end();
  const part: ListPart = {
    items: { executionId: to.executionId, task: 0, hash: '', pageSize: pages.pageSize, store: prefix },
    first: 0,
    count: pages.count,
    concurrency,
    tolerated: toleratedCount(tolerateFailures, pages.count),
    results,
  };
  return partInput(part);
}

/** Gathers items until a page is full. */
class Pages {
  count = 0;
  pageSize = mostItemsInPart;
  readonly #data: StoredJson;
  readonly #prefix: string;
  #page: Json[] = [];
  #characters = 0;
  #number = 0;
  readonly #writing = new Set<Promise<void>>();

  constructor(data: StoredJson, prefix: string) {
    this.#data = data;
    this.#prefix = prefix;
  }

  async add(item: Json): Promise<void> {
    this.#page.push(item);
    this.count++;
    this.#characters += JSON.stringify(item).length;
    // All pages have the size of the first, so that an item's page follows from its place.
    const isFirstFull = this.#number === 0 && this.#characters > mostPageCharacters;
    if (isFirstFull) this.pageSize = this.#page.length;
    if (this.#page.length === this.pageSize) await this.#write();
  }

  async end(): Promise<void> {
    if (this.#page.length > 0) await this.#write();
    await Promise.all(this.#writing);
  }

  async #write(): Promise<void> {
    const text = JSON.stringify(this.#page);
    const writing = this.#data.write(listPageKey(this.#prefix, this.#number++), text);
    this.#page = [];
    this.#characters = 0;
    const settled = writing.finally(() => this.#writing.delete(settled));
    this.#writing.add(settled);
    if (this.#writing.size >= pagesInFlight) await Promise.race(this.#writing);
  }
}

/** Only what is in the store can be read: an execution's input must not open other doors. */
function keyOf(items: string, store: ObjectStore): string {
  const inStore = `${store.url.replace(/\/$/, '')}/`;
  if (items.startsWith(inStore)) return items.slice(inStore.length);
  if (!items.includes('://')) return items;
  throw new ItemReaderError(`'${items}' is not in the store ${store.url}: put the file there.`);
}

function formatOf(key: string): ListFormat {
  if (/\.(ndjson|jsonl)$/i.test(key)) return 'ndjson';
  if (/\.json$/i.test(key)) return 'json';
  if (/\.csv$/i.test(key)) return 'csv';
  throw new ItemReaderError(
    `The name '${key}' says no format: end it in .ndjson, .json or .csv, or pass format.`,
  );
}
