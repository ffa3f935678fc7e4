import { isObject, type Json } from '../json.ts';
import type { PathNotFoundError } from '../jsonpath/evaluate.ts';
import type { Lazy } from '../lazily.ts';
import type { Selection } from '../model/model.ts';
import type { Surroundings } from '../random.ts';
import { runtimeError } from '../statesError.ts';
import type { Template } from '../template/ast.ts';
import { evaluate, evaluateQuery, pathAt, type Scope, type Variables } from '../template/evaluate.ts';

/** The data that every field of a state can use. */
export interface At {
  /** The state's input, as it came. */
  readonly input: Json;
  readonly context: Lazy<Json>;
  readonly variables: Variables;
  readonly surroundings: Surroundings;
}

/** The output and the variables of a state. */
export interface Left {
  readonly output: Json;
  readonly variables: Variables;
}

/** For fields in JSONPath: `$` is the data. */
export function pathScope(at: At, data: Json): Scope {
  return { ...at, data, states: { input: at.input } };
}

/** For fields in JSONata. */
export function expressionScope(at: At, more: Omit<Scope['states'], 'input'> = {}): Scope {
  return { ...at, data: at.input, states: { input: at.input, ...more } };
}

/** Variables after `Assign`: all of its expressions see the values of before. */
export function assigned(assign: Template | undefined, at: At, scope: Scope): Variables {
  if (assign === undefined) return at.variables;
  const values = evaluate(assign, scope);
  return { ...at.variables, ...(isObject(values) && values) };
}

/** What `InputPath` and `OutputPath` leave of the data. */
export function selected(selection: Selection, scope: Scope): Json {
  if (selection === 'all') return scope.data;
  if (selection === 'nothing') return {};
  if (selection.type !== 'path') return evaluateQuery(selection, scope);
  return pathAt(selection.path, scope, invalidPath(selection.path.text));
}

export function invalidPath(text: string): (error: PathNotFoundError) => Error {
  return ({ message }) => runtimeError(`Invalid path '${text}' : ${message}`);
}
