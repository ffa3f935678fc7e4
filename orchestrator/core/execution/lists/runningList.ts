import type { Json } from '../../data/json.ts';
import type { ItemsAddress } from '../../policy/itemPages.ts';
import type { ItemFailure } from '../../policy/thresholdError.ts';
import type { OpenTask } from '../model/openTask.ts';

/**
 * A running `each`: one actor of the machine, many tasks. Items are dispatched in their order, so everything before
 * `next` that is not open is done, and what is stored does not grow with the list.
 */
export interface RunningList {
  /** Number of the actor within the execution. */
  readonly task: number;
  /** Name of its actor source in the machine. */
  readonly worker: string;
  /** Its items are those from `first` on, `count` of them: all of the list, or a part of it. */
  readonly first: number;
  readonly count: number;
  readonly items: ItemsAddress;
  readonly concurrency: number;
  /** Items that may fail. */
  readonly tolerated: number;
  /** Number of the last update of its limits. Where one child works on the whole list, the child has the limits. */
  readonly updates?: number;
  /** The first item that was not dispatched yet. */
  readonly next: number;
  /** In flight, or waiting for a retry, by index. */
  readonly open: readonly ItemTask[];
  /** Items that are done and did not succeed with their first attempt, in the order in which they were done. */
  readonly exceptions: readonly ItemOutcome[];
  /** Present where children of the execution work on parts of the list: what they have reported. */
  readonly parts?: PartsReport;
  /** Where the items are a file's: the prefix in the store of what becomes of them. */
  readonly results?: string;
  /** Present where one child, of the actor's own number, works on the whole list. */
  readonly isDelegated?: true;
}

export interface PartsReport {
  /** Items of parts that are done. */
  readonly done: number;
  readonly failed: number;
  /** The first failures. */
  readonly errors: readonly ItemFailure[];
  /** The failure that was one too many in a part, where machines work on the items. */
  readonly cause?: Json;
}

/** An item's task. Its input is in the list. */
export interface ItemTask extends OpenTask {
  readonly index: number;
}

export interface ItemOutcome {
  readonly index: number;
  /** The attempt that decided. */
  readonly attempt: number;
  /**
   * `TIMED_OUT`: it gave no result, or one that came too late. The last two are those of items that were not done when
   * their list failed.
   */
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED' | 'NOT_STARTED';
}

/** The end of an item that was not given up with its list. */
export type DoneStatus = Exclude<ItemOutcome['status'], 'STOPPED' | 'NOT_STARTED'>;

/** The parts of an execution that are awaited. */
export interface Awaited {
  readonly tasks: readonly OpenTask[];
  readonly lists?: readonly RunningList[];
}

export function isItemTask(task: OpenTask): task is ItemTask {
  return task.index !== undefined;
}

/** Every attempt that is awaited: tasks, and tasks of items. */
export function openTasks(execution: Awaited): readonly OpenTask[] {
  const { tasks, lists } = execution;
  return lists === undefined ? tasks : [...tasks, ...lists.flatMap(({ open }) => open)];
}

/** The execution with its open tasks mapped; a task for which there is no other is closed. */
export function withOpenTasks(execution: Awaited, change: (task: OpenTask) => OpenTask | undefined): Awaited {
  const { tasks, lists } = execution;
  return {
    tasks: tasks.flatMap((task) => change(task) ?? []),
    ...(lists && {
      lists: lists.map((list) => ({
        ...list,
        open: list.open.flatMap((item) => {
          const changed = change(item);
          return changed && isItemTask(changed) ? [changed] : [];
        }),
      })),
    }),
  };
}

export function doneCount({ first, next, open, parts }: RunningList): number {
  return parts ? parts.done : next - first - open.length;
}

export function failedCount({ exceptions, parts }: RunningList): number {
  return parts ? parts.failed : exceptions.filter(isFailure).length;
}

export function isFailure({ status }: ItemOutcome): boolean {
  return status === 'FAILED' || status === 'TIMED_OUT';
}

/** The list that is worked on no more: the items that were not done are among its exceptions. */
export function withUndone(list: RunningList): RunningList {
  const { open, exceptions, next, first, count } = list;
  const stopped = open.map(({ index, attempt }): ItemOutcome => ({ index, attempt, status: 'STOPPED' }));
  return { ...list, exceptions: [...exceptions, ...stopped, ...notStarted(next, first + count)] };
}

/** The items from `from` on, and before `end`. */
export function notStarted(from: number, end: number): readonly ItemOutcome[] {
  return Array.from({ length: Math.max(0, end - from) }, (_, i) => ({
    index: from + i,
    attempt: 1,
    status: 'NOT_STARTED',
  }));
}

/** The list once an item is done. */
export function withDone(list: RunningList, item: ItemTask, status: DoneStatus): RunningList {
  const { index, attempt } = item;
  const isUsual = status === 'SUCCEEDED' && attempt === 1;
  return {
    ...list,
    open: list.open.filter((other) => other.index !== index),
    exceptions: isUsual ? list.exceptions : [...list.exceptions, { index, attempt, status }],
  };
}

/** The list with as many more items open as its concurrency allows, and these items. */
export function withNextItems(
  list: RunningList,
  cause: string,
): { readonly list: RunningList; readonly opened: readonly ItemTask[] } {
  const { task, worker, next, open, first, count, concurrency } = list;
  const end = Math.min(first + count, next + Math.max(0, concurrency - open.length));
  const opened = Array.from({ length: end - next }, (_, i) => ({
    task,
    worker,
    index: next + i,
    attempt: 1,
    cause,
  }));
  return opened.length === 0
    ? { list, opened }
    : { list: { ...list, next: end, open: [...open, ...opened] }, opened };
}

const letters: Readonly<Record<ItemOutcome['status'], string>> = {
  SUCCEEDED: 's',
  FAILED: 'f',
  TIMED_OUT: 't',
  STOPPED: 'x',
  NOT_STARTED: 'n',
};
const statuses: Readonly<Record<string, ItemOutcome['status']>> = {
  s: 'SUCCEEDED',
  f: 'FAILED',
  t: 'TIMED_OUT',
  x: 'STOPPED',
  n: 'NOT_STARTED',
};

/** Exceptions in a few bytes each: `17s2,45f3,50t1`. */
export function exceptionsText(exceptions: readonly ItemOutcome[]): string {
  return exceptions.map(({ index, attempt, status }) => `${index}${letters[status]}${attempt}`).join();
}

export function exceptionsOf(text: string): ItemOutcome[] | undefined {
  const exceptions = text.split(',').flatMap((each) => {
    const match = /^(\d+)([sftxn])(\d+)$/.exec(each);
    const status = statuses[match?.[2] ?? ''];
    return match && status ? [{ index: Number(match[1]), attempt: Number(match[3]), status }] : [];
  });
  return exceptions.length === text.split(',').length ? exceptions : undefined;
}
