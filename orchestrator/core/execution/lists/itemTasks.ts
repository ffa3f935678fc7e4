import type { Json } from '../../data/json.ts';
import { type EachSource, listMachineId, type PreparedMachine } from '../../machine/index.ts';
import type { MachineEffect } from '../../machine/step.types.ts';
import { listFileOf } from '../../policy/listFiles.ts';
import type { ResolvedTaskPolicy } from '../../policy/taskPolicy.ts';
import { errorsShown } from '../../policy/thresholdError.ts';
import { startChild } from '../children/children.ts';
import type { Draft } from '../step/draft.ts';
import type { FanOut, ItemOutcome, ItemTask } from './fanOut.ts';
import { doneCount, failedCount, withDone, withNextItems } from './fanOut.ts';
import { eachRequest, invalidItemsErrorName, itemListOf } from './itemList.ts';
import { ItemOutputs, partOutcome, thresholdOutcome, wholeOutcome } from './listOutcome.ts';
import { type ListPart, mostItemsInExecution, mostItemsInPart, partInput, partOf } from './listPart.ts';
import { startParts } from './listParts.ts';

type StartEffect = Extract<MachineEffect, { type: 'startTask' }>;

/** The machine starts an `each`. One that has nothing to wait for is settled in the same commit. */
export function startFanOut(
  draft: Draft,
  machine: PreparedMachine,
  source: EachSource,
  effect: StartEffect,
  cause: string,
): void {
  if (source.isOfPart) startPart(draft, source, effect, cause);
  else startList(draft, machine, source, effect, cause);
}

function startList(
  draft: Draft,
  machine: PreparedMachine,
  source: EachSource,
  { task, src, input }: StartEffect,
  cause: string,
): void {
  if (source.isFromFile) {
    startFile(draft, machine, source, { task, src, input });
    return;
  }
  const request = eachRequest(input, source.options);
  if (request.type === 'invalid') {
    draft.settleAtOnce({ type: 'taskFailed', task, error: request.error });
    return;
  }
  const { items: given, concurrency, tolerated } = request;
  if (given.length === 0) {
    draft.settleAtOnce({ type: 'taskSucceeded', task, output: [] });
    return;
  }
  const { executionId } = draft.execution;
  const { list, pageSize } = itemListOf(task, given);
  const items = { executionId, task, hash: list.hash, pageSize };
  const part = { items, first: 0, count: given.length, concurrency, tolerated };
  const fanOut = fanOutOf(task, src, part);
  draft.itemLists.push(list);
  if (given.length <= mostItemsInExecution) {
    draft.addFanOut(fanOut);
    dispatchNext(draft, fanOut, source.policy, cause);
  } else {
    draft.addFanOut({ ...fanOut, isDelegated: true });
    const { version } = machine;
    startChild(
      draft,
      { task, src, input: partInput(part) },
      { machine: listMachineId(machine.id, src), version },
    );
  }
}

/** The items of a file are worked on by other executions, the first of which has the file cut into pages. */
function startFile(
  draft: Draft,
  machine: PreparedMachine,
  { options }: EachSource,
  { task, src, input }: Pick<StartEffect, 'task' | 'src' | 'input'>,
): void {
  const file = listFileOf(input);
  const given = file && typeof input === 'object' && input !== null ? { ...input, items: [] } : input;
  const request = eachRequest(given, options);
  if (!file || request.type === 'invalid') {
    const message =
      request.type === 'invalid'
        ? request.error.message
        : 'The input of eachFromFile() is { items: KEY }, the key of a file in the store.';
    draft.settleAtOnce({ type: 'taskFailed', task, error: { name: invalidItemsErrorName, message } });
    return;
  }
  const { executionId } = draft.execution;
  const items = { executionId, task, hash: '', pageSize: mostItemsInPart };
  const { concurrency } = request;
  const { tolerateFailures } = toleranceOf(input, options);
  const part = { items, first: 0, count: 0, concurrency, tolerated: 0 };
  draft.addFanOut({ ...fanOutOf(task, src, part), isDelegated: true });
  startChild(
    draft,
    { task, src, input: { ...file, concurrency, tolerateFailures } },
    { machine: listMachineId(machine.id, src), version: machine.version },
  );
}

/** How many of a file's items may fail is known once they are counted. */
function toleranceOf(input: Json | undefined, { tolerateFailures }: EachSource['options']) {
  const given = typeof input === 'object' && input !== null && 'tolerateFailures' in input ? input : {};
  return { tolerateFailures: given.tolerateFailures ?? tolerateFailures };
}

/** An execution of a list machine starts: it works on its part, or has children do so. */
function startPart(draft: Draft, source: EachSource, { task, src, input }: StartEffect, cause: string): void {
  const part = partOf(input);
  const isFile = part?.results !== undefined;
  if (!part || (part.count === 0 && !isFile)) {
    const message = 'Only the orchestrator may start an execution of a machine that works on lists.';
    draft.fail({ code: 'InvalidStart', name: 'InvalidStart', message });
    return;
  }
  const fanOut = fanOutOf(task, src, part);
  const isWholeFile = isFile && part.items.executionId === draft.execution.executionId;
  if (part.count <= part.items.pageSize && !isWholeFile) {
    draft.addFanOut(fanOut);
    dispatchNext(draft, fanOut, source.policy, cause);
  } else {
    const whole = { ...fanOut, parts: { done: 0, failed: 0, errors: [] } };
    draft.addFanOut(whole);
    if (part.count > 0) startParts(draft, whole);
    else draft.settleAtOnce(partOutcome(whole, whole.parts));
  }
}

function fanOutOf(task: number, worker: string, part: ListPart): FanOut {
  return { task, worker, ...part, next: part.first, open: [], exceptions: [] };
}

/** An item is done: others take its place, or the whole is done. */
export function settleItem(
  draft: Draft,
  machine: PreparedMachine,
  item: ItemTask,
  status: ItemOutcome['status'],
  cause: string,
): void {
  const before = draft.fanOut(item.task);
  if (!before) return;
  const fanOut = withDone(before, item, status);
  const failed = failedCount(fanOut);
  const isTooMany = failed > fanOut.tolerated;
  if (!isTooMany && doneCount(fanOut) < fanOut.count) {
    draft.replaceFanOut(fanOut);
    dispatchNext(draft, fanOut, machine.taskSourceOf(fanOut.worker).policy, cause);
    return;
  }
  const source = machine.sourceOf(fanOut.worker);
  const isOfPart = source.kind === 'each' && source.isOfPart === true;
  const outputs = () => new ItemOutputs(draft, machine, fanOut);
  const errors = failed === 0 || (!isTooMany && !isOfPart) ? [] : outputs().firstFailures(errorsShown);
  if (isOfPart) draft.settle(machine, partOutcome(fanOut, { failed, errors }), cause, item.index);
  else if (isTooMany) draft.settle(machine, thresholdOutcome(fanOut, failed, errors), cause, item.index);
  else draft.settle(machine, wholeOutcome(fanOut, outputs()), cause, item.index);
}

function dispatchNext(draft: Draft, before: FanOut, policy: ResolvedTaskPolicy, cause: string): void {
  const { fanOut, opened } = withNextItems(before, cause);
  if (opened.length === 0) return;
  draft.replaceFanOut(fanOut);
  draft.dispatchAll(opened, policy, cause);
}
