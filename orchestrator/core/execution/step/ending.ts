import { fittedFields } from '../../data/describeThrown.ts';
import type { JsonObject } from '../../data/json.ts';
import { unmarkedKey } from '../../data/marks.ts';
import { shownData, type TaskError } from '../../data/thrown.ts';
import { stopChildren, tellParent, type Whole } from '../children/children.ts';
import { answer } from '../children/startedExecutions.ts';
import type { Execution, ExecutionError, ExecutionStatus, Failed } from '../model/execution.ts';
import { tasksAfterEnd } from '../tasks/abandonedWork.ts';
import type { Draft } from './draft.ts';

/** Characters of an error's message, and of its fields: all that a worker's may have, where the state leaves room. */
const longestMessage = 32_768;
const longestFields = 65_536;
const longestStack = 4000;
const longestBesideLargeState = 4000;
const largeState = 100_000;

/** @param told what the parent, if there is one, gets whole; `nothing` where it does not wait for the result */
export function endExecution(
  draft: Draft,
  status: ExecutionStatus,
  result: Pick<Execution, 'output' | 'error'>,
  told: Whole | 'nothing' = {},
): void {
  draft.clear('waiting');
  draft.clear('error');
  draft.set({ status, endedAt: draft.now, ...result });
  draft.dispatchNothing();
  draft.setTasks({ ...draft.execution, tasks: tasksAfterEnd(draft, draft.execution.tasks) });
  stopChildren(draft);
  if (told !== 'nothing') tellParent(draft, told);
  answer(draft);
  // A failed execution can be redriven, and then has them still.
  if (status !== 'SUCCEEDED') return;
  dropHeldEvents(draft);
  draft.clear('failed');
}

/**
 * @param failed what a redrive begins with
 * @param thrown what the machine failed with, for its parent
 */
export function endFailed(
  draft: Draft,
  error: ExecutionError,
  failed: Failed | undefined,
  thrown?: TaskError,
): void {
  draft.setOptional('failed', failed);
  const { code, name, message, stack } = error;
  const isLarge = (draft.execution.snapshot?.length ?? 0) > largeState;
  const fields = {
    ...(stack !== undefined && { stack: stack.slice(0, longestStack) }),
    ...(thrown && ownFieldsOf(thrown)),
  };
  const kept = {
    ...fittedFields(fields, isLarge ? longestBesideLargeState : longestFields),
    code,
    name,
    message: message.slice(0, isLarge ? longestBesideLargeState : longestMessage),
  };
  endExecution(draft, 'FAILED', { error: kept }, { thrown });
}

/** The parts of a thrown value that not every execution's error has. Readers see them without marks. */
function ownFieldsOf(thrown: TaskError): JsonObject {
  if (thrown.$thrown) return thrown.value === undefined ? {} : { thrown: shownData(thrown.value) };
  const { name: _, message: __, stack: ___, ...rest } = thrown;
  const fields = Object.entries(rest).flatMap(([key, value]) =>
    value === undefined ? [] : [[key === 'code' ? 'ownCode' : unmarkedKey(key), shownData(value)] as const],
  );
  return Object.fromEntries(fields);
}

/** Drops the events that are held when the execution ends for good: no state will take them. */
function dropHeldEvents(draft: Draft): void {
  for (const { reference } of draft.execution.held ?? []) {
    draft.log('held', reference, { type: 'ignored', reason: 'Ended' });
  }
  draft.clear('held');
}
