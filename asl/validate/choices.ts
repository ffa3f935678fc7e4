import { instantOf } from '../dataflow/timestamp.ts';
import { isArray, isObject, type Json } from '../json.ts';
import { operatorOf } from '../model/operators.ts';
import { checkFields, type Part, requireFields } from './checkFields.ts';
import { within } from './problem.ts';
import * as check from './values.ts';

/** `Choices` of a Choice state. */
export function checkChoices(part: Part): void {
  const { fields, pointer, report, language } = part;
  const { Choices } = fields;
  if (Choices === undefined) return;
  const place = within(pointer, 'Choices');
  const found = { key: 'Choices', value: Choices, pointer: place, language, report };
  if (!isArray(Choices)) {
    check.refuse(found, 'and must be a list', 'write a list of choices');
    return;
  }
  if (Choices.length === 0) check.refuse(found, 'and non-empty required', 'write at least one choice');
  for (const [index, each] of Choices.entries()) {
    const choicePointer = within(place, index);
    if (isObject(each)) checkChoice({ ...part, fields: each, pointer: choicePointer });
    else check.object({ ...found, key: `Choices[${index}]`, value: each, pointer: choicePointer });
  }
}

const everyChoice = { Next: check.text, Comment: check.text, Assign: check.variables };

function checkChoice(part: Part): void {
  requireFields(part, ['Next']);
  if (part.language === 'JSONata') {
    checkFields(part, { ...everyChoice, Condition: condition, Output: check.template });
    requireFields(part, ['Condition']);
    return;
  }
  const { Next, Comment, Assign, ...rule } = part.fields;
  checkFields(
    { ...part, fields: Object.fromEntries(Object.entries({ Next, Comment, Assign }).flatMap(given)) },
    everyChoice,
  );
  checkRule({ ...part, fields: rule });
}

function given([key, value]: readonly [string, Json | undefined]): readonly (readonly [string, Json])[] {
  return value === undefined ? [] : [[key, value]];
}

const condition: check.Check = (found) => {
  if (typeof found.value === 'boolean') return;
  if (typeof found.value !== 'string')
    return check.refuse(found, 'and must be an expression', 'write {% expression %}');
  check.template(found);
};

/** A comparison, or `And`, `Or` and `Not` of others. */
function checkRule(part: Part): void {
  const { fields, pointer, report } = part;
  const rule = Object.keys(fields).filter((key) => key !== 'Comment' && key !== 'Variable');
  const [name] = rule;
  if (rule.length !== 1 || name === undefined) {
    const found = rule.length === 0 ? 'none' : rule.map((key) => `"${key}"`).join(', ');
    const message = `A choice has one comparison operator, And, Or or Not, and this one has ${found}`;
    report({ code: 'SCHEMA_VALIDATION_FAILED', pointer, message, remedy: 'combine several with And' });
    return;
  }
  if (name === 'And' || name === 'Or' || name === 'Not') {
    checkCombination(part, name);
    return;
  }
  const known = operatorOf(name);
  if (known === undefined) {
    const message = `Field "${name}" is not a comparison operator`;
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: within(pointer, name),
      message,
      remedy: 'write one like StringEquals or IsPresent',
    });
    return;
  }
  requireFields(part, ['Variable']);
  const operand = known.isPath ? check.path : operandOf(name);
  checkFields(part, { Variable: check.path, Comment: check.text, [name]: operand });
}

function checkCombination(part: Part, name: 'And' | 'Or' | 'Not'): void {
  const { fields, pointer, report, language } = part;
  const value = fields[name] ?? null;
  const place = within(pointer, name);
  const found = { key: name, value, pointer: place, language, report };
  if (name === 'Not') {
    if (isObject(value)) checkRule({ ...part, fields: value, pointer: place });
    else check.object(found);
    return;
  }
  if (!isArray(value)) {
    check.refuse(found, 'and must be a list', 'write a list of comparisons');
    return;
  }
  if (value.length === 0) check.refuse(found, 'and non-empty required', 'write at least one comparison');
  for (const [index, each] of value.entries()) {
    if (isObject(each)) checkRule({ ...part, fields: each, pointer: within(place, index) });
    else check.object({ ...found, key: `${name}[${index}]`, value: each, pointer: within(place, index) });
  }
}

/** The value that an operator compares with, where the definition gives it. */
function operandOf(name: string): check.Check {
  if (name.startsWith('Is') || name.startsWith('Boolean')) return check.boolean;
  if (name.startsWith('Numeric')) return check.number({ isWhole: false });
  if (!name.startsWith('Timestamp')) return check.text;
  return (found) => {
    if (check.isPlaceholder(found.value) || instantOf(found.value) !== undefined) return;
    check.refuse(found, 'and must be a timestamp', 'write one like 2026-01-31T12:00:00Z');
  };
}
