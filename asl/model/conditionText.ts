import { isArray, isObject, type Json } from '../json.ts';
import { choiceKeys } from './operators.ts';
import type { Fields } from './readFields.ts';

const signs: readonly (readonly [RegExp, string])[] = [
  [/GreaterThanEquals/, '≥'],
  [/LessThanEquals/, '≤'],
  [/GreaterThan/, '>'],
  [/LessThan/, '<'],
  [/Equals/, '='],
  [/Matches/, 'matches'],
];

/** The condition of a Choice rule as a reader would write it: `$.amount > 1000`. */
export function conditionText(fields: Fields): string {
  const { And, Or, Not, Condition, Variable } = fields;
  if (typeof Condition === 'string') return Condition.replace(/^\{%\s*|\s*%\}$/g, '');
  if (isArray(And)) return And.map(textOf).join(' and ');
  if (isArray(Or)) return Or.map(textOf).join(' or ');
  if (isObject(Not)) return `not ${conditionText(Not)}`;
  const name = Object.keys(fields).find((key) => !choiceKeys.includes(key)) ?? '';
  const value = fields[name];
  const variable = String(Variable ?? '');
  if (name.startsWith('Is'))
    return `${variable} ${value === false ? 'is not' : 'is'} ${name.slice(2).toLowerCase()}`;
  const sign = signs.find(([pattern]) => pattern.test(name))?.[1] ?? name;
  return `${variable} ${sign} ${name.endsWith('Path') ? String(value) : JSON.stringify(value)}`;
}

function textOf(value: Json): string {
  return isObject(value) ? conditionText(value) : '';
}
