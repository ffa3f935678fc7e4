import { stopChildren, tellParent } from '../children/children.ts';
import type { Execution, ExecutionError, ExecutionStatus, Failed } from '../model/execution.ts';
import type { Draft } from './draft.ts';

/** Of an error's message and stack, so that a failure fits where the state of before fitted. */
const longestText = 4000;

/** @param isToldToParent whether the parent, if there is one, waits for the result */
export function endExecution(
  draft: Draft,
  status: ExecutionStatus,
  result: Pick<Execution, 'output' | 'error'>,
  isToldToParent = true,
): void {
  draft.clear('waiting');
  draft.clear('error');
  draft.set({ status, endedAt: draft.now, ...result });
  draft.dispatchNothing();
  stopChildren(draft);
  if (isToldToParent) tellParent(draft);
  // What has failed can be redriven, and then has them still.
  if (status !== 'SUCCEEDED') return;
  dropHeldEvents(draft);
  draft.clear('failed');
}

/** @param failed what a redrive begins with */
export function endFailed(draft: Draft, error: ExecutionError, failed: Failed | undefined): void {
  draft.setOptional('failed', failed);
  const { message, stack, ...rest } = error;
  endExecution(draft, 'FAILED', {
    error: {
      ...rest,
      message: message.slice(0, longestText),
      ...(stack !== undefined && { stack: stack.slice(0, longestText) }),
    },
  });
}

/** What is held when the execution ends for good, no state will take. */
function dropHeldEvents(draft: Draft): void {
  for (const { reference } of draft.execution.held ?? []) {
    draft.log('held', reference, { type: 'ignored', reason: 'Ended' });
  }
  draft.clear('held');
}
