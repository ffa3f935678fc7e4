import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../core/data/json.ts';
import {
  exceptionsOf,
  exceptionsText,
  type ItemTask,
  type PartsReport,
  type RunningList,
} from '../core/execution/lists/runningList.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { isFailureList } from '../core/policy/thresholdError.ts';
import { type Attributes, isObject, jsonAttribute, jsonOf, textOf } from './attributes.ts';

/**
 * The lists that an execution works on. They are part of every commit, so what differs for each item is text of a few
 * bytes:
 *
 *     open        `<indexes>#<attempt>@<time>~<cause>;…`   in flight: indexes `0-19,23`, deadline; `+` for `@`: dispatched
 *                                                          then. Times in base 36, ms since the execution's start.
 *                                                          After the time, where they apply: `!h<time>` a sign of life
 *                                                          is due, `!b<n>` the last one, `!s<time>` it must have begun,
 *                                                          `!w` the result comes from elsewhere, `!r<n>.<n>` retries
 *     exceptions  `17s2,45f3,50t1`                         done otherwise than by a first attempt that succeeded:
 *                                                          s succeeded, f failed, t timed out, and the attempt
 *
 * A cause that is another item's result is `.<index>#<attempt>`, and `#1` is left out everywhere.
 */
export function listsAttribute(
  of: Pick<Execution, 'executionId' | 'startedAt'>,
  lists: readonly RunningList[],
  textAttribute: (text: string) => AttributeValue = (text) => ({ S: text }),
): AttributeValue {
  return { L: lists.map((list) => ({ M: listAttributes(of, list, textAttribute) })) };
}

function listAttributes(
  of: Pick<Execution, 'executionId' | 'startedAt'>,
  list: RunningList,
  textAttribute: (text: string) => AttributeValue,
): Attributes {
  const {
    task,
    worker,
    first,
    count,
    items,
    parts,
    results,
    isDelegated,
    concurrency,
    tolerated,
    updates,
    next,
    open,
    exceptions,
  } = list;
  const map: Attributes = {
    id: { N: String(task) },
    worker: { S: worker },
    count: { N: String(count) },
    items: { S: items.hash },
    pageSize: { N: String(items.pageSize) },
    concurrency: { N: String(concurrency) },
    next: { N: String(next) },
  };
  if (first > 0) map.first = { N: String(first) };
  if (isDelegated) map.isDelegated = { BOOL: true };
  if (parts) map.parts = partsAttribute(parts);
  if (tolerated > 0) map.tolerated = { N: String(tolerated) };
  if (updates !== undefined) map.updates = { N: String(updates) };
  if (items.executionId !== of.executionId) map.itemsOf = { S: items.executionId };
  if (items.store !== undefined) map.itemsAt = { S: items.store };
  if (results !== undefined) map.results = { S: results };
  if (items.task !== task) map.itemsTask = { N: String(items.task) };
  if (open.length > 0) map.open = textAttribute(openText(of.startedAt, task, open));
  if (exceptions.length > 0) map.exceptions = textAttribute(exceptionsText(exceptions));
  return map;
}

export function listsOf(
  of: Pick<Execution, 'executionId' | 'startedAt'>,
  value: AttributeValue,
): RunningList[] | undefined {
  const lists = (value.L ?? []).flatMap((each) => runningListOf(of, each.M ?? {}) ?? []);
  return lists.length > 0 && lists.length === value.L?.length ? lists : undefined;
}

function runningListOf(
  of: Pick<Execution, 'executionId' | 'startedAt'>,
  map: Attributes,
): RunningList | undefined {
  const { id, worker, count, items, pageSize, concurrency, next } = map;
  if (id?.N === undefined || worker?.S === undefined || items?.S === undefined) return undefined;
  const task = Number(id.N);
  const open = map.open ? openOf(of.startedAt, task, worker.S, textOf(map.open)) : [];
  const exceptions = map.exceptions ? exceptionsOf(textOf(map.exceptions)) : [];
  const parts = map.parts && partsOf(jsonOf(map.parts));
  const numbers = [count, pageSize, concurrency, next].map((attribute) => Number(attribute?.N));
  if (!open || !exceptions || numbers.some(Number.isNaN)) return undefined;
  return {
    task,
    worker: worker.S,
    first: Number(map.first?.N ?? 0),
    count: Number(count?.N),
    items: {
      executionId: map.itemsOf?.S ?? of.executionId,
      task: Number(map.itemsTask?.N ?? task),
      hash: items.S,
      pageSize: Number(pageSize?.N),
      ...(map.itemsAt?.S !== undefined && { store: map.itemsAt.S }),
    },
    concurrency: Number(concurrency?.N),
    tolerated: Number(map.tolerated?.N ?? 0),
    next: Number(next?.N),
    open,
    exceptions,
    ...(map.updates?.N !== undefined && { updates: Number(map.updates.N) }),
    ...(parts && { parts }),
    ...(map.results?.S !== undefined && { results: map.results.S }),
    ...(map.isDelegated?.BOOL === true && { isDelegated: true }),
  };
}

