import type { PreparedMachine } from '../../machine/index.ts';
import type { ResolvedTaskPolicy } from '../../policy/taskPolicy.ts';
import { errorsShown } from '../../policy/thresholdError.ts';
import type { Draft } from '../step/draft.ts';
import { applied, type Handled, type Outcome } from '../step/followUp.ts';
import type { Origin } from '../step/origin.ts';
import type { FanOut, ItemOutcome, ItemTask } from './fanOut.ts';
import { doneCount, failedCount, withDone, withNextItems } from './fanOut.ts';
import type { KnownItemResults } from './itemResults.ts';
import { ItemOutputs, partOutcome, thresholdOutcome, wholeOutcome } from './listOutcome.ts';

/** An item is done: others take its place, or the whole is done. */
export function itemDone(
  draft: Draft,
  machine: PreparedMachine,
  item: ItemTask,
  status: ItemOutcome['status'],
  { origin, itemResults }: { readonly origin: Origin; readonly itemResults: KnownItemResults },
): Handled {
  const before = draft.fanOut(item.task);
  if (!before) return applied;
  const fanOut = withDone(before, item, status);
  const failed = failedCount(fanOut);
  const isTooMany = failed > fanOut.tolerated;
  if (!isTooMany && doneCount(fanOut) < fanOut.count) {
    draft.replaceFanOut(fanOut);
    dispatchNext(draft, fanOut, machine.taskSourceOf(fanOut.worker).policy, origin);
    return applied;
  }
  const source = machine.sourceOf(fanOut.worker);
  const isOfPart = source.kind === 'each' && source.isOfPart === true;
  const settled = (outcome: Outcome) => ({ type: 'settle', outcome, item: item.index }) as const;
  if (isOfPart && failed === 0) return settled(partOutcome(fanOut, { failed, errors: [] }));
  const results = itemResults.get(fanOut.task);
  if (!results) return { type: 'needs', need: { type: 'itemResults', list: fanOut } };
  const outputs = new ItemOutputs(machine, fanOut, results);
  if (isOfPart) return settled(partOutcome(fanOut, { failed, errors: outputs.firstFailures(errorsShown) }));
  if (isTooMany) return settled(thresholdOutcome(fanOut, failed, outputs.firstFailures(errorsShown)));
  return settled(wholeOutcome(fanOut, outputs));
}

/** Opens as many items as may be worked on at once. */
export function dispatchNext(draft: Draft, before: FanOut, policy: ResolvedTaskPolicy, origin: Origin): void {
  const { fanOut, opened } = withNextItems(before, origin.cause);
  if (opened.length === 0) return;
  draft.replaceFanOut(fanOut);
  draft.dispatchAll(opened, policy, origin);
}
