import type { TaskPayload } from '../contract/task.ts';
import type { ResultEntry } from '../core/execution/model/entries.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { OpenTask } from '../core/execution/model/openTask.ts';
import type { PreparedMachine } from '../core/machine/index.ts';
import type { ResultItem } from '../table/resultItem.ts';
import type { ChainStep } from './chainStep.ts';

/** A result that a chain has taken, with all that it takes to write it as an item, or to take it once more. */
export interface TakenResult {
  readonly payload: TaskPayload;
  readonly result: ResultItem;
  readonly entry: ResultEntry;
}

/** The steps that a chain has taken since its last commit, as the one commit that they become. */
export interface PendingCommit {
  readonly commit: ChainStep['commit'];
  readonly machine: PreparedMachine;
  /** In their order. */
  readonly results: readonly TakenResult[];
  /** The tasks that the steps have opened and that are open after them. */
  readonly opened: readonly OpenTask[];
  /** When it has to be committed. */
  readonly until: number;
}

/** Each entry of the log keeps its own time, and the commit is one version after the last. */
export function withStep(
  pending: PendingCommit | undefined,
  { commit, machine, opened }: ChainStep,
  result: TakenResult,
  until: number,
): PendingCommit {
  if (!pending) return { commit, machine, opened, results: [result], until };
  const before = pending.commit;
  return {
    machine,
    commit: {
      ...commit,
      execution: { ...commit.execution, version: before.execution.version },
      segment: before.segment,
      effects: [...before.effects, ...commit.effects],
      emitted: [...before.emitted, ...commit.emitted],
      taken: [...before.taken, ...commit.taken],
    },
    opened: [...pending.opened.filter((task) => isOpenIn(commit.execution, task)), ...opened],
    results: [...pending.results, result],
    until: Math.min(pending.until, until),
  };
}

function isOpenIn({ tasks }: Execution, task: OpenTask): boolean {
  return tasks.some((open) => open.task === task.task && open.attempt === task.attempt);
}

/**
 * When steps that begin now have to be committed: within the machine's own time, and in the first half of the time until the clock
 * would come to the execution, as it is stored or as it is by now.
 */
export function commitBy(
  now: number,
  everyMs: number,
  executions: readonly (Pick<Execution, 'wakeAt'> | undefined)[],
): number {
  const halves = executions.flatMap((execution) => {
    const wakeAt = execution?.wakeAt;
    return wakeAt === undefined ? [] : [now + Math.max(0, wakeAt - now) / 2];
  });
  return Math.min(now + everyMs, ...halves);
}
