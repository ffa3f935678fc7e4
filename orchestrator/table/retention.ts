import { type Execution, hasEnded } from '../core/execution/model/execution.ts';
import { renewalAt } from '../core/execution/model/renewal.ts';
import { retentionOf } from '../core/policy/retention.ts';
import type { Attributes } from './attributes.ts';
import { attribute, neverMs, sortKey } from './schema.ts';

/** How the table is laid out and how long its items are kept. */
export interface TableLayout {
  /** Partitions that each index group is spread over. */
  readonly indexShards: number;
  /** Days that items are kept; an execution a week longer, from its end. Absent: for ever. */
  readonly retentionDays?: number;
}

/** An `execution` item outlives the journal that it was made of: what comes late must not begin it again. */
const executionGraceDays = 7;
const daySeconds = 86_400;

/** Seconds since the epoch, as DynamoDB's time to live wants it. */
export function expiresAt(layout: TableLayout, now: number): number | undefined {
  return layout.retentionDays === undefined
    ? undefined
    : Math.floor(now / 1000) + layout.retentionDays * daySeconds;
}

/** Expiry of an `execution` item whose journal was written or renewed by a time. */
export function executionExpiresAt(layout: TableLayout, now: number): number | undefined {
  const expiry = expiresAt(layout, now);
  return expiry === undefined ? undefined : expiry + executionGraceDays * daySeconds;
}

/** In milliseconds since the epoch. An item without such an attribute, or with an invalid one, is kept for ever. */
export function expiryOf(item: Attributes): number | undefined {
  const seconds = Number(item[attribute.expiresAt]?.N);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/** Expired items count as absent: DynamoDB deletes them when it gets to it, and in any order. */
export function isExpired(item: Attributes, now: number): boolean {
  const expiry = expiryOf(item);
  return expiry !== undefined && expiry <= now;
}

/** An execution whose items are read, as far as that decides which of them count; undefined where it has not begun. */
export type Owner = Pick<Execution, 'status'> | undefined;

/** The items that count: an execution that goes on needs all that are there, even if its renewal is late. */
export function countedItems(
  items: readonly Attributes[],
  execution: Owner,
  now: number,
): readonly Attributes[] {
  return execution && !hasEnded(execution.status) ? items : items.filter((item) => !isExpired(item, now));
}

/** Whether an ended execution may have expired, by when it ended: some are kept for longer, for their parents. */
export function mayHaveExpired(endedAt: string | undefined, layout: TableLayout, now: number): boolean {
  const expiry = executionExpiresAt(layout, Date.parse(endedAt ?? ''));
  return expiry !== undefined && expiry * 1000 <= now;
}

/** An item without an expiry is kept for ever. */
export function expiresBefore(item: Attributes, before: number): boolean {
  return (expiryOf(item) ?? Number.POSITIVE_INFINITY) < before + graceOf(item);
}

/** Milliseconds by which an `execution` item outlives the rest. */
export function graceOf(item: Attributes): number {
  return item[attribute.item]?.S === sortKey.execution ? executionGraceDays * daySeconds * 1000 : 0;
}

/** When the clock has to wake an execution for the sake of its data. */
export function dataRenewalAt(execution: Execution, { retentionDays }: TableLayout): number {
  return renewalAt(execution, retentionOf(retentionDays)) ?? neverMs;
}
