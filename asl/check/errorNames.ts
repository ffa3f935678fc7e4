import { unknownReservedName } from '../../orchestrator/core/policy/reservedErrorNames.ts';
import { isArray, isObject, type Json } from '../json.ts';
import { type Problem, within } from '../validate/problem.ts';
import { isPlaceholder } from '../validate/values.ts';

/**
 * Names in `ErrorEquals` with a reserved prefix that no error has. Step Functions takes any name, so that a mistyped one
 * shows when the error occurs and nothing handles it.
 */
export function unknownErrorNames(definition: Json): readonly Problem[] {
  const raised = new Set(namesRaised(definition));
  return [...namesHandled(definition, '')].flatMap(({ name, pointer }) => {
    const unknown = raised.has(name) || isPlaceholder(name) ? undefined : unknownReservedName(name);
    if (!unknown) return [];
    return {
      severity: 'warning',
      code: 'DIFFERS',
      pointer,
      message: `"${name}" is the name of no error, neither here nor on Step Functions`,
      remedy: unknown.meant === undefined ? 'correct the name' : `write "${unknown.meant}"`,
    };
  });
}

/** Names that Fail states raise: Step Functions lets them have any. */
function* namesRaised(value: Json): Generator<string> {
  if (isArray(value)) for (const each of value) yield* namesRaised(each);
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === 'Error' && typeof each === 'string') yield each;
    else yield* namesRaised(each);
  }
}

function* namesHandled(
  value: Json,
  pointer: string,
): Generator<{ readonly name: string; readonly pointer: string }> {
  if (isArray(value)) {
    for (const [index, each] of value.entries()) yield* namesHandled(each, within(pointer, index));
  }
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) {
    const place = within(pointer, key);
    if (key !== 'ErrorEquals' || !isArray(each)) yield* namesHandled(each, place);
    else {
      for (const [index, name] of each.entries())
        if (typeof name === 'string') yield { name, pointer: within(place, index) };
    }
  }
}
