import { createHash } from 'node:crypto';
import type { Json } from '../../data/json.ts';
import type { ErrorData } from '../../data/thrown.ts';
import { type ResolvedEachOptions, resolveEachOptions, toleratedCount } from '../../policy/eachOptions.ts';

/** A list to be written before the commit that starts work on it. */
export interface ItemList {
  readonly task: number;
  readonly hash: string;
  readonly pages: readonly (readonly Json[])[];
}

/** The list that the input of an `each` describes, or the error in it. */
export type EachRequest =
  | {
      readonly type: 'items';
      readonly items: readonly Json[];
      readonly concurrency: number;
      readonly tolerated: number;
    }
  | { readonly type: 'invalid'; readonly error: ErrorData };

/** Name of the error with which an `each` fails whose input is not a list. */
export const invalidItemsErrorName = 'Millrace.InvalidItems';

/** Its input is a list, or an object with `items` and options for this list alone. */
export function eachRequest(input: Json | undefined, options: ResolvedEachOptions): EachRequest {
  const given = typeof input === 'object' && input !== null && 'items' in input ? input : undefined;
  const items = given ? given.items : input;
  if (!Array.isArray(items)) {
    return invalid(
      "The input of each() is a list, or an object whose 'items' is a list; this one is neither.",
    );
  }
  try {
    const { concurrency, tolerateFailures } = resolveEachOptions({
      concurrency: numberOr(given?.concurrency, options.concurrency),
      tolerateFailures: toleranceOr(given?.tolerateFailures, options.tolerateFailures),
    });
    const tolerated = toleratedCount(tolerateFailures, items.length);
    return { type: 'items', items, concurrency, tolerated };
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error));
  }
}

function invalid(message: string): EachRequest {
  return { type: 'invalid', error: { name: invalidItemsErrorName, message } };
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return value === undefined ? otherwise : Number(value);
}

function toleranceOr(
  value: Json | undefined,
  otherwise: ResolvedEachOptions['tolerateFailures'],
): ResolvedEachOptions['tolerateFailures'] {
  if (value === undefined) return otherwise;
  return typeof value === 'number' ? value : (String(value) as `${number}%`);
}

/** Items of a page, at most; and characters of a page's JSON, which is compressed where it is stored. */
export const largestPage = 200;
const longestPage = 300_000;

/** The list in pages of one size, so that an item's page follows from its index. */
export function itemListOf(
  task: number,
  items: readonly Json[],
): { readonly list: ItemList; readonly pageSize: number } {
  const texts = items.map((item) => JSON.stringify(item));
  let pageSize = largestPage;
  while (pageSize > 1 && longest(texts, pageSize) > longestPage) pageSize = Math.ceil(pageSize / 2);
  const hash = createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16);
  return { list: { task, hash, pages: pagesOf(items, pageSize) }, pageSize };
}

function longest(texts: readonly string[], pageSize: number): number {
  return Math.max(
    0,
    ...pagesOf(texts, pageSize).map((page) => page.reduce((sum, { length }) => sum + length, 0)),
  );
}

function pagesOf<T>(items: readonly T[], pageSize: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / pageSize) }, (_, page) =>
    items.slice(page * pageSize, (page + 1) * pageSize),
  );
}
