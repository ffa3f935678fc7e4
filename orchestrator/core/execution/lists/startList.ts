import { type EachSource, listMachineId, type PreparedMachine } from '../../machine/index.ts';
import type { MachineEffect } from '../../machine/step.types.ts';
import { eachFileRequest, eachRequest } from '../../policy/eachRequest.ts';
import { startChild } from '../children/children.ts';
import type { Draft } from '../step/draft.ts';
import type { FollowUp } from '../step/followUp.ts';
import type { Origin } from '../step/origin.ts';
import { itemListOf } from './itemList.ts';
import { dispatchNext } from './itemTasks.ts';
import { partOutcome } from './listOutcome.ts';
import { type ListPart, mostItemsInExecution, mostItemsInPart, partInput, partOf } from './listPart.ts';
import { startParts } from './listParts.ts';
import type { RunningList } from './runningList.ts';

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
    const message = 'Only the orchestrator may start an execution of a machine that works on lists.';
    return { type: 'fail', error: { code: 'InvalidStart', name: 'InvalidStart', message } };
  }
  const list = runningListOf(task, src, part);
  const isWholeFile = isFile && part.items.executionId === draft.execution.executionId;
  if (part.count <= part.items.pageSize && !isWholeFile) {
    draft.addList(list);
    dispatchNext(draft, list, source.policy, origin);
    return undefined;
  }
  const whole = { ...list, parts: { done: 0, failed: 0, errors: [] } };
  draft.addList(whole);
  if (part.count > 0) return startParts(draft, whole);
  return { type: 'settle', outcome: partOutcome(whole, whole.parts) };
}

function runningListOf(task: number, worker: string, part: ListPart): RunningList {
  return { task, worker, ...part, next: part.first, open: [], exceptions: [] };
}
