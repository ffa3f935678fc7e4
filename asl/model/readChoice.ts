import { isArray, isObject, type Json } from '../json.ts';
import { parsePath } from '../jsonpath/parse.ts';
import { lazily } from '../lazily.ts';
import type { QueryLanguage } from '../template/ast.ts';
import { readTemplate } from '../template/read.ts';
import { conditionText } from './conditionText.ts';
import type { ChoiceRule, Condition } from './model.ts';
import { choiceKeys, operatorOf } from './operators.ts';
import { type Fields, lazyTemplate, textIn } from './readFields.ts';

export function choiceRuleOf(fields: Fields, language: QueryLanguage): ChoiceRule {
  return {
    text: conditionText(fields),
    condition: lazily(() => conditionOf(fields, language)),
    assign: lazyTemplate(fields, 'Assign', language),
    output: lazyTemplate(fields, 'Output', language),
    next: textIn(fields, 'Next'),
  };
}

function conditionOf(fields: Fields, language: QueryLanguage): Condition {
  const { Condition, And, Or, Not } = fields;
  if (language === 'JSONata') {
    return { type: 'expression', template: readTemplate(Condition ?? null, language, 'Condition') };
  }
  if (isArray(And))
    return { type: 'and', conditions: And.map((each) => conditionOf(asFields(each), language)) };
  if (isArray(Or)) return { type: 'or', conditions: Or.map((each) => conditionOf(asFields(each), language)) };
  if (isObject(Not)) return { type: 'not', condition: conditionOf(Not, language) };
  const name = Object.keys(fields).find((key) => !choiceKeys.includes(key)) ?? '';
  const known = operatorOf(name);
  if (known === undefined) throw new Error(`'${name}' is not a comparison operator.`);
  const value = fields[name] ?? null;
  return {
    type: 'test',
    variable: parsePath(textIn(fields, 'Variable')),
    operator: known.operator,
    operand:
      known.isPath && typeof value === 'string'
        ? { type: 'path', path: parsePath(value) }
        : { type: 'value', value },
  };
}

function asFields(value: Json): Fields {
  return isObject(value) ? value : {};
}
