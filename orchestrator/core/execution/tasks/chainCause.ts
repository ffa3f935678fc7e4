import type { AttemptNumbers } from '../model/openTask.ts';
import { taskId } from '../model/openTask.ts';

/**
 * Names the invocation of the worker host that a chain begins with, by the first task of it. Copies of the invocation have
 * the same name.
 */
export function chainIdOf(first: AttemptNumbers): string {
  return `${taskId(first)}.${first.attempt}`;
}

/**
 * Cause of the tasks that a chain opens. It is not an item of the journal, so no delivery dispatches them again.
 *
 * @param token names the run: a copy of its invocation must not take the run's commits for its own
 */
export function chainCause(chainId: string, token: string): string {
  return `chain#${chainId}.${token}`;
}

/** Whether a run of this chain has opened the task of the cause. */
export function isCauseOfChain(cause: string, chainId: string): boolean {
  return cause.startsWith(`chain#${chainId}.`);
}
