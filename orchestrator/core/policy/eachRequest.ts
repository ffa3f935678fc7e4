import type { Json } from '../data/json.ts';
import type { ErrorData } from '../data/thrown.ts';
import { type ResolvedEachOptions, resolveEachOptions, toleratedCount } from './eachOptions.ts';

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

/** Its input is a list, or an object with `items` and options for this list alone. */
export function eachRequest(input: Json | undefined, options: ResolvedEachOptions): EachRequest {
  const given = typeof input === 'object' && input !== null && 'items' in input ? input : undefined;
  const items = given ? given.items : input;
  if (!Array.isArray(items)) {
    return invalid(
      "The input of each() is a list, or an object whose 'items' is a list; this one is neither.",
    );
  }
  try {
    const { concurrency, tolerateFailures } = resolveEachOptions({
      concurrency: numberOr(given?.concurrency, options.concurrency),
      tolerateFailures: toleranceOr(given?.tolerateFailures, options.tolerateFailures),
    });
    const tolerated = toleratedCount(tolerateFailures, items.length);
    return { type: 'items', items, concurrency, tolerated };
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error));
  }
}

function invalid(message: string): EachRequest {
  return { type: 'invalid', error: { name: invalidItemsErrorName, message } };
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return value === undefined ? otherwise : Number(value);
}

function toleranceOr(
  value: Json | undefined,
  otherwise: ResolvedEachOptions['tolerateFailures'],
): ResolvedEachOptions['tolerateFailures'] {
  if (value === undefined) return otherwise;
  return typeof value === 'number' ? value : (String(value) as `${number}%`);
}
