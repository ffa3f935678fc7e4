import { isArray, isObject, type Json, textOf } from '../json.ts';
import type { Lazy } from '../lazily.ts';
import { lazily } from '../lazily.ts';
import type { Amount, MapState, Selection } from '../model/model.ts';
import { queryError, runtimeError } from '../statesError.ts';
import type { Template } from '../template/ast.ts';
import { evaluate, kindOf } from '../template/evaluate.ts';
import { numberOf } from './amounts.ts';
import { type At, expressionScope, pathScope, selected } from './at.ts';
import { batchesOf, type Item } from './batches.ts';
import { effectiveInput } from './flow.ts';

/** The list that a Map state works on, and how. */
export interface Items {
  readonly items: readonly Item[];
  /** Items worked on at a time; 0 for as many as there are. */
  readonly concurrency: number;
  /** Failed items that it takes. */
  readonly tolerated: number;
  /** The limits that this number is made of, where the definition has them. */
  readonly toleratedCount?: number | undefined;
  readonly toleratedPercentage?: number | undefined;
  /** Items in each batch. Absent where there are no batches. */
  readonly batches?: readonly number[];
}

/**
 * @param read the list, where an `ItemReader` has read it
 * @param onList called with the list's length, before anything is made of its items
 * @throws EvaluationError
 */
export function itemsOf(
  state: MapState,
  at: At,
  read?: readonly Json[],
  onList?: (length: number) => void,
): Items {
  const data = effectiveInput(state.flow(), at);
  const values = read ?? listOf(state, at, data);
  const concurrency = concurrencyOf(state, at, data);
  onList?.(values.length);
  const count = toleratedCount(state, at, data);
  const percentage = toleratedPercentage(state, at, data);
  const selector = state.itemSelector?.();
  const selectedItems = values.map((value, index) => ({
    value,
    input: selector ? selectedItem(state, selector, withItem(at, index, value), data) : value,
  }));
  const batcher = state.itemBatcher?.();
  const batches = batcher && batchesOf(batcher, selectedItems, at, data);
  const items = batches ?? selectedItems;
  return {
    items,
    concurrency,
    tolerated: state.isDistributed ? toleratedOf(items.length, count, percentage) : 0,
    toleratedCount: count,
    toleratedPercentage: percentage,
    ...(batches && { batches: batches.map(({ size }) => size) }),
  };
}

/** How many of the items may fail. Where there are both limits, neither may be exceeded. */
export function toleratedOf(
  length: number,
  count: number | undefined,
  percentage: number | undefined,
): number {
  const part = percentage === undefined ? undefined : Math.floor((percentage * length) / 100);
  return Math.min(count ?? part ?? 0, part ?? count ?? 0);
}

/** Items worked on at a time; 0 for all. @throws EvaluationError */
export function concurrencyOf(state: MapState, at: At, data: Json): number {
  return wholeNumber('MaxConcurrency', state.maxConcurrency, at, data) ?? 0;
}

/** The list that a Map state has in its input, before `ItemSelector` and `ItemBatcher`. @throws EvaluationError */
export function listOf(state: MapState, at: At, data: Json): readonly Json[] {
  const template = state.items?.();
  if (state.language === 'JSONata') {
    const list = template ? evaluate(template, expressionScope(at)) : at.input;
    return isArray(list) ? list : (objectItems(state, list) ?? refuseList(template, list));
  }
  const path: Selection = template === undefined ? 'all' : asSelection(template);
  const list = selected(path, pathScope(at, data));
  if (isArray(list)) return list;
  // A path into the context object is reported without its first `$`, as recorded on AWS.
  const text = template?.type === 'path' ? template.path.text.replace(/^\$\$/, '$') : '$';
  const items = objectItems(state, list);
  if (items === undefined) throw runtimeError(`Reference path "${text}" must point to array.`);
  return items;
}

function asSelection(template: Template): Selection {
  return template.type === 'path' || template.type === 'call' || template.type === 'expression'
    ? template
    : 'all';
}

/** A distributed Map also takes an object, as a list of its entries. */
function objectItems(state: MapState, value: Json): readonly Json[] | undefined {
  if (!state.isDistributed || !isObject(value)) return undefined;
  return Object.entries(value).map(([Key, Value]) => ({ Key, Value }));
}

function refuseList(template: Template | undefined, value: Json): never {
  const kind = kindOf(value);
  const at =
    template?.type === 'expression'
      ? `The JSONata expression '${template.text}' specified for`
      : 'The value of';
  throw queryError(
    `${at} the field 'Items' returned an unexpected result type. Expected 'array', but was '${kind}' for value: ${textOf(value)}`,
  );
}

function selectedItem(state: MapState, selector: Template, at: At, data: Json): Json {
  return evaluate(selector, state.language === 'JSONata' ? expressionScope(at) : pathScope(at, data));
}

function withItem(at: At, index: number, value: Json): At {
  return { ...at, context: contextWithItem(at.context, index, value) };
}

/** The context object of an item. */
export function contextWithItem(context: Lazy<Json>, index: number, value: Json): Lazy<Json> {
  return lazily(() => {
    const outer = context();
    return { ...(isObject(outer) && outer), Map: { Item: { Index: index, Value: value } } };
  });
}

function wholeNumber(
  field: string,
  amount: Lazy<Amount> | undefined,
  at: At,
  data: Json,
): number | undefined {
  const given = amount?.();
  if (given === undefined) return undefined;
  const value = asNumber(given, numberOf(given, at, data));
  if (typeof value === 'number' && Number.isInteger(value)) {
    if (value < 0) throw failure(given, `${field} cannot be negative.`);
    return value;
  }
  throw notNumber(field, given, value, 'integer');
}

/** A path may lead to a text of digits. */
function asNumber(amount: Amount, value: Json): Json {
  return amount.type === 'path' && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
    ? Number(value)
    : value;
}

function notNumber(field: string, amount: Amount, value: Json, wanted: 'integer' | 'float'): Error {
  return amount.type === 'path'
    ? runtimeError(
        `The ${field}Path field refers to value "${shown(value)}" which is not a valid ${wanted}: ${amount.text}`,
      )
    : queryError(
        `The ${field} field must be a ${wanted === 'integer' ? 'whole number' : 'number'}, not ${textOf(value)}`,
      );
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : textOf(value);
}

function failure(amount: Amount, cause: string): Error {
  return amount.type === 'path' ? runtimeError(cause) : queryError(cause);
}

/** @throws EvaluationError */
export function toleratedCount(state: MapState, at: At, data: Json): number | undefined {
  return wholeNumber('ToleratedFailureCount', state.toleratedFailureCount, at, data);
}

/** @throws EvaluationError */
export function toleratedPercentage(state: MapState, at: At, data: Json): number | undefined {
  const given = state.toleratedFailurePercentage?.();
  if (given === undefined) return undefined;
  const value = asNumber(given, numberOf(given, at, data));
  if (typeof value !== 'number') throw notNumber('ToleratedFailurePercentage', given, value, 'float');
  if (value < 0 || value > 100) throw failure(given, 'ToleratedFailurePercentage must be between 0 and 100.');
  return value;
}
