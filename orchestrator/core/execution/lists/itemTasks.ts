import type { PreparedMachine } from '../../machine/index.ts';
import type { ResolvedTaskPolicy } from '../../policy/taskPolicy.ts';
import { errorsShown } from '../../policy/thresholdError.ts';
import type { Draft } from '../step/draft.ts';
import { applied, type Handled, type Outcome } from '../step/followUp.ts';
import type { Origin } from '../step/origin.ts';
import type { KnownItemResults } from './itemResults.ts';
import { ItemOutputs, partOutcome, thresholdOutcome, wholeOutcome } from './listOutcome.ts';
import type { ItemOutcome, ItemTask, RunningList } from './runningList.ts';
import { doneCount, failedCount, withDone, withNextItems } from './runningList.ts';

/** An item is done: others take its place, or the whole is done. */
export function itemDone(
  draft: Draft,
  machine: PreparedMachine,
  item: ItemTask,
  status: ItemOutcome['status'],
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
  const source = machine.sourceOf(list.worker);
  const isOfPart = source.kind === 'each' && source.isOfPart === true;
  const settled = (outcome: Outcome) => ({ type: 'settle', outcome, item: item.index }) as const;
  if (isOfPart && failed === 0) return settled(partOutcome(list, { failed, errors: [] }));
  const results = itemResults.get(list.task);
  if (!results) return { type: 'needs', need: { type: 'itemResults', list: list } };
  const outputs = new ItemOutputs(machine, list, results);
  if (isOfPart) return settled(partOutcome(list, { failed, errors: outputs.firstFailures(errorsShown) }));
  if (isTooMany) return settled(thresholdOutcome(list, failed, outputs.firstFailures(errorsShown)));
  return settled(wholeOutcome(list, outputs));
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
