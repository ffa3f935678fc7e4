import type { Json } from '../json.ts';
import { textOf } from '../json.ts';
import type { Lazy } from '../lazily.ts';
import type { FailState, FailText } from '../model/model.ts';
import { type EvaluationError, queryError, runtimeError, StatesError } from '../statesError.ts';
import { evaluate, kindOf } from '../template/evaluate.ts';
import { type At, expressionScope, pathScope } from './at.ts';

/** The failure that a Fail state is. @throws EvaluationError where its error or cause cannot be found */
export function failureOf(state: FailState, at: At): StatesError {
  return new StatesError(
    textOfField(state, 'Error', state.error, at),
    textOfField(state, 'Cause', state.cause, at),
  );
}

function textOfField(
  state: FailState,
  field: string,
  text: Lazy<FailText> | undefined,
  at: At,
): string | undefined {
  if (text === undefined) return undefined;
  const { template, isPath } = text();
  const scope = state.language === 'JSONata' ? expressionScope(at) : pathScope(at, at.input);
  const value = evaluate(template, scope);
  if (typeof value === 'string') return value;
  throw notText(isPath ? `${field}Path` : field, state.language === 'JSONata', value);
}

function notText(field: string, isQuery: boolean, value: Json): EvaluationError {
  const problem = `The field '${field}' needs a string, but was '${kindOf(value)}' for value: ${textOf(value)}`;
  return isQuery ? queryError(problem) : runtimeError(problem);
}
