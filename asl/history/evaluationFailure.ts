import type { Failure } from '../dataflow/handle.ts';
import { errorNames } from '../statesError.ts';

/** The details that an `EvaluationFailed` event has beside the error and its cause. */
export interface EvaluationFailure {
  readonly location: string;
  readonly state: string;
}

/** The place where a state's own field could not be evaluated; nothing for a failure of another kind. */
export function evaluationFailure(
  { error, cause = '' }: Failure,
  state: string,
): EvaluationFailure | undefined {
  if (error !== errorNames.query) return undefined;
  const prefix = `An error occurred while executing the state '${state}' (entered at the event id #`;
  if (!cause.startsWith(prefix)) return undefined;
  const text = cause.slice(cause.indexOf(').', prefix.length) + 2);
  const field =
    / specified for the field '([^']+)' /.exec(text)?.[1] ?? /^ The field '([^']+)' /.exec(text)?.[1];
  const location = field ?? /^ The (\w+) (?:field|parameter) /.exec(text)?.[1] ?? '';
  return { location, state };
}
