import { isArray, isObject, type Json, own, textOf } from '../json.ts';
import { EvaluationError, errorNames } from '../statesError.ts';
import type { ReferencePath } from '../template/ast.ts';

/**
 * The input with a result put in at a path. Missing parts of the path are created; nothing else of the input changes.
 *
 * @throws EvaluationError with `States.ResultPathMatchFailure` where the path does not fit the input
 */
export function withResult(input: Json, path: ReferencePath, result: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return result;
  if (typeof key === 'number') {
    const index = isArray(input) ? key : Number.NaN;
    if (!isArray(input) || !(index >= 0 && index < input.length)) throw mismatch(input, path);
    return input.map((each, place) => (place === index ? withResult(each, rest, result) : each));
  }
  if (!isObject(input)) throw mismatch(input, path);
  const before = own(input, key) ?? null;
  // Null makes way for what the rest of the path needs.
  const inner = before === null && typeof rest[0] === 'string' ? {} : before;
  return { ...input, [key]: withResult(inner, rest, result) };
}

function mismatch(input: Json, path: ReferencePath): EvaluationError {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `['${key}']`)).join('');
  return new EvaluationError(
    errorNames.resultPath,
    `Unable to apply step ${JSON.stringify(text)} of the ResultPath to input ${textOf(input).slice(0, 1000)}`,
  );
}
