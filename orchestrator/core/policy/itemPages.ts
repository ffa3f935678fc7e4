import { createHash } from 'node:crypto';
import type { Json } from '../data/json.ts';

/** A list to be written before the commit that starts work on it. */
export interface ItemList {
  readonly task: number;
  readonly hash: string;
  readonly pages: readonly (readonly Json[])[];
}

/** Where the items of a list are: in pages, items of their own in the table, which no commit writes again. */
export interface ItemsAddress {
  /** The execution in whose partition they are. */
  readonly executionId: string;
  readonly task: number;
  /** Hash of the list's content: two orchestrators that race with different lists do not overwrite each other's. */
  readonly hash: string;
  /** Items of a page. */
  readonly pageSize: number;
  /** Where they are pages of the object store, cut from a file: the prefix of their keys. */
  readonly store?: string;
}

/** Items of a page, at most. */
export const largestPage = 200;

/**
 * The list in pages of one size, so that an item's page follows from its index.
 *
 * @param longestPage characters of a page's JSON, at most, unless it has one item
 */
export function itemListOf(
  task: number,
  items: readonly Json[],
  longestPage = 300_000,
): { readonly list: ItemList; readonly pageSize: number } {
  const texts = items.map((item) => JSON.stringify(item));
  let pageSize = largestPage;
  while (pageSize > 1 && charactersOf(texts, pageSize) > longestPage) pageSize = Math.ceil(pageSize / 2);
  const hash = createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16);
  return { list: { task, hash, pages: pagesOf(items, pageSize) }, pageSize };
}

/** Characters of the longest page. */
function charactersOf(texts: readonly string[], pageSize: number): number {
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

/** An item's page, and its place there. */
export function pageOf(
  { pageSize }: ItemsAddress,
  index: number,
): { readonly page: number; readonly place: number } {
  return { page: Math.floor(index / pageSize), place: index % pageSize };
}

/** One execution hosts the machines of no more items, and of no more characters of their JSON. */
const mostHosted = { items: largestPage, characters: 100_000 };

/** Machines of items that one execution hosts at a time, of all its lists. */
export const mostHostedMachines = mostHosted.items;

/** Whether a list is worked on by other executions, where machines work on the items. */
export function isLongForMachines(items: readonly Json[]): boolean {
  return items.length > mostHosted.items || charactersIn(items) > mostHosted.characters;
}

/** The list in pages that one execution can host the machines of. */
export function hostedItemListOf(task: number, items: readonly Json[]): ReturnType<typeof itemListOf> {
  return itemListOf(task, items, mostHosted.characters);
}

export function charactersIn(items: readonly Json[]): number {
  return items.reduce<number>((sum, item) => sum + JSON.stringify(item).length, 0);
}
