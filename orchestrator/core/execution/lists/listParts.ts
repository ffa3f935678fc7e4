import type { PreparedMachine } from '../../machine/index.ts';
import { outputOfOutcome } from '../../policy/itemOutcomes.ts';
import { errorsShown } from '../../policy/thresholdError.ts';
import { endParts, startChild, tellChild } from '../children/children.ts';
import type { Message } from '../children/messages.ts';
import type { Draft } from '../step/draft.ts';
import { applied, type FollowUp, type Handled, type Outcome } from '../step/followUp.ts';
import type { KnownItemResults } from './itemResults.ts';
import {
  fileOutcome,
  hasOutcomesInError,
  ItemOutputs,
  machinesOutcome,
  partOutcome,
  thresholdOutcome,
  wholeOutcome,
} from './listOutcome.ts';
import { type PartResult, partInput, partResultOf, partsAtATime } from './listPart.ts';
import { failedCount, type PartsReport, type RunningList } from './runningList.ts';

/** Numbers of parts begin here: those before it are of the few actors that the list machine itself runs. */
const firstPart = 10;

export function childOfPart(part: number): number {
  return firstPart + part;
}

/** The child executions that work on parts of a list are of the same machine as the one that they report to. */
export function startParts(draft: Draft, before: RunningList): FollowUp | undefined {
  const { worker, items, first, count, tolerated, results } = before;
  const { machine, machineVersion = '', children = [] } = draft.execution;
  const { parts, concurrency } = partsAtATime(before);
  const end = first + count;
  let { next } = before;
  for (let open = children.length; open < parts && next < end; open++) {
    const part = {
      items,
      first: next,
      count: Math.min(items.pageSize, end - next),
      concurrency,
      // More than this, and the whole has failed.
      tolerated: tolerated - (before.parts?.failed ?? 0),
      ...(results !== undefined && { results }),
    };
    const task = childOfPart(Math.floor((next - first) / items.pageSize));
    const effect = { task, src: worker, input: partInput(part) };
    const failure = startChild(draft, effect, { machine, version: machineVersion });
    if (failure) return failure;
    next += part.count;
  }
  draft.replaceList({ ...before, next });
  return undefined;
}

/** The list that a child works on, or on a part of. */
export function listOfChild({ execution: { lists = [] } }: Draft, child: number): RunningList | undefined {
  return lists.find(({ task, isDelegated, parts }) => (isDelegated ? task === child : parts !== undefined));
}

type ResultMessage = Extract<Message, { type: 'done' | 'error' }>;

/** A child has come to the end of its list or part. */
export function partDone(
  draft: Draft,
  machine: PreparedMachine,
  { list, child, message }: { list: RunningList; child: number; message: ResultMessage },
  itemResults: KnownItemResults,
): Handled {
  const result = message.type === 'done' ? partResultOf(message.output) : undefined;
  if (!result) {
    // It was stopped, or met a defect: the outcomes of its items are unknown.
    const error =
      message.type === 'error'
        ? message.error
        : { name: 'Error', message: 'A part of the list has no result.' };
    return { type: 'settle', outcome: { type: 'taskFailed', task: list.task, error } };
  }
  if (list.isDelegated) return delegatedDone(machine, list, result, itemResults);
  const place = (draft.execution.children ?? []).findIndex(({ task }) => task === child);
  draft.removeChild(child);
  const parts = withPart(list, child, result);
  // A part that did not do all of its items has failed the list, also where more are tolerated since.
  const tolerated = result.isTooMany ? Math.min(list.tolerated, parts.failed - 1) : list.tolerated;
  const report = { ...list, parts, tolerated };
  if (parts.failed > tolerated) {
    return partsFailed(draft, machine, report, failedCount(list) <= list.tolerated);
  }
  if (parts.done === list.count) return { type: 'settle', outcome: partOutcome(report, parts) };
  if (list.updates !== undefined) resumePart(draft, report, place);
  return startParts(draft, report) ?? applied;
}

