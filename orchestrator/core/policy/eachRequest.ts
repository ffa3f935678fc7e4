import type { Json, JsonObject } from '../data/json.ts';
import type { ErrorData } from '../data/thrown.ts';
import {
  type ListOptions,
  type ResolvedListOptions,
  resolveEachOptions,
  toleratedCount,
} from './eachOptions.ts';
import { type ListFile, listFileOf, listFormats } from './listFiles.ts';
import { choiceProblem, type KeysOf, optionsProblem, sentence } from './options.ts';

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

const itemsKeys: KeysOf<ListOptions & { readonly items: unknown }> = {
  items: true,
  concurrency: true,
  tolerateFailures: true,
};
const fileKeys: KeysOf<ListOptions & ListFile> = { ...itemsKeys, format: true };

/** The file that the input of an `eachFromFile` names, with the options for it, or the error in it. */
export type FileRequest =
  | ({ readonly type: 'file'; readonly file: ListFile } & ResolvedListOptions)
  | Extract<EachRequest, { readonly type: 'invalid' }>;

/** Its input is an object with the `items` of a file, and options for this list alone. */
export function eachFileRequest(input: Json | undefined, options: ResolvedListOptions): FileRequest {
  const file = listFileOf(input);
  const given = isObject(input) ? input : {};
  const problem = optionsProblem(given, fileKeys) ?? choiceProblem('format', given.format, [...listFormats]);
  if (problem !== undefined) return invalid(sentence('The input of eachFromFile()', problem));
  if (!file) return invalid('The input of eachFromFile() is { items: KEY }, the key of a file in the store.');
  const resolved = resolvedOptions(given, options);
  return resolved.type === 'invalid' ? resolved : { ...resolved, type: 'file', file };
}

/** Its input is a list, or an object with `items` and options for this list alone. */
export function eachRequest(input: Json | undefined, options: ResolvedListOptions): EachRequest {
  const given = isObject(input) && 'items' in input ? input : undefined;
  const items = given ? given.items : input;
  if (!Array.isArray(items)) {
    return invalid(
      "The input of each() is a list, or an object whose 'items' is a list; this one is neither.",
    );
  }
  const problem = optionsProblem(given, itemsKeys);
  if (problem !== undefined) return invalid(sentence('The input of each()', problem));
  const resolved = resolvedOptions(given ?? {}, options);
  if (resolved.type === 'invalid') return resolved;
  const { concurrency, tolerateFailures } = resolved;
  return { type: 'items', items, concurrency, tolerated: toleratedCount(tolerateFailures, items.length) };
}

function resolvedOptions(
  given: JsonObject,
  options: ResolvedListOptions,
): ({ readonly type: 'options' } & ResolvedListOptions) | Extract<EachRequest, { readonly type: 'invalid' }> {
  try {
    const { outcomesInError: _, ...resolved } = resolveEachOptions({
      concurrency: numberOr(given.concurrency, options.concurrency),
      tolerateFailures: toleranceOr(given.tolerateFailures, options.tolerateFailures),
    });
    return { type: 'options', ...resolved };
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error));
  }
}

function isObject(input: Json | undefined): input is JsonObject {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

function invalid(message: string): Extract<EachRequest, { readonly type: 'invalid' }> {
  return { type: 'invalid', error: { name: invalidItemsErrorName, message } };
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return value === undefined ? otherwise : Number(value);
}

function toleranceOr(
  value: Json | undefined,
  otherwise: ResolvedListOptions['tolerateFailures'],
): ResolvedListOptions['tolerateFailures'] {
  if (value === undefined) return otherwise;
  return typeof value === 'number' ? value : (String(value) as `${number}%`);
}
