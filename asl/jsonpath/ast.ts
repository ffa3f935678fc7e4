import type { Json } from '../json.ts';

/** A path of Amazon States Language: JSONPath, on a state's data, the context object (`$$`) or a variable (`$name`). */
export interface Path {
  /** As its author wrote it. */
  readonly text: string;
  readonly root: PathRoot;
  readonly segments: readonly Segment[];
  /** Whether it names one value, and not a list of those that match. */
  readonly isDefinite: boolean;
}

export type PathRoot =
  | { readonly type: 'data' }
  | { readonly type: 'context' }
  | { readonly type: 'variable'; readonly name: string }
  /** `@`, in a filter. */
  | { readonly type: 'current' };

export type Segment =
  | { readonly type: 'property'; readonly names: readonly string[] }
  | { readonly type: 'index'; readonly indices: readonly number[] }
  | { readonly type: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly type: 'wildcard' }
  | { readonly type: 'filter'; readonly test: Test }
  /** `..`, and what follows it. */
  | { readonly type: 'descend'; readonly to: Segment }
  | { readonly type: 'function'; readonly name: PathFunction };

export const pathFunctions = [
  'length',
  'size',
  'min',
  'max',
  'avg',
  'sum',
  'stddev',
  'keys',
  'first',
  'last',
] as const;
export type PathFunction = (typeof pathFunctions)[number];

export type Test =
  | { readonly type: 'or' | 'and'; readonly tests: readonly Test[] }
  | { readonly type: 'not'; readonly test: Test }
  | { readonly type: 'exists'; readonly path: Path }
  | {
      readonly type: 'compare';
      readonly operator: Comparison;
      readonly left: Operand;
      readonly right: Operand;
    };

export const comparisons = ['==', '!=', '<=', '>=', '<', '>', '=~', 'in', 'nin', 'contains'] as const;
export type Comparison = (typeof comparisons)[number];

export type Operand =
  | { readonly type: 'value'; readonly value: Json }
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'pattern'; readonly source: string; readonly ignoreCase: boolean };
