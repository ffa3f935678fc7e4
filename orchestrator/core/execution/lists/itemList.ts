import { createHash } from 'node:crypto';
import type { Json } from '../../data/json.ts';

/** A list to be written before the commit that starts work on it. */
export interface ItemList {
  readonly task: number;
  readonly hash: string;
  readonly pages: readonly (readonly Json[])[];
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
