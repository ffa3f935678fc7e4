import { shown } from '../orchestrator/core/data/shown.ts';
import { covers } from '../orchestrator/core/policy/errorNames.ts';
import { sentence } from '../orchestrator/core/policy/options.ts';
import { reservedNameProblem } from '../orchestrator/core/policy/reservedErrorNames.ts';
import { InvalidRetryPolicyError } from '../orchestrator/core/policy/taskPolicy.ts';

/**
 * A guard for `onError`: whether the error has one of these names, by the rules of retry policies (`States.ALL` is any,
 * `States.TaskFailed` any but `States.Timeout`, `States.Timeout` also `States.HeartbeatTimeout`).
 *
 *     onError: [{ guard: errorIs('CardDeclined'), target: 'declined' }, { target: 'failed' }]
 *
 * A thrown value that is not an error has the name `Error`, as in retry policies.
 *
 * @throws InvalidRetryPolicyError where a name is not a string, or has a reserved prefix and no error has it
 */
export function errorIs(
  ...names: readonly [string, ...string[]]
): (args: { readonly event: { readonly type: string; readonly error?: unknown } }) => boolean {
  if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === '')) {
    throw new InvalidRetryPolicyError(
      `errorIs() is given ${shown(names)}: give names of errors, as in errorIs('CardDeclined', 'States.Timeout').`,
    );
  }
  const unknownName = reservedNameProblem(names);
  if (unknownName !== undefined) throw new InvalidRetryPolicyError(sentence('errorIs()', unknownName));
  return ({ event }) => {
    // Only the event of a failure has an error.
    if (!('error' in event)) return false;
    const { error } = event;
    const given = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
    const name = typeof given === 'string' && (given !== '' || error instanceof Error) ? given : 'Error';
    return names.some((each) => covers(each, name));
  };
}
