import type { Json } from '../../data/json.ts';
import { MillraceError } from '../../errors/millraceError.ts';
import { type ItemsAddress, pageOf } from '../../policy/itemPages.ts';

/** Pages of lists that a step was given, by {@link pageName}. */
export type KnownPages = ReadonlyMap<string, readonly Json[]>;

export interface PageAddress {
  readonly items: ItemsAddress;
  readonly page: number;
}

export function pageAt(items: ItemsAddress, index: number): PageAddress {
  return { items, page: pageOf(items, index).page };
}

export function pageName({ items: { executionId, task, hash }, page }: PageAddress): string {
  return `${executionId}/${task}/${hash}/${page}`;
}

/** Thrown within a step that comes to an item which it does not have: it can be taken again with the page. */
export class PageNeeded extends MillraceError {
  override readonly code = 'PageNeeded';
  override readonly name = 'PageNeeded';
  readonly address: PageAddress;
  constructor(address: PageAddress) {
    super(`The step needs page ${address.page} of the list of task ${address.items.task}.`);
    this.address = address;
  }
}
