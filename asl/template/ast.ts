import type { Call } from '../intrinsics/ast.ts';
import type { Json } from '../json.ts';
import type { Expression } from '../jsonata/expression.ts';
import type { Path } from '../jsonpath/ast.ts';
import type { Lazy } from '../lazily.ts';
import type { StateFunction } from './stateData.ts';

export type QueryLanguage = 'JSONPath' | 'JSONata';

/** A value with expressions in it: a payload template, `Arguments`, `Output`, `Assign` and the like. */
export type Template =
  | { readonly type: 'literal'; readonly value: Json }
  | { readonly type: 'object'; readonly entries: readonly (readonly [key: string, value: Template])[] }
  | { readonly type: 'array'; readonly items: readonly Template[] }
  | Query;

/** One expression, and the field it stands in, as messages name it. */
export type Query =
  | { readonly type: 'path'; readonly path: Path; readonly field: string }
  | { readonly type: 'call'; readonly call: Call; readonly field: string }
  | {
      readonly type: 'expression';
      readonly text: string;
      readonly expression: Lazy<Expression>;
      readonly field: string;
    }
  /** Written in TypeScript, in a machine that was converted. */
  | { readonly type: 'function'; readonly run: StateFunction };

/** Where `ResultPath` puts a result. */
export type ReferencePath = readonly (string | number)[];
