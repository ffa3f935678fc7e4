import type { ActorSource, PreparedMachine } from '../../machine/index.ts';
import type { ResolvedTaskPolicy } from '../../policy/taskPolicy.ts';
import { errorsShown } from '../../policy/thresholdError.ts';
import type { Draft } from '../step/draft.ts';
import { applied, type Handled, type Outcome } from '../step/followUp.ts';
import type { Origin } from '../step/origin.ts';
import type { KnownItemResults } from './itemResults.ts';
import {
  hasOutcomesInError,
  ItemOutputs,
  partOutcome,
  thresholdOutcome,
  wholeOutcome,
} from './listOutcome.ts';
import type { DoneStatus, ItemTask, RunningList } from './runningList.ts';
import { doneCount, failedCount, withDone, withNextItems, withUndone } from './runningList.ts';

/** An item is done: others take its place, or the whole is done. */
export function itemDone(
  draft: Draft,
  machine: PreparedMachine,
  item: ItemTask,
  status: DoneStatus,
  { origin, itemResults }: { readonly origin: Origin; readonly itemResults: KnownItemResults },
): Handled {
  const before = draft.list(item.task);
  if (!before) return applied;
  const list = withDone(before, item, status);
  const failed = failedCount(list);
  const isTooMany = failed > list.tolerated;
  if (!isTooMany && doneCount(list) < list.count) {
    draft.replaceList(list);
    dispatchNext(draft, list, machine.taskSourceOf(list.worker).policy, origin);
    return applied;
  }
  return listDone(machine, list, itemResults, item.index);
}

/** The list is worked on no more: it is done, or more items have failed than it tolerates. */
export function listDone(
  machine: PreparedMachine,
  list: RunningList,
  itemResults: KnownItemResults,
  item?: number,
): Handled {
  const failed = failedCount(list);
  const source = machine.sourceOf(list.worker);
  const ended = hasOutcomesInError(source) ? withUndone(list) : list;
  const settled = (outcome: Outcome) =>
    ({ type: 'settle', outcome, ...(item !== undefined && { item }) }) as const;
  if (isOfPart(source) && failed === 0) return settled(partOutcome(ended, { failed, errors: [] }));
  const results = itemResults.get(list.task);
  if (!results) return { type: 'needs', need: { type: 'itemResults', list } };
  const outputs = new ItemOutputs(machine, ended, results);
  if (isOfPart(source))
    return settled(partOutcome(ended, { failed, errors: outputs.firstFailures(errorsShown) }));
  if (failed <= list.tolerated) return settled(wholeOutcome(list, outputs));
  const failures = outputs.firstFailures(errorsShown);
  const outcomes = hasOutcomesInError(source) ? outputs.outcomes() : undefined;
  return settled(thresholdOutcome(list, failed, { failures, outcomes }));
}

/** The list that this execution works on a part of has failed. */
export function endPart(draft: Draft, machine: PreparedMachine, itemResults: KnownItemResults): Handled {
  const { lists = [] } = draft.execution;
  const list = lists.find(({ worker }) => isOfPart(machine.sourceOf(worker)));
  return list ? listDone(machine, list, itemResults) : { type: 'step', input: { type: 'endListPart' } };
}

export function isOfPart(source: ActorSource): boolean {
  return source.kind === 'each' && source.isOfPart === true;
}

/** Opens as many items as may be worked on at once. */
export function dispatchNext(
  draft: Draft,
  before: RunningList,
  policy: ResolvedTaskPolicy,
  origin: Origin,
): void {
  const { list, opened } = withNextItems(before, origin.cause);
  if (opened.length === 0) return;
  draft.replaceList(list);
  draft.dispatchAll(opened, policy, origin);
}
