import type { Json } from '../../asl/json.ts';
import { capitalized, memberName } from './names.ts';
import { attributeValue } from './request.ts';
import { type Member, shapeOf } from './schema.ts';

/**
 * `sdk`: names as the AWS SDK for Java has them, and times in ISO 8601. `optimized`: names as the service has them, with a capital,
 * and times in milliseconds since 1970.
 */
export type Style = 'sdk' | 'optimized';

/** The output of a command as Step Functions gives it. Members that are not there are left out. */
export function responseOf(schema: unknown, output: unknown, style: Style): { [key: string]: Json } {
  const shape = shapeOf(schema);
  return shape?.kind === 'structure' ? structure(shape.members, output, style, false) : {};
}

function structure(
  members: readonly Member[],
  output: unknown,
  style: Style,
  isAttribute: boolean,
): { [key: string]: Json } {
  const name = style === 'sdk' ? memberName : capitalized;
  const entries = members.flatMap((member): [string, Json][] => {
    const value = propertyOf(output, member.name);
    return value === undefined || value === null
      ? []
      : [[name(member.name), jsonValueOf(member.schema, value, style, isAttribute)]];
  });
  return Object.fromEntries(style === 'sdk' ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

/** @param isAttribute whether it is a value of an item of DynamoDB, whose bytes are base64 */
function jsonValueOf(schema: unknown, value: unknown, style: Style, isAttribute: boolean): Json {
  const shape = shapeOf(schema);
  switch (shape?.kind) {
    case 'structure':
      return structure(shape.members, value, style, shape.name === attributeValue);
    case 'list':
      return Array.isArray(value) ? value.map((each) => jsonValueOf(shape.of, each, style, isAttribute)) : [];
    case 'map':
      return Object.fromEntries(
        Object.entries(typeof value === 'object' && value !== null ? value : {}).map(([key, each]) => [
          key,
          jsonValueOf(shape.of, each, style, isAttribute),
        ]),
      );
    case 'timestamp':
      if (!(value instanceof Date)) return jsonOf(value);
      return style === 'sdk' ? value.toISOString() : value.getTime();
    case 'blob':
    case 'stream':
      return value instanceof Uint8Array
        ? Buffer.from(value).toString(isAttribute ? 'base64' : 'utf8')
        : jsonOf(value);
    default:
      return jsonOf(value);
  }
}

/** A value that JSON cannot hold becomes a text, and a whole number of any size a number. */
function jsonOf(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return Number(value);
    case 'object':
      if (value === null) return null;
      if (value instanceof Date) return value.toISOString();
      if (Array.isArray(value)) return value.map(jsonOf);
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonOf(each)]));
    default:
      return null;
  }
}
