import type { Execution, ExecutionError } from '../model/execution.ts';
import { type OpenTask, taskKey } from '../model/openTask.ts';
import { deferred } from '../tasks/tasks.ts';
import type { Advance, AdvanceInput, AdvanceLimits, Decided } from './advance.types.ts';
import { commitAtRest, decide, draftOf } from './commit.ts';
import { Draft } from './draft.ts';
import { endFailed } from './ending.ts';
import { logKindOf } from './logKind.ts';
import { wait } from './waiting.ts';

/** The tasks could not be handed to their functions now: each is dispatched a little later, as the same attempt. */
export function deferDispatch(execution: Execution, tasks: readonly OpenTask[], now: number): Advance {
  const draft = new Draft(execution, now);
  for (const put of tasks) {
    const task = draft.openAttempt(put);
    // After a conflict it may have been settled, or be another attempt.
    if (!task || task.dispatchAt !== undefined) continue;
    draft.replaceTask(deferred(execution.executionId, task, draft.now));
    draft.log('deferred', taskKey(task));
  }
  return decide(draft, { execution }, []);
}

/** Writes what did not fit into the transactions of earlier commits. */
export function drainOutbox(execution: Execution, now: number): Advance {
  if (!execution.outbox) return { type: 'nothing', duplicates: [] };
  const draft = new Draft(execution, now);
  draft.set({});
  return decide(draft, { execution }, []);
}

/** Ends the execution by a decision outside the machine: what the entries made of it could not be stored. */
export function failExecution(input: AdvanceInput, error: ExecutionError): Decided {
  const draft = draftOf(input);
  const verdict = { type: 'failed', code: error.code } as const;
  for (const entry of input.entries) draft.log(logKindOf(entry), entry.reference, verdict);
  if (input.wakeId !== undefined) draft.log('wake', input.wakeId, verdict);
  const [first] = input.entries;
  endFailed(draft, error, first && { reference: first.reference });
  return commitAtRest(draft);
}

/** Lets the execution wait for a repair with nothing applied: a defect must not cost its input. */
export function waitForRepair(input: AdvanceInput, error: ExecutionError, limits: AdvanceLimits): Decided {
  const hasStart = input.entries.some((entry) => entry.kind === 'start');
  if (!input.execution && !hasStart) return { type: 'nothing', duplicates: [] };
  const draft = draftOf(input, limits);
  wait(draft, error, limits.waitForMachineMs, draft.execution.waiting);
  return commitAtRest(draft);
}
