import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import type { ListResultsTable } from '../../orchestrator/table/listResults.ts';
import { checkBatch } from './batch.ts';
import { checkCensus } from './census.ts';
import {
  checkApplied,
  checkAtRest,
  checkInlined,
  checkMessageOrder,
  checkReplay,
  checkSent,
  type Recorded,
  recordedOf,
} from './checks.ts';
import { compareChildren, compareWithXState } from './comparison.ts';
import type { SimulatedDatabase } from './database.ts';
import type { Deployment } from './deployment.ts';
import { InvariantError } from './invariantError.ts';
import type { SimulatedLambda } from './lambda.ts';
import { listsIn } from './lists.ts';
import { ListUpdates } from './listUpdates.ts';
import { checkMuster } from './muster.ts';
import type { Observer } from './observer.ts';

/**
 * Everything that must hold of executions that have nothing left to do.
 *
 * @returns how many were compared with XState's own actor
 * @throws InvariantError
 */
export async function checkAll(
  executionIds: readonly string[],
  database: SimulatedDatabase,
  deployment: Deployment,
  stored: Observer['stored'],
  endsOf: SimulatedLambda['endsOf'],
): Promise<number> {
  let compared = 0;
  for (const executionId of executionIds) {
    const recorded = recordedOf(database, executionId);
    if (!recorded) continue;
    checkAtRest(recorded);
    checkApplied(recorded);
    checkMessageOrder(recorded);
    checkSent(recorded, database);
    checkBatch(recorded);
    const of = (id: string) => recordedOf(database, id);
    checkCensus(recorded, of);
    checkMuster(recorded, of);
    const executionOf = (id: string) => of(id)?.execution;
    const lists = listsIn(database);
    if (await checkAgainstXState(recorded, deployment, stored, { executionOf, endsOf, lists })) compared++;
  }
  return compared;
}

/** Invariants 2, 4 and 11. Answers whether XState's actor was a measure. */
async function checkAgainstXState(
  recorded: Recorded,
  deployment: Deployment,
  stored: Observer['stored'],
  {
    executionOf,
    endsOf,
    lists,
  }: {
    readonly executionOf: (executionId: string) => Execution | undefined;
    readonly endsOf: SimulatedLambda['endsOf'];
    readonly lists: ListResultsTable;
  },
): Promise<boolean> {
  const { executionId, execution, journal, log } = recorded;
  const reference = isComparable(recorded) ? deployment.referenceOf(execution.machine) : undefined;
  let hasEndedOutside = false;
  let illegal = false;
  const kept = stored.get(executionId) ?? [];
  const machines = deployment.lookup();
  const updates = new ListUpdates(executionId, machines);
  await checkReplay(recorded, { machines, lists }, kept, async (replayed, item) => {
    updates.take(replayed, item);
    checkInlined(executionId, replayed, item, endsOf(executionId, item?.reference ?? ''));
    if (!reference || hasEndedOutside || illegal) return;
    await reference.take(replayed, item);
    const { status } = replayed.after ?? {};
    hasEndedOutside = replayed.entry.kind !== 'waiting' && (status === 'ABORTED' || status === 'TIMED_OUT');
    illegal = reference.hasReplaced || reference.isIllegal();
  });
  if (!reference || illegal || log.length === 0 || journal.size === 0) return false;
  compareWithXState(recorded, reference);
  if (deployment.comparesChildren(execution.machine)) compareChildren(executionId, reference, executionOf);
  return true;
}

/** Invariant 10, of a run without faults. */
export function checkRunOnce(
  runs: readonly string[],
  redriven: ReadonlySet<string>,
  mayRepeat: (run: string) => boolean,
): void {
  const seen = new Set<string>();
  for (const run of runs) {
    if ([...redriven].some((id) => run.startsWith(`${id}/`) || run.startsWith(`${id}.`))) continue;
    if (seen.has(run) && !mayRepeat(run))
      throw new InvariantError(10, run, 'without a fault its worker was invoked twice.');
    seen.add(run);
  }
}

/** Redrives go other ways than XState's actor, which has failed for good; a child's parent is not simulated. */
function isComparable({ execution, journal, executionId }: Recorded): boolean {
  const isRedriven = [...journal.values()].some(
    (entry) => entry.kind === 'control' && entry.control === 'redrive',
  );
  const { status } = execution;
  const known = status === 'SUCCEEDED' || status === 'FAILED' || status === 'RUNNING' || status === 'ABORTED';
  return !isRedriven && known && !executionId.includes('.');
}
