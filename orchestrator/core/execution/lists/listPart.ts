import type { Json, JsonObject } from '../../data/json.ts';
import { unescapedData } from '../../data/thrown.ts';
import { isOutcomeList, type OutcomeData } from '../../policy/itemOutcomes.ts';
import type { ItemsAddress } from '../../policy/itemPages.ts';
import { type ItemFailure, isFailureList } from '../../policy/thresholdError.ts';
import type { RunningList } from './runningList.ts';

/** More than this is worked on by executions of its own, so that neither an item nor a partition carries all of it. */
export const mostItemsInExecution = 200;
export const mostItemsInPart = 200;

/** The input of an execution of a list machine. It has no items in it: they stay where the list is. */
export interface ListPart {
  readonly items: ItemsAddress;
  readonly first: number;
  readonly count: number;
  readonly concurrency: number;
  readonly tolerated: number;
  /** Where the items are a file's: the prefix in the store of what becomes of them. */
  readonly results?: string;
}

/** The output of an execution of a list machine. The items' outputs stay in its journal. */
export interface PartResult {
  readonly failed: number;
  /** The first failures. */
  readonly errors: readonly ItemFailure[];
  /** Present for an execution that has items itself: see `exceptionsText`. */
  readonly exceptions?: string;
  /** Present for an execution that hosts the machines of items: their outputs, with errors marked. */
  readonly outputs?: readonly Json[];
  /**
   * In place of `outputs` where an item failed, or the part was ended with the whole, and the error of the whole is to have
   * the outcomes.
   */
  readonly outcomes?: readonly OutcomeData[];
  /** Present where more items failed than are tolerated, and the error is to have their outcomes: the first item of no part that started. */
  readonly next?: number;
  /** The failure that was one too many, where machines work on the items. */
  readonly cause?: Json;
  /** The part that it worked on, where that is a file's. */
  readonly part?: ListPart;
  /** It is the whole file. */
  readonly isWhole?: boolean;
  /** A part that has ended early: more of its items failed than were tolerated then. */
  readonly isTooMany?: boolean;
  /** Items that might fail: present for a file, and where the limits were updated. */
  readonly tolerated?: number;
  /** Present for a file: how many items it has, and the key of their outcomes. */
  readonly count?: number;
  readonly results?: string;
}

export function partInput({ items, first, count, concurrency, tolerated, results }: ListPart): JsonObject {
  return {
    items: { ...items },
    first,
    count,
    concurrency,
    tolerated,
    ...(results !== undefined && { results }),
  };
}

/** Undefined for an input that a list machine was not started with: another writer has written its start. */
export function partOf(input: Json | undefined): ListPart | undefined {
  const { items, first, count, concurrency, tolerated, results } = fieldsOf(input);
  const { executionId, task, hash, pageSize, store } = fieldsOf(items);
  if (typeof executionId !== 'string' || typeof hash !== 'string') return undefined;
  const numbers = [first, count, concurrency, tolerated, task, pageSize].map(Number);
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) return undefined;
  return {
    items: {
      executionId,
      task: Number(task),
      hash,
      pageSize: Math.max(1, Number(pageSize)),
      ...(typeof store === 'string' && { store }),
    },
    first: Number(first),
    count: Number(count),
    concurrency: Math.max(1, Number(concurrency)),
    tolerated: Number(tolerated),
    ...(typeof results === 'string' && { results }),
  };
}

/** @param output as it is stored: marks in it are escaped, because for a list machine they are data */
export function partResultOf(output: Json | undefined): PartResult | undefined {
  const {
    failed,
    errors,
    exceptions,
    outputs,
    outcomes,
    next,
    cause,
    isWhole,
    isTooMany,
    count,
    tolerated,
    results,
  } = fieldsOf(output === undefined ? undefined : unescapedData(output));
  if (typeof failed !== 'number' || !isFailureList(errors)) return undefined;
  const part = partOf(fieldsOf(output).part);
  return {
    failed,
    errors,
    ...(typeof exceptions === 'string' && { exceptions }),
    ...(Array.isArray(outputs) && { outputs }),
    ...(isOutcomeList(outcomes) && { outcomes }),
    ...(typeof next === 'number' && { next }),
    ...(cause !== undefined && { cause }),
    ...(part && { part }),
    ...(isWhole === true && { isWhole }),
    ...(isTooMany === true && { isTooMany }),
    ...(typeof count === 'number' && { count }),
    ...(typeof tolerated === 'number' && { tolerated }),
    ...(typeof results === 'string' && { results }),
  };
}

/** The part of a result that the execution's parent receives: it has no use for the outputs. */
export function partReport(output: Json | undefined): Json | undefined {
  const { outputs, outcomes, ...report } = fieldsOf(output);
  return outputs === undefined && outcomes === undefined ? undefined : report;
}

function fieldsOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Executions that work on parts of one list at the same time. Each is a child, and part of its parent's item. */
const mostParts = 50;

/** How many parts are worked on at a time, and how many items of each: together at most the list's `concurrency`. */
export function partsAtATime({ count, concurrency, items: { pageSize } }: RunningList): {
  readonly parts: number;
  readonly concurrency: number;
} {
  const most = Math.min(mostParts, concurrency, Math.ceil(count / pageSize));
  let best = { parts: 1, concurrency };
  for (let parts = 2; parts <= most; parts++) {
    const each = Math.floor(concurrency / parts);
    // More parts for the same number of items: their writes are spread over more partitions.
    if (parts * each >= best.parts * best.concurrency * wasteTolerated) best = { parts, concurrency: each };
  }
  return best;
}

/** A tenth of the concurrency is worth less than the even spread over partitions. */
const wasteTolerated = 0.9;
