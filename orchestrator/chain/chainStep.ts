import type { ResultEntry } from '../core/execution/model/entries.ts';
import { type Execution, type ExecutionStatus, hasEnded } from '../core/execution/model/execution.ts';
import { lastVerdictOf } from '../core/execution/model/log.ts';
import type { MachineLookup } from '../core/execution/model/machines.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';
import { advance } from '../core/execution/step/advance.ts';
import type { Advance, AdvanceLimits } from '../core/execution/step/advance.types.ts';
import type { PreparedMachine } from '../core/machine/index.ts';
import { isChainTask } from '../dispatch/chainTasks.ts';

export interface ChainStep {
  readonly commit: Extract<Advance, { type: 'commit' }>;
  readonly machine: PreparedMachine;
  /** The tasks that the commit opens, all of which the chain can run. */
  readonly opened: readonly OpenTask[];
}

export interface ChainStepInput {
  readonly machines: MachineLookup;
  readonly limits: AdvanceLimits;
  readonly execution: Execution;
  readonly entry: ResultEntry;
  /** Cause of the tasks that the step opens. */
  readonly cause: string;
  readonly now: number;
}

/**
 * The step that a chain may commit for the result of a task. Undefined where the step is the orchestrator's, which finds the
 * result in the journal: anything but success, and anything that leads to more than the chain's own promises.
 */
export function chainStep({
  machines,
  limits,
  execution,
  entry,
  cause,
  now,
}: ChainStepInput): ChainStep | undefined {
  if (entry.result.status !== 'SUCCEEDED' || entry.dataAt !== undefined) return undefined;
  const machine = machines.find(execution.machine, execution.machineVersion);
  if (!machine || machine.definitionHash !== execution.definitionHash || !isPlain(execution))
    return undefined;
  if (!isOpen(execution, entry.reference)) return undefined;
  const commit = stepped({ machines, limits, execution, entry, cause, now });
  if (commit?.type !== 'commit') return undefined;
  const { effects, outgoing, itemLists, duplicates } = commit;
  if (outgoing.length > 0 || itemLists.length > 0 || duplicates.length > 0) return undefined;
  if (!mayBecome(commit.execution.status) || !isPlain(commit.execution)) return undefined;
  if (!isApplied(commit.execution.log, entry)) return undefined;
  if (effects.some(({ type }) => type === 'cancel')) return undefined;
  const opened = effects.flatMap((effect) => (effect.type === 'dispatch' ? [effect.task] : []));
  return opened.every((task) => isChainTask(machine, task)) ? { commit, machine, opened } : undefined;
}

/** The entry is not the delivered one, so the step's tasks get the chain's cause. */
function stepped({ machines, limits, execution, entry, cause, now }: ChainStepInput): Advance | undefined {
  const { executionId } = execution;
  try {
    return advance(machines, limits, { executionId, execution, entries: [entry], delivered: [cause], now });
  } catch {
    // The orchestrator meets the same defect at the same entry, reports it, and lets the execution wait.
    return undefined;
  }
}

function isOpen({ status, tasks }: Execution, reference: string): boolean {
  return !hasEnded(status) && tasks.some((task) => taskKey(task) === reference);
}

/** Its state is in the item, and it neither waits nor has anything to send or a list to work on. */
function isPlain({ status, waiting, outbox, lists, snapshot, snapshotAt }: Execution): boolean {
  const isWhole = snapshot !== undefined && snapshotAt === undefined;
  return isWhole && status !== 'SUSPENDED' && !waiting && !outbox && (lists ?? []).length === 0;
}

function mayBecome(status: ExecutionStatus): boolean {
  return status === 'RUNNING' || status === 'SUCCEEDED';
}

function isApplied(log: string, entry: ResultEntry): boolean {
  const verdict = lastVerdictOf(log, entry.isInlined ? 'inlined' : 'result', entry.reference);
  return verdict?.type === 'applied';
}
