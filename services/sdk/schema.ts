/**
 * Reads the schemas with which clients of the AWS SDK describe their shapes. They are lists: their first element is the kind,
 * then come namespace, name, traits and what the kind has. A number stands for a simple type, with one bit for a list of it and
 * one for a map.
 */

/** A shape, one level deep. */
export type Shape =
  | { readonly kind: 'structure'; readonly name: string; readonly members: readonly Member[] }
  | { readonly kind: 'list'; readonly of: unknown }
  | { readonly kind: 'map'; readonly of: unknown }
  | { readonly kind: SimpleKind };

export type SimpleKind =
  | 'string'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'document'
  | 'blob'
  | 'stream'
  | 'unit';

export interface Member {
  /** As the service names it. */
  readonly name: string;
  readonly schema: unknown;
  readonly isRequired: boolean;
  /** Whether the SDK gives it a random value where there is none. */
  readonly isIdempotencyToken: boolean;
}

const listOf = 64;
const mapOf = 128;
const idempotencyToken = 4;

/** The shape that a schema describes; undefined where it is not one. */
export function shapeOf(given: unknown): Shape | undefined {
  const schema = resolved(given);
  if (schema === 'unit') return { kind: 'unit' };
  if (typeof schema === 'number') return simpleShape(schema);
  if (!Array.isArray(schema)) return undefined;
  const [kind, , name, , first, second, required]: readonly unknown[] = schema;
  switch (kind) {
    case 0:
      return shapeOf(first);
    case 1:
      return { kind: 'list', of: first };
    case 2:
      return { kind: 'map', of: second };
    case 3:
    case 4:
    case -3:
      return { kind: 'structure', name: String(name), members: membersOf(first, second, required) };
    default:
      return undefined;
  }
}

/** Input and output of a command; undefined where the client has no schemas. */
export function schemasOf(
  command: object,
): { readonly input: unknown; readonly output: unknown } | undefined {
  const schema = resolved(Reflect.get(command, 'schema'));
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined;
  return { input: schema[4], output: schema[5] };
}

/** @param required how many are required: they are the first ones */
function membersOf(names: unknown, schemas: unknown, required: unknown): readonly Member[] {
  const requiredCount = typeof required === 'number' ? required : 0;
  if (!Array.isArray(names) || !Array.isArray(schemas)) return [];
  return names.map((name: unknown, place): Member => {
    const schema: unknown = schemas[place];
    return {
      name: String(name),
      schema,
      isRequired: place < requiredCount,
      isIdempotencyToken: isToken(schema),
    };
  });
}

function isToken(schema: unknown): boolean {
  if (!isWithTraits(schema)) return false;
  const traits: unknown = schema[1];
  if (typeof traits === 'number') return (traits & idempotencyToken) !== 0;
  return typeof traits === 'object' && traits !== null && 'idempotencyToken' in traits;
}

/** A member's schema may stand with its traits, and any schema behind a function. */
function resolved(given: unknown): unknown {
  let schema = given;
  while (typeof schema === 'function' || isWithTraits(schema)) {
    schema = typeof schema === 'function' ? schema() : schema[0];
  }
  return schema;
}

function isWithTraits(schema: unknown): schema is readonly [unknown, unknown] {
  return Array.isArray(schema) && schema.length === 2 && typeof schema[1] !== 'string';
}

function simpleShape(schema: number): Shape | undefined {
  if (schema & mapOf) return { kind: 'map', of: schema & ~mapOf };
  if (schema & listOf) return { kind: 'list', of: schema & ~listOf };
  const kind = simpleKinds.get(schema);
  return kind && { kind };
}

const simpleKinds: ReadonlyMap<number, SimpleKind> = new Map([
  [0, 'string'],
  [1, 'number'],
  [2, 'boolean'],
  [4, 'timestamp'],
  [5, 'timestamp'],
  [6, 'timestamp'],
  [7, 'timestamp'],
  [15, 'document'],
  [17, 'number'],
  [19, 'number'],
  [21, 'blob'],
  [42, 'stream'],
]);
