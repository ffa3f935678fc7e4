import type { DefinitionMismatchError, PreparedMachine } from '../../machine/index.ts';
import { timeAfter } from '../../policy/time.ts';
import type { ExecutionError, Waiting } from '../model/execution.ts';
import type { MachineLookup } from '../model/machines.ts';
import type { Draft } from './draft.ts';

/** First and longest pause between two looks for what is missing. */
const firstBackoffMs = 1000;
const longestBackoffMs = 60_000;

/**
 * Leaves the execution as it is, to be tried again with backoff, and to be redriven by hand after `waitMs`: a
 * deployment is missing, which is not the execution's fault.
 *
 * @param waited how it has waited so far
 */
export function wait(draft: Draft, error: ExecutionError, waitMs: number, waited: Waiting | undefined): void {
  const { now } = draft;
  const since = waited?.since ?? now;
  const attempts = (waited?.attempts ?? 0) + 1;
  if (now - since >= waitMs) {
    draft.clear('waiting');
    draft.set({ status: 'PENDING_REDRIVE', error });
    draft.log('waiting', '', { type: 'failed', code: error.code });
    return;
  }
  const backoffMs = Math.min(firstBackoffMs * 2 ** (attempts - 1), longestBackoffMs);
  draft.set({
    error,
    waiting: {
      since,
      attempts,
      nextAttemptAt: Math.min(timeAfter(now, backoffMs), timeAfter(since, waitMs)),
      ...(waited?.isRedrive && { isRedrive: true }),
    },
  });
  // Only the first is worth an entry; the others differ in nothing but the time.
  if (attempts === 1) draft.log('waiting', '', { type: 'failed', code: error.code });
}

export type MachineFound =
  | { readonly type: 'found'; readonly machine: PreparedMachine }
  | { readonly type: 'missing'; readonly error: ExecutionError };

export function findMachine(machines: MachineLookup, id: string, version: string | undefined): MachineFound {
  const machine = machines.find(id, version);
  if (machine) return { type: 'found', machine };
  const versions = machines.versionsOf(id);
  const known =
    versions.length > 0
      ? `Deployed versions of it are ${versions.join(', ')}.`
      : `Deployed machines are ${machines.ids().join(', ') || 'none'}.`;
  const what = version === undefined ? `The machine '${id}'` : `Version '${version}' of the machine '${id}'`;
  const message = `${what} is not deployed. ${known} The execution goes on once it is; later, redrive it.`;
  return { type: 'missing', error: { code: 'MachineNotDeployed', name: 'MachineNotDeployed', message } };
}

export function definitionMismatch(error: DefinitionMismatchError): ExecutionError {
  return { code: 'DefinitionMismatch', name: 'DefinitionMismatch', message: error.message };
}
