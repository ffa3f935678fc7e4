import type { Path } from '../jsonpath/ast.ts';

/** A call of an intrinsic function: `States.Format('Hello {}', $.name)`. */
export interface Call {
  /** As its author wrote it. */
  readonly text: string;
  readonly name: IntrinsicName;
  readonly arguments: readonly Argument[];
}

export type Argument =
  | { readonly type: 'value'; readonly value: number | boolean | null }
  /** `raw`: with its backslashes, by which `States.Format` distinguishes a brace from a place for a value. */
  | { readonly type: 'text'; readonly raw: string; readonly value: string }
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'call'; readonly call: Call };

/** How many arguments each takes. */
export const arity = {
  Format: [1, Number.POSITIVE_INFINITY],
  StringToJson: [1, 1],
  JsonToString: [1, 1],
  Array: [0, Number.POSITIVE_INFINITY],
  ArrayPartition: [2, 2],
  ArrayContains: [2, 2],
  ArrayRange: [3, 3],
  ArrayGetItem: [2, 2],
  ArrayLength: [1, 1],
  ArrayUnique: [1, 1],
  Base64Encode: [1, 1],
  Base64Decode: [1, 1],
  Hash: [2, 2],
  JsonMerge: [3, 3],
  MathRandom: [2, 3],
  MathAdd: [2, 2],
  StringSplit: [2, 2],
  UUID: [0, 0],
} as const satisfies Readonly<Record<string, readonly [least: number, most: number]>>;

export type IntrinsicName = keyof typeof arity;

export function isIntrinsicName(name: string): name is IntrinsicName {
  return Object.hasOwn(arity, name);
}
