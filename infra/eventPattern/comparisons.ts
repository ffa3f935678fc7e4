import { cidrMatcher } from './cidr.ts';
import { InvalidEventPatternError } from './invalidEventPatternError.ts';
import { wildcardMatcher } from './wildcard.ts';

/** One alternative of a leaf: a value to be equal to, or a comparison. */
export type Comparison =
  | Leaf
  | { readonly exists: boolean }
  | { readonly prefix: string | IgnoringCase }
  | { readonly suffix: string | IgnoringCase }
  | IgnoringCase
  | { readonly wildcard: string }
  | { readonly cidr: string }
  | { readonly numeric: readonly (NumericOperator | number)[] }
  | { readonly 'anything-but': string | number | readonly (string | number)[] | AnythingButText };

export type Leaf = string | number | boolean | null;
export type NumericOperator = '=' | '<' | '<=' | '>' | '>=';

interface IgnoringCase {
  readonly 'equals-ignore-case': string;
}

type Texts = string | readonly string[];
type AnythingButText =
  | { readonly prefix: Texts }
  | { readonly suffix: Texts }
  | { readonly 'equals-ignore-case': Texts }
  | { readonly wildcard: Texts };

/** Over all values that a field has: several where it is a list, none where it is not there. */
export type LeafMatcher = (values: readonly Leaf[]) => boolean;

type Matches = (value: Leaf) => boolean;

/** @throws InvalidEventPatternError */
export function comparisonOf(alternative: unknown, path: string): LeafMatcher {
  if (isLeaf(alternative)) return (values) => values.includes(alternative);
  const [operator, argument, ...more] = Object.entries(alternative ?? {}).flat();
  if (typeof alternative !== 'object' || Array.isArray(alternative) || more.length > 0) {
    throw new InvalidEventPatternError(
      `${path} has ${JSON.stringify(alternative)}, which is not a comparison.`,
    );
  }
  if (operator === 'exists') {
    if (typeof argument !== 'boolean') throw refusal(path, 'exists', 'true or false');
    return (values) => values.length > 0 === argument;
  }
  const matches = matcherOf(String(operator), argument, path);
  return (values) => values.some(matches);
}

function matcherOf(operator: string, argument: unknown, path: string): Matches {
  switch (operator) {
    case 'numeric':
      return numericMatcher(argument, path);
    case 'anything-but':
      return anythingBut(argument, path);
    case 'cidr':
      return ofText(cidrMatcher(text(argument, path, operator), path));
    default: {
      const of = textComparison(operator);
      if (of) return ofText(of(argument, path));
      throw new InvalidEventPatternError(
        `${path} has the unknown comparison '${operator}': use one of ${[...Object.keys(textComparisons), 'exists', 'numeric', 'cidr', 'anything-but'].join(', ')}.`,
      );
    }
  }
}

type TextMatches = (value: string) => boolean;

type TextComparison = (argument: unknown, path: string) => TextMatches;

const textComparisons: Readonly<Record<string, TextComparison>> = {
  prefix: (argument, path) =>
    affixMatcher(argument, path, 'prefix', (value, affix) => value.startsWith(affix)),
  suffix: (argument, path) => affixMatcher(argument, path, 'suffix', (value, affix) => value.endsWith(affix)),
  'equals-ignore-case': (argument, path) => {
    const wanted = text(argument, path, 'equals-ignore-case').toLowerCase();
    return (value) => value.toLowerCase() === wanted;
  },
  wildcard: (argument, path) => wildcardMatcher(text(argument, path, 'wildcard'), path),
};

function textComparison(operator: string): TextComparison | undefined {
  return Object.hasOwn(textComparisons, operator) ? textComparisons[operator] : undefined;
}

function affixMatcher(
  argument: unknown,
  path: string,
  operator: string,
  matches: (value: string, affix: string) => boolean,
): TextMatches {
  if (typeof argument === 'object' && argument !== null && 'equals-ignore-case' in argument) {
    const affix = text(argument['equals-ignore-case'], path, `${operator} equals-ignore-case`).toLowerCase();
    return (value) => matches(value.toLowerCase(), affix);
  }
  const affix = text(argument, path, operator);
  return (value) => matches(value, affix);
}

/** A field that is not there is not anything but: it has no value. */
function anythingBut(argument: unknown, path: string): Matches {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
    const [operator = '', texts, ...more] = Object.entries(argument).flat();
    const of = textComparison(operator);
    if (!of || more.length > 0) {
      throw refusal(
        path,
        'anything-but',
        'values, or one of prefix, suffix, equals-ignore-case and wildcard',
      );
    }
    const excluded = [texts].flat().map((each: unknown) => of(each, path));
    if (excluded.length === 0) throw refusal(path, 'anything-but', 'a value or more');
    return (value) => typeof value !== 'string' || !excluded.some((matches) => matches(value));
  }
  const excluded: unknown[] = [argument].flat();
  const isUniform = ['string', 'number'].some((type) => excluded.every((each) => typeof each === type));
  if (excluded.length === 0 || !isUniform) throw refusal(path, 'anything-but', 'texts, or numbers');
  return (value) => !excluded.includes(value);
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-numeric-matching */
const largestNumber = 5_000_000_000;

const numericOperators: Readonly<Record<NumericOperator, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numericMatcher(argument: unknown, path: string): Matches {
  if (!Array.isArray(argument) || (argument.length !== 2 && argument.length !== 4)) {
    throw refusal(path, 'numeric', 'an operator and a number, or two of each');
  }
  const [first, ...more] = [argument.slice(0, 2), argument.slice(2)]
    .filter((pair) => pair.length > 0)
    .map((pair) => numericBound(pair, path));
  const second = more[0];
  if (first && second) {
    const isRange = first.operator.startsWith('>') && second.operator.startsWith('<');
    if (!isRange || first.bound >= second.bound) {
      throw refusal(path, 'numeric', "of two bounds the lower first, as in ['>', 0, '<=', 5]");
    }
  }
  return (value) =>
    typeof value === 'number' &&
    [first, second].every((each) => !each || numericOperators[each.operator](value, each.bound));
}

function numericBound([operator, bound]: readonly unknown[], path: string) {
  if (!isNumericOperator(operator) || typeof bound !== 'number' || !(Math.abs(bound) <= largestNumber)) {
    throw refusal(path, 'numeric', 'one of = < <= > >= before each number, from -5e9 to 5e9');
  }
  return { operator, bound };
}

function isNumericOperator(value: unknown): value is NumericOperator {
  return typeof value === 'string' && Object.hasOwn(numericOperators, value);
}

function ofText(matches: TextMatches): Matches {
  return (value) => typeof value === 'string' && matches(value);
}

function text(argument: unknown, path: string, operator: string): string {
  if (typeof argument === 'string') return argument;
  throw refusal(path, operator, 'a text');
}

function refusal(path: string, operator: string, wanted: string): InvalidEventPatternError {
  return new InvalidEventPatternError(`${path}: '${operator}' takes ${wanted}.`);
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
