import { equal, isArray, type Json } from '../json.ts';
import type { Path } from '../jsonpath/ast.ts';
import type { ChoiceRule, ChoiceState, Condition, Operator, Order } from '../model/model.ts';
import { EvaluationError, errorNames, queryError } from '../statesError.ts';
import { evaluate, kindOf, pathAt, type Scope } from '../template/evaluate.ts';
import { type At, assigned, expressionScope, invalidPath, type Left, pathScope, selected } from './at.ts';
import { effectiveInput } from './flow.ts';
import { instantOf } from './timestamp.ts';

/** Which way a Choice state goes. `rule`: the place of the choice; undefined for `Default`. */
export interface Chosen extends Left {
  readonly rule: number | undefined;
}

/** @throws EvaluationError, also with `States.NoChoiceMatched` */
export function choose(state: ChoiceState, at: At): Chosen {
  const flow = state.flow();
  const scope = flow.language === 'JSONata' ? expressionScope(at) : pathScope(at, effectiveInput(flow, at));
  const place = state.choices.findIndex(({ condition }) => holds(condition(), scope));
  const rule: ChoiceRule | undefined = state.choices[place];
  if (rule === undefined && state.default === undefined) {
    const cause = 'Failed to transition out of the state. No choice matched, and the state has no Default.';
    throw new EvaluationError(errorNames.noChoice, cause);
  }
  // In a JSONata state, Output of the state itself counts where the choice has none.
  const assign = rule ? rule.assign?.() : flow.assign;
  const own = flow.language === 'JSONata' ? flow.output : undefined;
  const output = rule?.output?.() ?? own;
  return {
    rule: rule && place,
    output: output
      ? evaluate(output, scope)
      : flow.language === 'JSONata'
        ? at.input
        : selected(flow.outputPath, scope),
    variables: assigned(assign, at, scope),
  };
}

function holds(condition: Condition, scope: Scope): boolean {
  switch (condition.type) {
    case 'and':
      return condition.conditions.every((each) => holds(each, scope));
    case 'or':
      return condition.conditions.some((each) => holds(each, scope));
    case 'not':
      return !holds(condition.condition, scope);
    case 'test':
      return tests(condition, scope);
    case 'expression': {
      const value = evaluate(condition.template, scope);
      if (typeof value === 'boolean') return value;
      throw queryError(
        `The Condition of a choice returned an unexpected result type. Expected 'boolean', but was '${kindOf(value)}'`,
      );
    }
  }
}

function tests({ variable, operator, operand }: Extract<Condition, { type: 'test' }>, scope: Scope): boolean {
  if (operator.type === 'is' && operator.kind === 'Present') {
    return isPresent(variable, scope) === (operand.type === 'value' && operand.value);
  }
  const value = valueAt(variable, scope);
  const other = operand.type === 'path' ? valueAt(operand.path, scope) : operand.value;
  return applies(operator, value, other);
}

function valueAt(path: Path, scope: Scope): Json {
  return pathAt(path, scope, invalidPath(path.text));
}

function isPresent(path: Path, scope: Scope): boolean {
  try {
    const found = valueAt(path, scope);
    return path.isDefinite || !isArray(found) || found.length > 0;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

function applies(operator: Operator, value: Json, other: Json): boolean {
  switch (operator.type) {
    case 'is':
      return isOfKind(operator.kind, value) === other;
    case 'matches':
      return typeof value === 'string' && typeof other === 'string' && matchesWildcards(other, value);
    case 'compare':
      return compares(operator, value, other);
  }
}

function isOfKind(kind: Extract<Operator, { type: 'is' }>['kind'], value: Json): boolean {
  switch (kind) {
    case 'Boolean':
      return typeof value === 'boolean';
    case 'Numeric':
      return typeof value === 'number';
    case 'String':
      return typeof value === 'string';
    case 'Null':
      return value === null;
    case 'Timestamp':
      return instantOf(value) !== undefined;
    case 'Present':
      return true;
  }
}

/** Values of other kinds than the operator's are not equal, not less and not greater. */
function compares(
  { kind, order }: Extract<Operator, { type: 'compare' }>,
  value: Json,
  other: Json,
): boolean {
  switch (kind) {
    case 'Boolean':
      return typeof value === 'boolean' && equal(value, other);
    case 'Numeric':
      return typeof value === 'number' && typeof other === 'number' && isOrdered(order, value, other);
    case 'String':
      return typeof value === 'string' && typeof other === 'string' && isOrdered(order, value, other);
    case 'Timestamp': {
      const instant = instantOf(value);
      const otherInstant = instantOf(other);
      return instant !== undefined && otherInstant !== undefined && isOrdered(order, instant, otherInstant);
    }
  }
}

function isOrdered<Value extends number | string>(order: Order, a: Value, b: Value): boolean {
  switch (order) {
    case 'Equals':
      return a === b;
    case 'LessThan':
      return a < b;
    case 'GreaterThan':
      return a > b;
    case 'LessThanEquals':
      return a <= b;
    case 'GreaterThanEquals':
      return a >= b;
  }
}

/** `*` stands for any text; a backslash takes the next character as it is. In time linear in both, times stars. */
export function matchesWildcards(pattern: string, text: string): boolean {
  const parts = [''];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] ?? '';
    if (character === '*') parts.push('');
    else if (character === '\\' && i + 1 < pattern.length)
      parts.push(`${parts.pop() ?? ''}${pattern[++i] ?? ''}`);
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
