import { evaluateCall } from '../intrinsics/evaluate.ts';
import { isObject, type Json, objectOf, own, textOf } from '../json.ts';
import type { Path } from '../jsonpath/ast.ts';
import { evaluateSegments, PathNotFoundError } from '../jsonpath/evaluate.ts';
import type { Surroundings } from '../random.ts';
import { queryError, runtimeError } from '../statesError.ts';
import type { Query, Template } from './ast.ts';
import type { StateData, Variables } from './stateData.ts';

export type { Variables };

/** The data that expressions of a field can use. */
export interface Scope {
  /** The root of a path that begins with `$`. */
  readonly data: Json;
  /** What JSONata has in `$states`, but for the context object. */
  readonly states: { readonly input: Json; readonly result?: Json; readonly errorOutput?: Json };
  /** The context object: `$$`, and `$states.context`. */
  readonly context: () => Json;
  readonly variables: Variables;
  readonly surroundings: Surroundings;
}

/** @throws EvaluationError */
export function evaluate(template: Template, scope: Scope): Json {
  switch (template.type) {
    case 'literal':
      return template.value;
    case 'array':
      return template.items.map((each) => evaluate(each, scope));
    case 'object':
      return objectOf(template.entries.map(([key, each]) => [key, evaluate(each, scope)]));
    default:
      return evaluateQuery(template, scope);
  }
}

/** @throws EvaluationError */
export function evaluateQuery(query: Query, scope: Scope): Json {
  switch (query.type) {
    case 'path':
      return fieldAt(query.path, query.field, scope);
    case 'call':
      return evaluateCall(query.call, (path) => fieldAt(path, query.field, scope), scope.surroundings);
    case 'expression':
      return evaluateExpression(query, scope);
    case 'function':
      return query.run(stateDataOf(scope));
  }
}

function fieldAt(path: Path, field: string, scope: Scope): Json {
  return pathAt(path, scope, () =>
    runtimeError(
      `The JSONPath '${path.text}' specified for the field '${field}' could not be found in the input '${textOf(scope.data)}'`,
    ),
  );
}

/**
 * The value that a path leads to.
 *
 * @param missing the error where it leads to nothing
 */
export function pathAt(path: Path, scope: Scope, missing: (error: PathNotFoundError) => Error): Json {
  try {
    return evaluateSegments(rootOf(path, scope), path.segments);
  } catch (error) {
    if (error instanceof PathNotFoundError) throw missing(error);
    throw error;
  }
}

function rootOf({ root, text }: Path, scope: Scope): Json {
  switch (root.type) {
    case 'data':
    case 'current':
      return scope.data;
    case 'context':
      return scope.context();
    case 'variable': {
      const value = own(scope.variables, root.name);
      if (value === undefined)
        throw queryError(`The variable '$${root.name}' of the path '${text}' has no value.`);
      return value;
    }
  }
}

function evaluateExpression(query: Extract<Query, { type: 'expression' }>, scope: Scope): Json {
  const { text, field } = query;
  const states = {
    ...scope.states,
    get context() {
      return scope.context();
    },
  };
  const evaluation = query.expression().evaluate({ ...scope.variables, states }, scope.surroundings);
  const at = `The JSONata expression '${text}' specified for the field '${field}'`;
  switch (evaluation.type) {
    case 'value':
      return evaluation.value;
    case 'nothing':
      throw queryError(`${at} returned nothing (undefined).`);
    case 'unsupported':
      throw queryError(`${at} returned an unsupported result type.`);
    case 'failed':
      throw queryError(`${at} threw an error during evaluation. ${evaluation.message}`);
  }
}

/** The kind of a value, as Step Functions names it in messages. */
export function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : typeof value;
}

function stateDataOf({ data, states, variables, surroundings }: Scope): StateData {
  return {
    input: data,
    result: states.result ?? null,
    errorOutput: errorOutputOf(states.errorOutput),
    variables,
    ...surroundings,
  };
}

function errorOutputOf(value: Json | undefined): StateData['errorOutput'] {
  const { Error: error, Cause: cause } = value !== undefined && isObject(value) ? value : {};
  return { Error: typeof error === 'string' ? error : '', Cause: typeof cause === 'string' ? cause : '' };
}
