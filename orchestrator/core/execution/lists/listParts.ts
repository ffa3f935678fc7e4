import type { PreparedMachine } from '../../machine/index.ts';
import { outputOfOutcome } from '../../policy/itemOutcomes.ts';
import { errorsShown } from '../../policy/thresholdError.ts';
import { endParts, startChild } from '../children/children.ts';
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
  draft.removeChild(child);
  const parts = withPart(list, child, result);
  const report = { ...list, parts };
  const isTooMany = parts.failed > list.tolerated;
  if (isTooMany && hasOutcomesInError(machine.sourceOf(list.worker))) {
    // The other parts that were started say what their items have come to.
    if (failedCount(list) <= list.tolerated) endParts(draft);
    draft.replaceList(report);
    if ((draft.execution.children ?? []).length > 0) return applied;
    return { type: 'settle', outcome: partOutcome(report, { ...parts, next: list.next }) };
  }
  if (isTooMany || parts.done === list.count) {
    return { type: 'settle', outcome: partOutcome(report, parts) };
  }
  return startParts(draft, report) ?? applied;
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
