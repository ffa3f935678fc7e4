import {
  type ListUpdateContent,
  type ListUpdateEntry,
  listUpdateControl,
} from '../core/execution/model/entries.ts';
import { listLimitsOf } from '../core/policy/listLimits.ts';
import { type Attributes, isObject } from './attributes.ts';
import { orderedAttributes, receivedJson } from './orderedJson.ts';

/** The numbers that the item must have. */
export const listUpdateNumbers =
  "the Numbers 'list', 'number' (from 1), 'concurrency' (from 1 to 1000) and 'tolerated'";

export function listUpdateAttributes({ task, number, limits, note }: ListUpdateContent): Attributes {
  return {
    control: { S: listUpdateControl },
    list: { N: String(task) },
    number: { N: String(number) },
    concurrency: { N: String(limits.concurrency) },
    tolerated: { N: String(limits.tolerated) },
    ...(note && orderedAttributes('note', note)),
  };
}

/** Undefined where its numbers are not those of an update. */
export function decodeListUpdate(
  common: { readonly reference: string; readonly at?: string },
  item: Attributes,
): ListUpdateEntry | undefined {
  const [task, number, concurrency, tolerated] = [
    item.list,
    item.number,
    item.concurrency,
    item.tolerated,
  ].map((value) => (value?.N === undefined ? Number.NaN : Number(value.N)));
  const limits = listLimitsOf(concurrency, tolerated);
  if (!isWhole(task, 0) || !isWhole(number, 1) || !limits || limits.concurrency < 1) return undefined;
  const note = item.note && receivedJson(item, 'note');
  return { kind: 'listUpdate', ...common, task, number, limits, ...(isObject(note) && { note }) };
}

function isWhole(value: number | undefined, from: number): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= from;
}
