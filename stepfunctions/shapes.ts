/** A member of a request, with the constraints of the model of the API. */
export type Shape = StringShape | NumberShape | BooleanShape | ListShape | StructureShape;

export interface StringShape {
  readonly type: 'string';
  readonly isRequired?: true;
  readonly least?: number;
  readonly most?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
}

export interface NumberShape {
  readonly type: 'integer' | 'float';
  readonly isRequired?: true;
  readonly least?: number;
  readonly most?: number;
}

export interface BooleanShape {
  readonly type: 'boolean';
  readonly isRequired?: true;
}

export interface ListShape {
  readonly type: 'list';
  readonly isRequired?: true;
  readonly least?: number;
  readonly most?: number;
  readonly of: Shape;
}

export interface StructureShape {
  readonly type: 'structure';
  readonly isRequired?: true;
  readonly members: Members;
}

export type Members = Readonly<Record<string, Shape>>;

type Options<S> = Omit<S, 'type' | 'isRequired'>;

export const text = (
  least: number | undefined,
  most: number,
  more: Options<StringShape> = {},
): StringShape => ({
  type: 'string',
  ...(least !== undefined && { least }),
  most,
  ...more,
});
export const anyText: StringShape = { type: 'string' };
export const oneOf = (...values: readonly string[]): StringShape => ({ type: 'string', values });
export const integer = (least: number, most?: number): NumberShape => ({
  type: 'integer',
  least,
  ...(most !== undefined && { most }),
});
export const float = (least: number, most: number): NumberShape => ({ type: 'float', least, most });
export const flag: BooleanShape = { type: 'boolean' };
export const list = (of: Shape, least?: number, most?: number): ListShape => ({
  type: 'list',
  of,
  ...(least !== undefined && { least }),
  ...(most !== undefined && { most }),
});
export const structure = (members: Members): StructureShape => ({ type: 'structure', members });
export function required<S extends Shape>(shape: S): S & { readonly isRequired: true } {
  return { ...shape, isRequired: true };
}
