import { byteLength, type Json } from '../json.ts';
import type { State } from '../model/model.ts';
import { errorNames, StatesError } from '../statesError.ts';

/** Bytes of a state's input, result or output, at most: Step Functions' limit. */
const mostBytes = 262_144;

/** @throws StatesError with `States.DataLimitExceeded` */
export function checkSize(state: State, value: Json): Json {
  if (mayBeLarge(value) && byteLength(value) > mostBytes) {
    const cause = `The state/task '${subjectOf(state)}' returned a result with a size exceeding the maximum number of bytes service limit.`;
    throw new StatesError(errorNames.dataLimit, cause);
  }
  return value;
}

function mayBeLarge(value: Json): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

/** As Step Functions names it: a service, a resource or a state. */
function subjectOf(state: State): string {
  if (state.type !== 'Task') return state.name;
  const service = /^arn:[^:]*:states:[^:]*:[^:]*:(?:aws-sdk:)?([^:]+)/.exec(state.resource)?.[1];
  return service ?? state.resource;
}
