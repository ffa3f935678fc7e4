import { type Json, textOf } from '../json.ts';
import type { Amount, WaitState } from '../model/model.ts';
import { queryError, runtimeError } from '../statesError.ts';
import { evaluate, pathAt } from '../template/evaluate.ts';
import { type At, expressionScope, invalidPath, pathScope } from './at.ts';
import { effectiveInput } from './flow.ts';
import { instantOf } from './timestamp.ts';

/** The longest time that Step Functions counts in: years beyond any use. */
const mostSeconds = 99_999_999;

/** When a Wait state is over, in milliseconds since the epoch. @throws EvaluationError */
export function waitUntil(state: WaitState, at: At): number {
  const { now } = at.surroundings;
  const amount = state.until.amount();
  const data = effectiveInput(state.flow(), at);
  if (state.until.type === 'seconds') return now + 1000 * secondsToWait(amount, at, data);
  return Math.max(now, timestampOf(amount, at, data));
}

function secondsToWait(amount: Amount, at: At, data: Json): number {
  switch (amount.type) {
    case 'path': {
      const { text } = amount;
      const missing = () =>
        runtimeError(`The SecondsPath parameter does not reference an input value: ${text}`);
      const value = pathAt(amount.path, pathScope(at, data), missing);
      if (typeof value === 'number' && Number.isInteger(value)) {
        if (value < 0)
          throw runtimeError(`The SecondsPath parameter references a negative value: ${text} == ${value}`);
        return Math.min(value, mostSeconds);
      }
      throw runtimeError(
        `The SecondsPath parameter cannot be parsed as a long value: ${text} == ${written(value)}`,
      );
    }
    case 'template':
    case 'literal': {
      const value = amount.type === 'literal' ? amount.value : evaluate(amount.template, expressionScope(at));
      if (typeof value === 'number' && Number.isInteger(value) && value >= 0)
        return Math.min(value, mostSeconds);
      throw queryError(
        `The Seconds field must be a number of seconds from 0 to ${mostSeconds}: ${written(value)}`,
      );
    }
  }
}

function timestampOf(amount: Amount, at: At, data: Json): number {
  const format = 'ISO-8601 extended offset date-time format string';
  if (amount.type === 'path') {
    const { text } = amount;
    const missing = () =>
      runtimeError(`The TimestampPath parameter does not reference an input value: ${text}`);
    const value = pathAt(amount.path, pathScope(at, data), missing);
    const instant = instantOf(value);
    if (instant !== undefined) return instant;
    throw runtimeError(
      `The TimestampPath parameter does not reference a valid ${format}: ${text} == ${written(value)}`,
    );
  }
  const value = amount.type === 'literal' ? amount.value : evaluate(amount.template, expressionScope(at));
  const instant = instantOf(value);
  if (instant === undefined)
    throw queryError(`The Timestamp field cannot be parsed as an ${format}: ${written(value)}`);
  return instant;
}

function written(value: Json): string {
  return typeof value === 'string' ? value : textOf(value);
}

/** `TimeoutSeconds`, `HeartbeatSeconds`: whole, and above 0. @throws EvaluationError */
export function positiveSeconds(name: string, amount: Amount, at: At): number {
  const value = numberOf(amount, at, at.input);
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return Math.min(value, mostSeconds);
  if (amount.type !== 'path')
    throw queryError(`The ${name} field must be a positive integer: ${written(value)}`);
  throw runtimeError(
    `The ${name}Path parameter does not reference a positive integer: ${amount.text} == ${written(value)}`,
  );
}

/** The value of an amount. */
export function numberOf(amount: Amount, at: At, data: Json): Json {
  switch (amount.type) {
    case 'literal':
      return amount.value;
    case 'path':
      return pathAt(amount.path, pathScope(at, data), invalidPath(amount.text));
    case 'template':
      return evaluate(amount.template, expressionScope(at));
  }
}
