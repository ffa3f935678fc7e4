import type { Json } from '../../data/json.ts';
import {
  type EachMachineSource,
  type EachSource,
  listMachineId,
  type PreparedMachine,
} from '../../machine/index.ts';
import type { MachineEffect } from '../../machine/step.types.ts';
import { eachFileRequest, eachRequest } from '../../policy/eachRequest.ts';
import { hostedItemListOf, type ItemList, itemListOf } from '../../policy/itemPages.ts';
import { startChild } from '../children/children.ts';
import type { Draft } from '../step/draft.ts';
import type { FollowUp } from '../step/followUp.ts';
import type { Origin } from '../step/origin.ts';
import { dispatchNext } from './itemTasks.ts';
import { partOutcome } from './listOutcome.ts';
import { type ListPart, mostItemsInExecution, mostItemsInPart, partInput, partOf } from './listPart.ts';
import { startParts } from './listParts.ts';
import type { PartsReport, RunningList } from './runningList.ts';

type StartEffect = Extract<MachineEffect, { type: 'startTask' }>;

/** The machine starts an `each`. One that has nothing to wait for is settled in the same commit. */
export function startList(
  draft: Draft,
  machine: PreparedMachine,
  source: EachSource,
  effect: StartEffect,
  origin: Origin,
): FollowUp | undefined {
  if (source.isOfPart) return startPart(draft, source, effect, origin);
  return source.isFromFile
    ? startFile(draft, machine, source, effect)
    : startItems(draft, machine, source, effect, origin);
}

/** The list is too long for the machine to host the items' machines, or a part of such a one. */
export function startMachinesList(
  draft: Draft,
  machine: PreparedMachine,
  { isOfPart, options }: EachMachineSource,
  effect: StartEffect,
): FollowUp | undefined {
  const { task, input } = effect;
  if (!isOfPart) {
    const request = eachRequest(input, options);
    if (request.type === 'invalid') {
      return { type: 'settle', outcome: { type: 'taskFailed', task, error: request.error } };
    }
    return delegate(draft, machine, effect, { ...request, ...hostedItemListOf(task, request.items) });
  }
  const part = partOf(input);
  if (!part) return notAPart;
  if (part.count <= part.items.pageSize) return { type: 'step', input: { type: 'listPart', task, part } };
  const whole = wholeOf(effect, part);
  draft.addList(whole);
  return startParts(draft, whole);
}

function startItems(
  draft: Draft,
  machine: PreparedMachine,
  source: EachSource,
  { task, src, input }: StartEffect,
  origin: Origin,
): FollowUp | undefined {
  const request = eachRequest(input, source.options);
  if (request.type === 'invalid') {
    return { type: 'settle', outcome: { type: 'taskFailed', task, error: request.error } };
  }
  const { items: given, concurrency, tolerated } = request;
  if (given.length === 0) {
    return { type: 'settle', outcome: { type: 'taskSucceeded', task, output: [] } };
  }
  const { executionId } = draft.execution;
  const { list: itemList, pageSize } = itemListOf(task, given);
  const items = { executionId, task, hash: itemList.hash, pageSize };
  const part = { items, first: 0, count: given.length, concurrency, tolerated };
  const list = runningListOf(task, src, part);
  draft.itemLists.push(itemList);
  if (given.length <= mostItemsInExecution) {
    draft.addList(list);
    dispatchNext(draft, list, source.policy, origin);
    return undefined;
  }
  draft.addList({ ...list, isDelegated: true });
  const { version } = machine;
  return startChild(
    draft,
    { task, src, input: partInput(part) },
    { machine: listMachineId(machine.id, src), version },
  );
}

/** One child works on the whole list. */
function delegate(
  draft: Draft,
  { id, listsOf = id, version }: PreparedMachine,
  { task, src }: StartEffect,
  list: {
    readonly list: ItemList;
    readonly pageSize: number;
    readonly items: readonly Json[];
    readonly concurrency: number;
    readonly tolerated: number;
  },
): FollowUp | undefined {
  const { pageSize, concurrency, tolerated } = list;
  const { executionId } = draft.execution;
  const items = { executionId, task, hash: list.list.hash, pageSize };
  const part = { items, first: 0, count: list.items.length, concurrency, tolerated };
  draft.itemLists.push(list.list);
  draft.addList({ ...runningListOf(task, src, part), isDelegated: true });
  return startChild(
    draft,
    { task, src, input: partInput(part) },
    { machine: listMachineId(listsOf, src), version },
  );
}

/** The items of a file are worked on by other executions, the first of which has the file cut into pages. */
function startFile(
  draft: Draft,
  machine: PreparedMachine,
  { options }: EachSource,
  { task, src, input }: StartEffect,
): FollowUp | undefined {
  const request = eachFileRequest(input, options);
  if (request.type === 'invalid') {
    return { type: 'settle', outcome: { type: 'taskFailed', task, error: request.error } };
  }
  const { file, concurrency, tolerateFailures } = request;
  const { executionId } = draft.execution;
  const items = { executionId, task, hash: '', pageSize: mostItemsInPart };
  // How many of a file's items may fail is known once they are counted.
  const part = { items, first: 0, count: 0, concurrency, tolerated: 0 };
  draft.addList({ ...runningListOf(task, src, part), isDelegated: true });
  return startChild(
    draft,
    { task, src, input: { ...file, concurrency, tolerateFailures } },
    { machine: listMachineId(machine.id, src), version: machine.version },
  );
}

/** An execution of a list machine starts: it works on its part, or has children do so. */
function startPart(
  draft: Draft,
  source: EachSource,
  { task, src, input }: StartEffect,
  origin: Origin,
): FollowUp | undefined {
  const part = partOf(input);
  const isFile = part?.results !== undefined;
  if (!part || (part.count === 0 && !isFile)) {
    return notAPart;
  }
  const list = runningListOf(task, src, part);
  const isWholeFile = isFile && part.items.executionId === draft.execution.executionId;
  if (part.count <= part.items.pageSize && !isWholeFile) {
    draft.addList(list);
    dispatchNext(draft, list, source.policy, origin);
    return undefined;
  }
  const whole = wholeOf({ task, src }, part);
  draft.addList(whole);
  if (part.count > 0) return startParts(draft, whole);
  return { type: 'settle', outcome: partOutcome(whole, whole.parts) };
}

const notAPart: FollowUp = {
  type: 'fail',
  error: {
    code: 'InvalidStart',
    name: 'InvalidStart',
    message: 'Only the orchestrator may start an execution of a machine that works on lists.',
  },
};

/** The list of which children work on the parts. */
function wholeOf(
  { task, src }: Pick<StartEffect, 'task' | 'src'>,
  part: ListPart,
): RunningList & { readonly parts: PartsReport } {
  return { ...runningListOf(task, src, part), parts: { done: 0, failed: 0, errors: [] } };
}

function runningListOf(task: number, worker: string, part: ListPart): RunningList {
  return { task, worker, ...part, next: part.first, open: [], exceptions: [] };
}
