import { parseCall } from '../intrinsics/parse.ts';
import type { Json } from '../json.ts';
import { parsePath } from '../jsonpath/parse.ts';
import type { Amount } from '../model/model.ts';
import type { Query, Template } from '../template/ast.ts';
import { readExpression } from '../template/read.ts';
import type { StateData, StateFunction } from '../template/stateData.ts';

/** A value of a field: JSON, in which any part may be a function of what the state sees. */
export type Value<State = StateData> =
  | string
  | number
  | boolean
  | null
  | StateFunction<State>
  | readonly Value<State>[]
  | { readonly [key: string]: Value<State> };

/** Where a value is, as messages name it: `place` in JSONata, `key` in JSONPath. */
interface Field {
  readonly place: string;
  readonly key: string;
}

/** An expression made by {@link jsonPath}, {@link jsonata} or {@link intrinsic}: messages name the field that it is in. */
const queries = new WeakMap<StateFunction, (field: Field) => Query>();

function expression(queryIn: (field: Field) => Query): StateFunction {
  const run: StateFunction = () => {
    throw new Error('jsonPath(), jsonata() and intrinsic() are values of fields: the state evaluates them.');
  };
  queries.set(run, queryIn);
  return run;
}

/**
 * A JSONPath of Amazon States Language: on the state's data (`$`), the context object (`$$`) or a variable (`$name`).
 *
 *     parameters: { cards: jsonPath('$.customer.cards[*].id'), execution: jsonPath('$$.Execution.Id') },
 *
 * @throws SyntaxProblem
 */
export function jsonPath(text: string): StateFunction {
  const path = parsePath(text);
  return expression(({ key }) => ({ type: 'path', path, field: key }));
}

/**
 * A JSONata expression, without its `{% %}`, with the functions that Step Functions adds. It is compiled when it is first
 * evaluated.
 *
 *     output: jsonata('$sum($states.input.lines.price)'),
 */
export function jsonata(text: string): StateFunction {
  return expression(({ place }) => readExpression(text, place));
}

/**
 * A call of an intrinsic function of Amazon States Language.
 *
 *     parameters: { name: intrinsic("States.Format('{}.json', $.id)") },
 *
 * @throws SyntaxProblem
 */
export function intrinsic(text: string): StateFunction {
  const call = parseCall(text);
  return expression(({ key }) => ({ type: 'call', call, field: key }));
}

/**
 * The template of a field's value.
 *
 * @param name of the field, as the language has it
 */
export function templateOf(value: Value, name: string): Template {
  return templateIn(value, { place: name, key: name });
}

function templateIn(value: Value, field: Field): Template {
  if (typeof value === 'function') return queryOf(value, field);
  if (isData(value)) return { type: 'literal', value };
  if (isList(value)) {
    const items = value.map((each, index) =>
      templateIn(each, { place: `${field.place}[${index}]`, key: field.key }),
    );
    return { type: 'array', items };
  }
  const entries = Object.entries(value).map(
    ([key, each]) => [key, templateIn(each, { place: `${field.place}/${key}`, key: `${key}.$` })] as const,
  );
  return { type: 'object', entries };
}

function queryOf(value: StateFunction, field: Field): Query {
  return queries.get(value)?.(field) ?? { type: 'function', run: value };
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether no part of it is a function. */
function isData(value: Value): value is Json & Value {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null) return true;
  return (isList(value) ? value : Object.values(value)).every(isData);
}

/** A number or text that a state needs, given or evaluated. */
export function amountIn(value: Value, name: string): Amount {
  const template = templateOf(value, name);
  if (template.type === 'literal') return template;
  return template.type === 'path'
    ? { type: 'path', path: template.path, text: template.path.text }
    : { type: 'template', template };
}
