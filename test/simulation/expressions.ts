import type { Attributes } from '../../orchestrator/table/attributes.ts';

/**
 * Condition and key expressions of DynamoDB, as far as the table module writes them: comparisons and functions joined by
 * AND or by OR. Whatever else is refused, so that a new expression is not taken to be true.
 */
export function isTrue(
  expression: string,
  item: Attributes | undefined,
  names: Readonly<Record<string, string>>,
  values: Attributes,
): boolean {
  const alternatives = expression.split(' OR ');
  if (alternatives.length > 1) return alternatives.some((each) => isTrue(each, item, names, values));
  return expression.split(' AND ').every((term) => isTermTrue(term.trim(), item, names, values));
}

function isTermTrue(
  term: string,
  item: Attributes | undefined,
  names: Readonly<Record<string, string>>,
  values: Attributes,
): boolean {
  const nameOf = (name: string) => names[name] ?? name;
  const call = /^(attribute_not_exists|attribute_exists|begins_with)\(([^,)]+)(?:, ([^)]+))?\)$/.exec(term);
  if (call) {
    const [, name, path = '', value = ''] = call;
    const attribute = item?.[nameOf(path)];
    if (name === 'attribute_not_exists') return attribute === undefined;
    if (name === 'attribute_exists') return attribute !== undefined;
    return attribute?.S?.startsWith(values[value]?.S ?? '') === true;
  }
  const comparison = /^(\S+) (=|<|>|<=|>=) (:\S+)$/.exec(term);
  if (!comparison) throw new Error(`The simulation does not know the expression '${term}'.`);
  const [, path = '', operator, value = ''] = comparison;
  const [actual, expected] = [item?.[nameOf(path)], values[value]];
  if (actual === undefined || expected === undefined) return false;
  const difference =
    actual.N !== undefined && expected.N !== undefined
      ? Number(actual.N) - Number(expected.N)
      : compareTexts(actual.S, expected.S);
  switch (operator) {
    case '=':
      return difference === 0;
    case '<':
      return difference < 0;
    case '>':
      return difference > 0;
    case '<=':
      return difference <= 0;
    default:
      return difference >= 0;
  }
}

/** NaN, and so never true, where one of them is not text. */
function compareTexts(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number.NaN;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An item after `SET a = :a, b = :b`, with or without `ADD n :n`; nothing else is known. */
export function updated(
  expression: string,
  item: Attributes,
  names: Readonly<Record<string, string>>,
  values: Attributes,
): Attributes {
  const parsed = /^SET (.+?)(?: ADD (\S+) (:\S+))?$/.exec(expression);
  if (!parsed) throw new Error(`The simulation does not know the update '${expression}'.`);
  const [, sets = '', counter, added = ''] = parsed;
  const result: Attributes = { ...item };
  for (const set of sets.split(', ')) {
    const [path = '', value = ''] = set.split(' = ');
    const assigned = values[value];
    if (!assigned) throw new Error(`The update '${expression}' has no value for ${value}.`);
    result[names[path] ?? path] = assigned;
  }
  if (counter === undefined) return result;
  const name = names[counter] ?? counter;
  result[name] = { N: String(Number(item[name]?.N ?? 0) + Number(values[added]?.N)) };
  return result;
}
