import { isArray, isObject } from '../json.ts';
import type { Condition, Operand } from '../model/model.ts';
import { choiceKeys } from '../model/operators.ts';
import type { Fields } from '../model/readFields.ts';
import { type Code, call, string, text } from './code.ts';
import { isNumber, type Known, knownOf } from './known.ts';
import { translatePath } from './translatePath.ts';
import { binary, levels, operand, type Sight, simple, type Translated } from './typeScript.ts';
import { literalCode, parametersOf, type ValueWriter } from './values.ts';

/** The guard of a choice: in TypeScript where that is proven, else with the operators of the definition. */
export function guardCode(fields: Fields, condition: Condition, sight: Sight, values: ValueWriter): Code {
  if (condition.type === 'expression') return values.value(condition.template, sight);
  const found = translated(condition, sight);
  if (found === undefined) return testCode(fields, values);
  for (const use of found.uses) values.uses.add(use);
  return { type: 'arrow', parameters: parametersOf(found.uses), body: found.code };
}

function testCode(fields: Fields, values: ValueWriter): Code {
  const { And, Or, Not, Variable } = fields;
  if (isArray(And))
    return call(values.use('allOf'), ...And.filter(isObject).map((each) => testCode(each, values)));
  if (isArray(Or))
    return call(values.use('anyOf'), ...Or.filter(isObject).map((each) => testCode(each, values)));
  if (isObject(Not)) return call(values.use('not'), testCode(Not, values));
  const operator = Object.keys(fields).find((key) => !choiceKeys.includes(key)) ?? '';
  const variable = typeof Variable === 'string' ? Variable : '';
  return call(values.use('test'), string(variable), string(operator), literalCode(fields[operator] ?? null));
}

function translated(condition: Condition, sight: Sight): Translated | undefined {
  switch (condition.type) {
    case 'and':
    case 'or': {
      const parts = condition.conditions.map((each) => translated(each, sight));
      const found = parts.filter((each) => each !== undefined);
      if (found.length < parts.length) return undefined;
      const [operator, level] =
        condition.type === 'and' ? (['&&', levels.and] as const) : (['||', levels.or] as const);
      return {
        code: text(found.map((each) => operand(each, levels.equal)).join(` ${operator} `)),
        known: { type: 'boolean' },
        level,
        uses: found.flatMap(({ uses }) => uses),
      };
    }
    case 'not': {
      const found = translated(condition.condition, sight);
      return found && { ...found, code: text(`!${operand(found, levels.unary)}`), level: levels.unary };
    }
    case 'test':
      return comparison(condition, sight);
    case 'expression':
      return undefined;
  }
}

function comparison(
  { variable, operator, operand: other }: Extract<Condition, { type: 'test' }>,
  sight: Sight,
): Translated | undefined {
  const left = translatePath(variable, sight);
  const right = operandOf(other, sight);
  if (operator.type !== 'compare' || left === undefined || right === undefined) return undefined;
  if (!isOfKind(operator.kind, left.known) || !isOfKind(operator.kind, right.known)) return undefined;
  const level = operator.order === 'Equals' ? levels.equal : levels.less;
  return binary(left, signs[operator.order], right, level, { type: 'boolean' });
}

function operandOf(other: Operand, sight: Sight): Translated | undefined {
  return other.type === 'path'
    ? translatePath(other.path, sight)
    : simple(literalCode(other.value), knownOf(other.value));
}

function isOfKind(kind: 'String' | 'Numeric' | 'Timestamp' | 'Boolean', known: Known): boolean {
  switch (kind) {
    case 'String':
      return known.type === 'string';
    case 'Numeric':
      return isNumber(known);
    case 'Boolean':
      return known.type === 'boolean';
    // Not each text is one.
    case 'Timestamp':
      return false;
  }
}

const signs = {
  Equals: '===',
  LessThan: '<',
  GreaterThan: '>',
  LessThanEquals: '<=',
  GreaterThanEquals: '>=',
} as const;
