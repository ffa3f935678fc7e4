import type { FailedChain } from '../contract/recovery.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';
import { chainIdOf, isCauseOfChain } from '../core/execution/tasks/chainCause.ts';
import type { Orchestrator } from '../step/orchestrator.ts';
import { isoTime } from '../table/executionItem.ts';
import type { Executions, JournalWriter } from '../table/table.ts';
import { type InvocationRecord, resultOfFailure } from './failedInvocation.ts';

/** The chain that an invocation of the worker host was, from Lambda's record of its failure. Undefined for any other. */
export function failedChainOf({
  requestPayload,
  responsePayload,
}: InvocationRecord): FailedChain | undefined {
  const chain = fieldOf(requestPayload, 'chain');
  const failed = resultOfFailure({ requestPayload }, '');
  if (chain === undefined || !failed) return undefined;
  const { executionId, task, attempt } = failed;
  const others = fieldOf(chain, 'others');
  const items = [requestPayload, ...(Array.isArray(others) ? others : [])].map((payload) =>
    fieldOf(payload, 'item'),
  );
  const errorType = fieldOf(responsePayload, 'errorType');
  const errorMessage = fieldOf(responsePayload, 'errorMessage');
  return {
    executionId,
    chainId: chainIdOf({ task, attempt }),
    items: items.filter((item) => typeof item === 'string'),
    ...(responsePayload !== undefined && {
      response: {
        ...(typeof errorType === 'string' && { errorType }),
        ...(typeof errorMessage === 'string' && { errorMessage: errorMessage.slice(0, longestMessage) }),
      },
    }),
  };
}

const longestMessage = 2000;

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

export interface FailedChainOptions {
  readonly table: {
    readonly executions: Pick<Executions, 'read'>;
    readonly journal: Pick<JournalWriter, 'insertResult'>;
  };
  readonly orchestrator: Pick<Orchestrator, 'catchUp'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Each round ends the chain's tasks that are open then. A commit that the host had on its way opens more of them once. */
const mostRounds = 10;

/**
 * Ends the tasks that a chain has left open: those without a result have failed. A result is in the journal first, and then a
 * commit takes it. After that commit none of the chain's is taken any more, so no other task of it can be open.
 *
 * @param catchUpId names this work: the same again dispatches what it may have lost
 */
export async function endFailedChain(
  failed: FailedChain,
  catchUpId: string,
  { table, orchestrator, now }: FailedChainOptions,
): Promise<void> {
  const { executionId } = failed;
  for (let round = 0; round < mostRounds; round++) {
    const execution = await table.executions.read(executionId);
    if (!execution) return;
    const left = execution.tasks.filter((task) => isLeftBy(failed, task));
    if (left.length === 0) return;
    for (const task of left) {
      const result = resultOfFailure(invocationOf(failed, task), isoTime(now()));
      if (result) await table.journal.insertResult(result);
    }
    await orchestrator.catchUp(executionId, catchUpId);
    // The results wait in the journal until it goes on.
    if (!isGoingOn(execution)) return;
  }
}

function isLeftBy({ chainId, items }: FailedChain, task: OpenTask): boolean {
  return (
    task.dispatchAt === undefined && (isCauseOfChain(task.cause, chainId) || items.includes(taskKey(task)))
  );
}

/** A record as that of an invocation with this one task. */
function invocationOf({ executionId, response }: FailedChain, task: OpenTask): InvocationRecord {
  const { attempt, worker } = task;
  const requestPayload = { executionId, item: taskKey(task), task: task.task, attempt, worker };
  return { requestPayload, ...(response && { responsePayload: response }) };
}

function isGoingOn({ status, waiting }: Execution): boolean {
  return status === 'RUNNING' && waiting === undefined;
}