/** The cause is text: the keys of a map have no order, and a replay has to see those of the first run. */
function partsAttribute({ cause, errors, ...counts }: PartsReport): AttributeValue {
  const causeText = cause === undefined ? undefined : JSON.stringify(cause);
  return jsonAttribute({
    ...counts,
    errors: errors.map((error) => ({ ...error })),
    ...(causeText !== undefined && { causeText }),
  });
}

function partsOf(value: Json): PartsReport | undefined {
  if (!isObject(value)) return undefined;
  const { done, failed, errors, cause: formerCause, causeText } = value;
  const cause = typeof causeText === 'string' ? (JSON.parse(causeText) as Json) : formerCause;
  return typeof done === 'number' && typeof failed === 'number' && isFailureList(errors)
    ? {
        done,
        failed,
        errors: errors.map(({ index, name, message }) => ({ index, name, message })),
        ...(cause !== undefined && { cause }),
      }
    : undefined;
}

/** Attempts that differ in nothing but the item share an entry. */
function openText(startedAt: number, task: number, open: readonly ItemTask[]): string {
  const groups = new Map<string, number[]>();
  for (const item of open) {
    const { deadline, dispatchAt } = item;
    const since = (at: number) => (at - startedAt).toString(36);
    const time =
      dispatchAt !== undefined
        ? `+${since(dispatchAt)}`
        : deadline === undefined
          ? '@'
          : `@${since(deadline)}`;
    const key = `${attemptText(item.attempt)}${time}${marksText(item, since)}~${causeText(task, item.cause)}`;
    const indexes = groups.get(key);
    if (indexes) indexes.push(item.index);
    else groups.set(key, [item.index]);
  }
  return [...groups].map(([key, indexes]) => rangesText(indexes) + key).join(';');
}

function openOf(startedAt: number, task: number, worker: string, text: string): ItemTask[] | undefined {
  const open: ItemTask[] = [];
  for (const group of text.split(';')) {
    const match = /^([\d,-]+)(?:#(\d+))?([@+])(-?[0-9a-z]+)?((?:![a-z][0-9a-z.-]*)*)~(.*)$/.exec(group);
    if (!match) return undefined;
    const [, ranges = '', attempt = '1', kind, time, marks = '', from = ''] = match;
    const at = (text: string) => startedAt + Number.parseInt(text, 36);
    const times = {
      ...(time !== undefined && (kind === '@' ? { deadline: at(time) } : { dispatchAt: at(time) })),
      ...marksOf(marks, at),
    };
    const cause = causeOf(task, from);
    for (const index of indexesOf(ranges)) {
      open.push({ task, worker, index, attempt: Number(attempt), cause, ...times });
    }
  }
  return open.sort((a, b) => a.index - b.index);
}

/**
 * The marks that few attempts have: when a sign of life is due, the last one, when it must have begun, retries by
 * policy.
 */
function marksText(item: ItemTask, since: (at: number) => string): string {
  const { heartbeatAt, beat, startBy, waitsForResult, retries } = item;
  const marks: string[] = [];
  if (heartbeatAt !== undefined) marks.push(`!h${since(heartbeatAt)}`);
  if (beat !== undefined) marks.push(`!b${beat}`);
  if (startBy !== undefined) marks.push(`!s${since(startBy)}`);
  if (waitsForResult) marks.push('!w');
  if (retries !== undefined) marks.push(`!r${retries.join('.')}`);
  return marks.join('');
}

function marksOf(text: string, at: (text: string) => number): Partial<ItemTask> {
  const marks = new Map(text.split('!').map((mark) => [mark.slice(0, 1), mark.slice(1)]));
  const [heartbeatAt, beat, startBy, retries] = ['h', 'b', 's', 'r'].map((letter) => marks.get(letter));
  return {
    ...(heartbeatAt !== undefined && { heartbeatAt: at(heartbeatAt) }),
    ...(beat !== undefined && { beat: Number(beat) }),
    ...(startBy !== undefined && { startBy: at(startBy) }),
    ...(marks.has('w') && { waitsForResult: true }),
    ...(retries !== undefined && { retries: retries.split('.').map(Number) }),
  };
}

function attemptText(attempt: number): string {
  return attempt === 1 ? '' : `#${attempt}`;
}

function causeText(task: number, cause: string): string {
  const own = `task#${task}.`;
  if (!cause.startsWith(own)) return encodeURIComponent(cause);
  return `.${cause.slice(own.length).replace(/#1$/, '')}`;
}

function causeOf(task: number, text: string): string {
  if (!text.startsWith('.')) return decodeURIComponent(text);
  return `task#${task}${text}${text.includes('#') ? '' : '#1'}`;
}

function rangesText(indexes: readonly number[]): string {
  const ranges: { readonly from: number; to: number }[] = [];
  for (const index of indexes) {
    const last = ranges.at(-1);
    if (last && last.to + 1 === index) last.to = index;
    else ranges.push({ from: index, to: index });
  }
  return ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join();
}

function indexesOf(ranges: string): number[] {
  return ranges.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
