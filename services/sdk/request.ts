import { isArray, isObject, type Json, textOf } from '../../asl/json.ts';
import { impossibleCall } from '../serviceError.ts';
import { memberName } from './names.ts';
import { type Member, shapeOf } from './schema.ts';

/** A value as a command of the SDK takes it. */
export type SdkValue =
  | string
  | number
  | boolean
  | null
  | Date
  | Uint8Array
  | Json
  | readonly SdkValue[]
  | { readonly [key: string]: SdkValue };

export interface RequestOptions {
  /** The name of the action, for messages: `sqs:sendMessage`. */
  readonly action: string;
  /** Given to a member that makes a second delivery of the same request harmless, where the request does not say it. */
  readonly clientToken: string;
}

/**
 * The input of a command, from the parameters of a state: names as Step Functions has them, as the service has them, or in any
 * case; an object where the service takes a text is its JSON.
 *
 * @throws ServiceCallError for a field that the action does not have, and for a value that cannot be one of its field
 */
export function requestOf(
  schema: unknown,
  parameters: Json,
  options: RequestOptions,
): { readonly [key: string]: SdkValue } {
  const shape = shapeOf(schema);
  const given = isObject(parameters) ? parameters : {};
  if (shape?.kind !== 'structure') {
    if (shape?.kind === 'unit' && Object.keys(given).length === 0) return {};
    throw impossibleCall(`The action ${options.action} takes no parameters.`);
  }
  const input = structure(shape.members, given, '', options);
  const tokens = shape.members.filter((each) => each.isIdempotencyToken && input[each.name] === undefined);
  return { ...input, ...Object.fromEntries(tokens.map(({ name }) => [name, options.clientToken])) };
}

function structure(
  members: readonly Member[],
  given: { readonly [key: string]: Json },
  path: string,
  options: RequestOptions,
): { readonly [key: string]: SdkValue } {
  const entries = Object.entries(given).flatMap(([key, value]): [string, SdkValue][] => {
    const member = memberNamed(members, key);
    if (member === undefined) {
      const known = members.map(({ name }) => memberName(name)).join(', ');
      throw impossibleCall(
        `The action ${options.action} has no field '${path}${key}'. Its fields here are ${known || 'none'}.`,
      );
    }
    // As in Step Functions, null stands for a field that is absent.
    if (value === null) return [];
    return [[member.name, sdkValueOf(member.schema, value, `${path}${key}`, options)]];
  });
  return Object.fromEntries(entries);
}

function memberNamed(members: readonly Member[], key: string): Member | undefined {
  const lower = key.toLowerCase();
  return (
    members.find(({ name }) => memberName(name) === key) ??
    members.find(({ name }) => name === key) ??
    members.find(({ name }) => name.toLowerCase() === lower)
  );
}

function sdkValueOf(schema: unknown, value: Json, path: string, options: RequestOptions): SdkValue {
  if (value === null) return null;
  const shape = shapeOf(schema);
  const wrong = (wanted: string) =>
    impossibleCall(`The field '${path}' of ${options.action} must be ${wanted}, and is ${textOf(value)}.`);
  switch (shape?.kind) {
    case 'structure':
      if (!isObject(value)) throw wrong('an object');
      return shape.name === attributeValue
        ? attribute(shape.members, value, path, options)
        : structure(shape.members, value, `${path}.`, options);
    case 'list':
      if (!isArray(value)) throw wrong('a list');
      return value.map((each, index) => sdkValueOf(shape.of, each, `${path}[${index}]`, options));
    case 'map':
      if (!isObject(value)) throw wrong('an object');
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [
          key,
          sdkValueOf(shape.of, each, `${path}.${key}`, options),
        ]),
      );
    case 'string':
      return typeof value === 'string' ? value : textOf(value);
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || Number.isNaN(number)) throw wrong('a number');
      return number;
    }
    case 'boolean':
      if (value === 'true' || value === 'false') return value === 'true';
      if (typeof value !== 'boolean') throw wrong('true or false');
      return value;
    case 'timestamp': {
      const time = timeOf(value);
      if (time === undefined) throw wrong('a time in ISO 8601, or the seconds since 1970');
      return time;
    }
    case 'blob':
    case 'stream':
      return Buffer.from(typeof value === 'string' ? value : textOf(value));
    case 'document':
    case 'unit':
    case undefined:
      return value;
    default:
      return shape satisfies never;
  }
}

/** The shape of DynamoDB whose binary members are base64, as in its own JSON. Any other binary member is a text. */
export const attributeValue = 'AttributeValue';

function attribute(
  members: readonly Member[],
  given: { readonly [key: string]: Json },
  path: string,
  options: RequestOptions,
): SdkValue {
  const [[key = '', value] = []] = Object.entries(given);
  const bytes = (each: Json) => Buffer.from(typeof each === 'string' ? each : textOf(each), 'base64');
  if (key === 'B' && value !== undefined) return { B: bytes(value) };
  if (key.toUpperCase() === 'BS' && isArray(value)) return { BS: value.map(bytes) };
  return structure(members, given, `${path}.`, options);
}

/** Later numbers are milliseconds: as seconds they would be after the year 5000. */
const mostSeconds = 1e11;

function timeOf(value: Json): Date | undefined {
  const number = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') {
    return new Date(Math.abs(number) > mostSeconds ? number : number * 1000);
  }
  const time = typeof number === 'string' ? new Date(number) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}