type ListInParts = RunningList & { readonly parts: PartsReport };

/** @param isFirst whether the parts do not know yet */
export function partsFailed(
  draft: Draft,
  machine: PreparedMachine,
  list: ListInParts,
  isFirst: boolean,
): Handled {
  const { parts, next, worker } = list;
  if (!hasOutcomesInError(machine.sourceOf(worker))) {
    return { type: 'settle', outcome: partOutcome(list, parts) };
  }
  // The other parts that were started say what their items have come to.
  if (isFirst) endParts(draft);
  draft.replaceList(list);
  if ((draft.execution.children ?? []).length > 0) return applied;
  return { type: 'settle', outcome: partOutcome(list, { ...parts, next }) };
}

/** The parts that are worked on get the list's new limits. Those that are too many begin no item until others have ended. */
export function updateParts(draft: Draft, list: ListInParts): Handled {
  const { parts } = partsAtATime(list);
  for (const [place, { task }] of (draft.execution.children ?? []).entries()) {
    tellLimits(draft, list, task, place < parts);
  }
  return startParts(draft, list) ?? applied;
}

/** The first of the parts that wait takes the place of one that has ended. */
function resumePart(draft: Draft, list: ListInParts, place: number): void {
  const { parts } = partsAtATime(list);
  const next = draft.execution.children?.[parts - 1];
  if (next && place < parts) tellLimits(draft, list, next.task, true);
}

function tellLimits(draft: Draft, list: ListInParts, task: number, mayBegin: boolean): void {
  const { tolerated, updates: number = 0, parts } = list;
  const limits = {
    concurrency: mayBegin ? partsAtATime(list).concurrency : 0,
    tolerated: tolerated - parts.failed,
  };
  tellChild(draft, task, { type: 'updatePart', number, limits });
}

function delegatedDone(
  machine: PreparedMachine,
  list: RunningList,
  result: PartResult,
  itemResults: KnownItemResults,
): Handled {
  const { failed, errors, part, cause, next } = result;
  const count = result.count ?? part?.count ?? list.count;
  const tolerated = result.tolerated ?? part?.tolerated ?? list.tolerated;
  // The execution that worked on the list has ended well, and is not redriven.
  const settled = (outcome: Outcome) => ({ type: 'settle', outcome, isGivenAgain: true }) as const;
  const isTooMany = failed > tolerated;
  const whole = { ...list, count, tolerated };
  if (isTooMany && !hasOutcomesInError(machine.sourceOf(list.worker))) {
    return settled(thresholdOutcome(whole, failed, { failures: errors, cause }));
  }
  if (result.results !== undefined) return settled(fileOutcome(list, result));
  const results = itemResults.get(list.task);
  if (!results) {
    // Parts from there on were not started, and have no results.
    const started = next === undefined ? list : { ...list, next };
    return { type: 'needs', need: { type: 'itemResults', list: started } };
  }
  if (isTooMany) {
    const outcomes = results.outcomes ?? new ItemOutputs(machine, list, results).outcomes();
    return settled(thresholdOutcome(whole, failed, { failures: errors, cause, outcomes }));
  }
  const outputs = results.outputs ?? results.outcomes?.map(outputOfOutcome);
  if (outputs) return settled(machinesOutcome(list, outputs));
  return settled(wholeOutcome(list, new ItemOutputs(machine, list, results)));
}

function withPart(
  { parts, first, count, items: { pageSize } }: RunningList,
  child: number,
  { failed, errors, cause = parts?.cause }: Pick<PartsReport, 'failed' | 'errors' | 'cause'>,
): PartsReport {
  const before = parts ?? { done: 0, failed: 0, errors: [] };
  const begin = first + (child - firstPart) * pageSize;
  return {
    done: before.done + Math.min(pageSize, first + count - begin),
    failed: before.failed + failed,
    errors: [...before.errors, ...errors].slice(0, errorsShown),
    ...(cause !== undefined && { cause }),
  };
}
