import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import { equal, isArray, isObject, type Json, own } from '../json.ts';
import { linearRegExp } from '../regexp/linearRegExp.ts';
import type { Comparison, Operand, PathFunction, Segment, Test } from './ast.ts';
import { isSingle } from './parse.ts';

/** Thrown where a path that names one value finds none. */
export class PathNotFoundError extends MillraceError {
  override readonly code = 'PathNotFound';
  override readonly name = 'PathNotFoundError';
}

/**
 * The values that a path finds from a value on: one value where it is definite, else the list of all, which may be empty.
 *
 * @throws PathNotFoundError
 */
export function evaluateSegments(root: Json, segments: readonly Segment[]): Json {
  let found: readonly Json[] = [root];
  let isList = false;
  for (const [place, segment] of segments.entries()) {
    if (segment.type === 'function') {
      found = [applied(segment.name, isList ? found : (found[0] ?? null))];
      isList = false;
      continue;
    }
    isList ||= !isSingle(segment);
    found = found.flatMap((value) => [...matches(root, value, segment)]);
    if (!isList && found.length === 0) throw notFound(segments, place);
  }
  return isList ? found : (found[0] ?? null);
}

/** The one value that a segment of a definite path leads to. */
function single(value: Json, segment: Segment): Json | undefined {
  switch (segment.type) {
    case 'property':
      return isObject(value) ? propertyOf(value, segment.names) : undefined;
    case 'index':
      return isArray(value) ? value.at(segment.indices[0] ?? 0) : undefined;
    default:
      return undefined;
  }
}

/** Several names give an object of those that are there. */
function propertyOf(value: { readonly [key: string]: Json }, names: readonly string[]): Json | undefined {
  const [name] = names;
  if (names.length === 1 && name !== undefined) return own(value, name);
  return Object.fromEntries(
    names.filter((each) => Object.hasOwn(value, each)).map((each) => [each, value[each]]),
  );
}

function notFound(segments: readonly Segment[], place: number): PathNotFoundError {
  const isLeaf = place === segments.length - 1;
  const until = pathTo(isLeaf ? segments : segments.slice(0, place + 1));
  return new PathNotFoundError(
    isLeaf ? `No results for path: ${until}` : `Missing property in path ${until}`,
  );
}

function pathTo(segments: readonly Segment[]): string {
  return `$${segments
    .map((segment) => {
      if (segment.type === 'property') return `[${segment.names.map((name) => `'${name}'`).join(',')}]`;
      return segment.type === 'index' ? `[${segment.indices.join(',')}]` : '[*]';
    })
    .join('')}`;
}

function* matches(root: Json, value: Json, segment: Segment): Generator<Json> {
  switch (segment.type) {
    case 'property': {
      const found = single(value, segment);
      if (found !== undefined) yield found;
      return;
    }
    case 'index':
      if (!isArray(value)) return;
      for (const index of segment.indices) {
        const found = value.at(index);
        if (found !== undefined) yield found;
      }
      return;
    case 'slice':
      if (isArray(value)) yield* value.slice(segment.from ?? 0, segment.to);
      return;
    case 'wildcard':
      yield* children(value);
      return;
    case 'filter':
      for (const each of isArray(value) ? value : [value]) if (holds(segment.test, each, root)) yield each;
      return;
    case 'descend':
      yield* matches(root, value, segment.to);
      for (const child of children(value)) yield* matches(root, child, segment);
      return;
    case 'function':
      yield applied(segment.name, value);
  }
}

function children(value: Json): readonly Json[] {
  if (isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function holds(test: Test, current: Json, root: Json): boolean {
  switch (test.type) {
    case 'or':
      return test.tests.some((each) => holds(each, current, root));
    case 'and':
      return test.tests.every((each) => holds(each, current, root));
    case 'not':
      return !holds(test.test, current, root);
    case 'exists': {
      const found = operandOf({ type: 'path', path: test.path }, current, root);
      return found !== undefined && (test.path.isDefinite || !isArray(found) || found.length > 0);
    }
    case 'compare':
      return compares(test.operator, test.left, test.right, current, root);
  }
}

function operandOf(operand: Operand, current: Json, root: Json): Json | undefined {
  if (operand.type === 'value') return operand.value;
  if (operand.type === 'pattern') return operand.source;
  try {
    return evaluateSegments(operand.path.root.type === 'current' ? current : root, operand.path.segments);
  } catch (error) {
    if (error instanceof PathNotFoundError) return undefined;
    throw error;
  }
}

function compares(operator: Comparison, left: Operand, right: Operand, current: Json, root: Json): boolean {
  const a = operandOf(left, current, root);
  const b = operandOf(right, current, root);
  if (operator === '=~') return typeof a === 'string' && right.type === 'pattern' && matchesWhole(a, right);
  if (a === undefined || b === undefined) return operator === '!=' && a !== b;
  switch (operator) {
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case 'in':
      return isArray(b) && b.some((each) => equal(each, a));
    case 'nin':
      return isArray(b) && !b.some((each) => equal(each, a));
    case 'contains':
      return typeof a === 'string'
        ? typeof b === 'string' && a.includes(b)
        : isArray(a) && a.some((each) => equal(each, b));
    default:
      return isOrdered(operator, a, b);
  }
}

function matchesWhole(text: string, { source, ignoreCase }: Extract<Operand, { type: 'pattern' }>): boolean {
  return linearRegExp(`^(?:${source})$`, ignoreCase ? 'i' : '').test(text);
}

function isOrdered(operator: '<' | '>' | '<=' | '>=', a: Json, b: Json): boolean {
  const comparable =
    (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string');
  if (!comparable) return false;
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}

function applied(name: PathFunction, value: Json): Json {
  if (name === 'length' || name === 'size') {
    if (typeof value === 'string' || isArray(value)) return value.length;
    return isObject(value) ? Object.keys(value).length : null;
  }
  if (name === 'keys') return isObject(value) ? Object.keys(value) : [];
  if (!isArray(value)) throw new PathNotFoundError(`The function ${name}() needs an array`);
  if (name === 'first' || name === 'last') {
    const found = value.at(name === 'first' ? 0 : -1);
    if (found === undefined) throw new PathNotFoundError(`The function ${name}() found an empty array`);
    return found;
  }
  const result = aggregate(
    name,
    value.filter((each) => typeof each === 'number'),
  );
  if (!Number.isFinite(result)) throw new PathNotFoundError(`The function ${name}() gives no number`);
  return result;
}

function aggregate(name: 'min' | 'max' | 'avg' | 'sum' | 'stddev', numbers: readonly number[]): number {
  if (numbers.length === 0) throw new PathNotFoundError(`The function ${name}() needs numbers`);
  const sum = numbers.reduce((total, each) => total + each, 0);
  const mean = sum / numbers.length;
  switch (name) {
    case 'min':
      return numbers.reduce((least, each) => Math.min(least, each));
    case 'max':
      return numbers.reduce((most, each) => Math.max(most, each));
    case 'sum':
      return sum;
    case 'avg':
      return mean;
    case 'stddev':
      return Math.sqrt(numbers.reduce((total, each) => total + (each - mean) ** 2, 0) / numbers.length);
  }
}
