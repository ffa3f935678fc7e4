import { isArray, isObject, type Json, type JsonObject } from '../asl/json.ts';
import { ApiError, invalidRequest } from './apiError.ts';
import type { Members, Shape } from './shapes.ts';

/** A request whose members are as its shape says. Members that the shape has not are left out. */
export class Request {
  readonly #members: JsonObject;

  private constructor(members: JsonObject) {
    this.#members = members;
  }

  /** @throws ApiError: `SerializationException` for another type, `ValidationException` with all other problems */
  static checked(body: Json, members: Members): Request {
    if (!isObject(body))
      throw new ApiError('SerializationException', 'Unexpected value: the request is not an object.');
    const problems: string[] = [];
    const checked = checkedMembers(body, members, '', problems);
    if (problems.length > 0) {
      const count = `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected`;
      throw invalidRequest(`${count}: ${problems.join('; ')}`);
    }
    return new Request(checked);
  }

  text(name: string): string {
    return this.maybeText(name) ?? '';
  }

  maybeText(name: string): string | undefined {
    const value = this.#members[name];
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#members[name];
    return typeof value === 'number' ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.#members[name];
    return typeof value === 'boolean' ? value : undefined;
  }

  structure(name: string): Request | undefined {
    const value = this.#members[name];
    return isObject(value) ? new Request(value) : undefined;
  }

  structures(name: string): readonly Request[] | undefined {
    const value = this.#members[name];
    return isArray(value) ? value.filter(isObject).map((each) => new Request(each)) : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#members[name];
    return isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  }

  /** The member as JSON; undefined where it is not given. */
  json(name: string): Json | undefined {
    return this.#members[name];
  }
}

function checkedMembers(body: JsonObject, members: Members, path: string, problems: string[]): JsonObject {
  const checked: Record<string, Json> = {};
  for (const [name, shape] of Object.entries(members)) {
    const given = Object.hasOwn(body, name) ? body[name] : undefined;
    const at = path === '' ? name : `${path}.${name}`;
    if (given === undefined || given === null) {
      if (shape.isRequired) problems.push(problem('null', at, 'must not be null'));
      continue;
    }
    checked[name] = checkedValue(given, shape, at, problems);
  }
  return checked;
}

function checkedValue(value: Json, shape: Shape, at: string, problems: string[]): Json {
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') throw otherType(value, 'a String');
      checkText(value, shape, at, problems);
      return value;
    case 'integer':
    case 'float':
      if (typeof value !== 'number')
        throw otherType(value, shape.type === 'float' ? 'a Float' : 'an Integer');
      if (shape.type === 'integer' && !Number.isInteger(value)) throw otherType(value, 'an Integer');
      checkSize(value, 'value', shape, String(value), at, problems);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw otherType(value, 'a Boolean');
      return value;
    case 'list':
      if (!isArray(value)) throw otherType(value, 'a List');
      checkSize(value.length, 'length', shape, `'${shown(value)}'`, at, problems);
      return value.map((each, index) => checkedValue(each, shape.of, `${at}.${index + 1}.member`, problems));
    case 'structure':
      if (!isObject(value)) throw otherType(value, 'a Structure');
      return checkedMembers(value, shape.members, at, problems);
  }
}

function checkText(
  value: string,
  shape: Extract<Shape, { type: 'string' }>,
  at: string,
  problems: string[],
): void {
  const { values, pattern } = shape;
  // As Step Functions counts: a character, not a UTF-16 unit.
  checkSize([...value].length, 'length', shape, `'${shown(value)}'`, at, problems);
  if (values && !values.includes(value)) {
    const set = `must satisfy enum value set: [${values.join(', ')}]`;
    problems.push(problem(`'${shown(value)}'`, at, set));
  }
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
    problems.push(problem(`'${shown(value)}'`, at, `must satisfy regular expression pattern: ${pattern}`));
  }
}

function checkSize(
  size: number,
  of: 'value' | 'length',
  { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }: { least?: number; most?: number },
  value: string,
  at: string,
  problems: string[],
): void {
  const quoted = of === 'value' ? `'${value}'` : value;
  if (size < least) problems.push(problem(quoted, at, `must have ${of} greater than or equal to ${least}`));
  if (size > most) problems.push(problem(quoted, at, `must have ${of} less than or equal to ${most}`));
}

function problem(value: string, at: string, member: string): string {
  return `Value ${value} at '${at}' failed to satisfy constraint: Member ${member}`;
}

const longestShown = 1024;

function shown(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function otherType(value: Json, wanted: string): ApiError {
  const found = isArray(value) ? 'START_ARRAY' : isObject(value) ? 'START_OBJECT' : tokenOf(value);
  return new ApiError('SerializationException', `${found} can not be converted to ${wanted}`);
}

function tokenOf(value: Json): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return typeof value === 'number' ? 'NUMBER_VALUE' : 'STRING_VALUE';
}
