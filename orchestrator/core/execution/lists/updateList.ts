import { hostedListsOf, type PreparedMachine } from '../../machine/index.ts';
import { tellChild } from '../children/children.ts';
import type { Message } from '../children/messages.ts';
import type { ListUpdateEntry } from '../model/entries.ts';
import type { Draft } from '../step/draft.ts';
import { applied, type Handled } from '../step/followUp.ts';
import type { Origin } from '../step/origin.ts';
import type { KnownItemResults } from './itemResults.ts';
import { dispatchNext, isOfPart, listDone } from './itemTasks.ts';
import { partsFailed, updateParts } from './listParts.ts';
import { failedCount, type RunningList } from './runningList.ts';

type Update = Pick<ListUpdateEntry, 'number' | 'limits'>;

interface Given {
  readonly origin: Origin;
  readonly itemResults: KnownItemResults;
}

const notOpen: Handled = { type: 'ignored', reason: 'NotOpen' };
const superseded: Handled = { type: 'ignored', reason: 'Superseded' };

/** A list has other limits from now on. Updates come in any order, and the one with the highest number counts. */
export function updateList(
  draft: Draft,
  machine: PreparedMachine,
  { task, number, limits }: ListUpdateEntry,
  given: Given,
): Handled {
  const list = draft.list(task);
  const hosted = list ? undefined : hostedList(draft, task);
  const updates = list ? list.updates : hosted?.updates;
  if (updates !== undefined && number <= updates) return superseded;
  if (hosted) return { type: 'step', input: { type: 'updateList', task, number, limits } };
  // The items of a file are not known until it has been cut into pages.
  if (!list || list.items.hash === '') return notOpen;
  if (!list.isDelegated) return updateOwn(draft, machine, list, { number, limits }, given);
  draft.replaceList({ ...list, updates: number });
  tellChild(draft, task, { type: 'updatePart', number, limits });
  return applied;
}

/** The list has other limits that this execution works on, or on a part of. */
export function updatePart(
  draft: Draft,
  machine: PreparedMachine,
  { number, limits }: Extract<Message, { type: 'updatePart' }>,
  given: Given,
): Handled {
  const { lists = [] } = draft.execution;
  const list = lists.find(({ worker, parts }) => parts !== undefined || isOfPart(machine.sourceOf(worker)));
  if (list) return updateOwn(draft, machine, list, { number, limits }, given);
  const task = draft.machineState?.lists?.[0]?.task;
  return task === undefined ? notOpen : { type: 'step', input: { type: 'updateList', task, number, limits } };
}

function updateOwn(
  draft: Draft,
  machine: PreparedMachine,
  before: RunningList,
  { number, limits }: Update,
  { origin, itemResults }: Given,
): Handled {
  const { parts, tolerated, worker } = before;
  // It has failed: its parts are about to say what their items have come to.
  if (failedCount(before) > tolerated) return notOpen;
  const list = { ...before, ...limits, updates: number };
  draft.replaceList(list);
  if (failedCount(list) > limits.tolerated) {
    return parts
      ? partsFailed(draft, machine, { ...list, parts }, true)
      : listDone(machine, list, itemResults);
  }
  if (parts) return updateParts(draft, { ...list, parts });
  dispatchNext(draft, list, machine.taskSourceOf(worker).policy, origin);
  return applied;
}

function hostedList({ machineState }: Draft, task: number) {
  const lists = machineState ? hostedListsOf(machineState) : [];
  return lists.find(({ list }) => list.task === task)?.list;
}
