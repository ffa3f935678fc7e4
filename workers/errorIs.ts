import { covers } from '../orchestrator/core/policy/errorNames.ts';

/**
 * A guard for `onError`: whether the error has one of these names, by the rules of retry policies (`States.ALL` is any,
 * `States.TaskFailed` any but `States.Timeout`, `States.Timeout` also `States.HeartbeatTimeout`).
 *
 *     onError: [{ guard: errorIs('CardDeclined'), target: 'declined' }, { target: 'failed' }]
 */
export function errorIs(
  ...names: readonly [string, ...string[]]
): (args: { readonly event: { readonly type: string; readonly error?: unknown } }) => boolean {
  return ({ event: { error } }) => {
    const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
    return typeof name === 'string' && names.some((each) => covers(each, name));
  };
}
