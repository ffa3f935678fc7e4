import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import { type Comparison, comparisonOf, type Leaf, type LeafMatcher } from './comparisons.ts';
import { InvalidEventPatternError } from './invalidEventPatternError.ts';

/**
 * An event pattern of EventBridge: of the fields that it names, each leaf is a list of alternatives. `$or` is a list of
 * patterns of which one has to match.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export interface EventPattern {
  readonly [field: string]: EventPattern | readonly Comparison[] | readonly EventPattern[];
}

/** Answers whether an event matches. */
export type EventMatcher = (event: Json) => boolean;

/** An absent value, where the event has none. */
type Value = Json | undefined;
type ValueMatcher = (value: Value) => boolean;

/**
 * Compiles an event pattern.
 *
 * @throws InvalidEventPatternError where EventBridge would refuse the rule
 */
export function eventMatcher(pattern: EventPattern): EventMatcher {
  return objectMatcher(pattern, '$');
}

function objectMatcher(pattern: EventPattern, path: string): ValueMatcher {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw new InvalidEventPatternError(`${path} is empty: name a field to match.`);
  const matchers = fields.map(([field, of]): ValueMatcher => {
    const at = `${path}.${field}`;
    if (field === '$or') return orMatcher(of, at);
    const matches = fieldMatcher(of, at);
    return (object) => matches(isObject(object) && Object.hasOwn(object, field) ? object[field] : undefined);
  });
  const matchesAll: ValueMatcher = (object) => matchers.every((matches) => matches(object));
  // All fields have to match in the same element of a list.
  return (value) => elementsOf(value).some(matchesAll);
}

function orMatcher(of: EventPattern[string] | undefined, path: string): ValueMatcher {
  const patterns: readonly unknown[] = Array.isArray(of) ? of : [];
  if (patterns.length < 2 || !patterns.every(isPattern)) {
    throw new InvalidEventPatternError(`${path} is a list of two patterns or more.`);
  }
  const matchers = patterns.map((each, index) => objectMatcher(each, `${path}[${index}]`));
  return (object) => matchers.some((matches) => matches(object));
}

function fieldMatcher(of: EventPattern[string] | undefined, path: string): ValueMatcher {
  if (Array.isArray(of)) return leafMatcher(of, path);
  if (isPattern(of)) return objectMatcher(of, path);
  throw new InvalidEventPatternError(
    `${path} is neither a list of values nor an object: write [${JSON.stringify(of)}].`,
  );
}

function leafMatcher(alternatives: readonly unknown[], path: string): ValueMatcher {
  if (alternatives.length === 0)
    throw new InvalidEventPatternError(`${path} is an empty list: nothing matches it.`);
  const matchers = alternatives.map((each): LeafMatcher => comparisonOf(each, path));
  return (value) => {
    const leaves = leavesOf(value);
    return matchers.some((matches) => matches(leaves));
  };
}

/** A list stands for each of its elements, those of lists in it included; an empty one for no value. */
function elementsOf(value: Value): readonly Value[] {
  if (!Array.isArray(value)) return [value];
  const elements = value.flatMap((element: Json) => elementsOf(element));
  return elements.length === 0 ? [undefined] : elements;
}

/** Comparisons see neither objects nor what is not there. */
function leavesOf(value: Value): readonly Leaf[] {
  return elementsOf(value).filter(isLeaf);
}

function isObject(value: Value): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLeaf(value: Value): value is Leaf {
  return value !== undefined && (typeof value !== 'object' || value === null);
}

function isPattern(value: unknown): value is EventPattern {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
