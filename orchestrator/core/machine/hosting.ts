import type { Json } from '../data/json.ts';
import { holdsMarks } from '../data/marks.ts';
import { withoutStack } from '../data/thrown.ts';
import { eachRequest } from '../policy/eachRequest.ts';
import {
  charactersIn,
  hostedItemListOf,
  type ItemsAddress,
  isLongForMachines,
  mostHostedMachines,
} from '../policy/itemPages.ts';
import type { ListLimits } from '../policy/listLimits.ts';
import { endless } from './endlessMachine.ts';
import { listError, partResult } from './hostedListResult.ts';
import { eachSourceOf, HostedMachine, ListInWork, type Place } from './hostedMachine.ts';
import { isOfItem, machineAt, receiverOf } from './hostedReceiver.ts';
import type { PreparedMachine } from './prepare.ts';
import { mayHoldReferences } from './references.ts';
import { parseMachineState, storeMachineState } from './state.ts';
import type { MachineEffect, MachineInput, MachineStep, PartOfList } from './step.types.ts';
import { stepOne } from './stepOne.ts';
import type { StepAt } from './stepRun.ts';

type Ignored = Extract<MachineStep, { type: 'ignored' }>;
type Taken = Extract<MachineStep, { type: 'taken' }>;
type StartTask = Extract<MachineEffect, { type: 'startTask' }>;

/** Inputs that one machine takes within a step, at most: machines may send each other events without end. */
const mostInputs = 10_000;

/** Characters of items that wait in a machine's state, at most: each step stores them again. */
const mostPending = 1000;

/**
 * A step of a machine that works on lists with machines for their items. Those are hosted: they are parts of its state, and
 * take their steps within its own. Their tasks and children are the execution's, with its numbers. An event from one machine
 * of the execution to another is taken within the same step.
 */
export class Hosting {
  readonly #root: HostedMachine;
  readonly #at: StepAt;
  readonly #effects: MachineEffect[] = [];
  readonly #queue: { readonly to: HostedMachine; readonly input: MachineInput }[] = [];
  /** Ids of the transitions of the execution's own machine. Those of its items are not on its chart. */
  readonly #edges: string[] = [];
  #nextTask: number;
  /** The last step of the execution's own machine. */
  #own: Taken | undefined;

  constructor(prepared: PreparedMachine, stored: string | undefined, at: StepAt) {
    const state = stored === undefined ? undefined : parseMachineState(stored);
    const { id: address, parent } = at.actor;
    const hasReferences = stored !== undefined && mayHoldReferences(stored);
    this.#at = at;
    this.#nextTask = state?.nextTask ?? 0;
    this.#root = new HostedMachine(prepared, state, { address, parent, mayHoldReferences: hasReferences });
  }

  step(input: MachineInput): MachineStep {
    const to = receiverOf(this.#root, input);
    if (!to) return { type: 'ignored', reason: 'NotOpen' };
    if (input.type === 'listPart') this.#startPart(to, input.task, input.part);
    else if (input.type === 'endListPart') {
      for (const list of [...to.lists]) this.#end(list);
    } else if (input.type === 'updateList') {
      const ignored = this.#update(input);
      if (ignored) return ignored;
    } else {
      const ignored = this.#take(to, input);
      if (ignored) return ignored;
    }
    for (let next = this.#queue.shift(); next && !this.#own?.failure; next = this.#queue.shift()) {
      if (!next.to.isGone) this.#take(next.to, next.input);
    }
    const own = this.#own;
    if (own?.failure) return { ...own, effects: this.#effects, edges: this.#edges };
    const state = this.#root.toState(this.#nextTask);
    return {
      type: 'taken',
      stored: storeMachineState(state),
      state,
      effects: this.#effects,
      edges: this.#edges,
      ...(own?.markedOutput !== undefined && { markedOutput: own.markedOutput }),
    };
  }

  #take(machine: HostedMachine, input: MachineInput): Ignored | undefined {
    const { address: id, parent, place } = machine;
    const actor = {
      id,
      ...(parent !== undefined && { parent }),
      ...(place && { host: this.#root.address }),
    };
    const isEndless = ++machine.inputs > mostInputs;
    const step = isEndless
      ? endless(machine, input, mostInputs)
      : stepOne(machine.prepared, machine.before(this.#nextTask), input, {
          ...this.#at,
          actor,
          nextTask: this.#nextTask,
        });
    if (step.type === 'ignored') return step;
    if (isEndless) this.#leave(machine);
    else {
      machine.stepped(step.stored);
      this.#nextTask = step.state.nextTask;
    }
    for (const effect of step.effects) this.#effect(machine, effect);
    if (!place) this.#edges.push(...step.edges);
    if (!place) this.#own = step;
    else if (step.failure || step.state.status !== 'active') this.#itemDone(machine, place, step);
    return undefined;
  }

  #effect(machine: HostedMachine, effect: MachineEffect): void {
    switch (effect.type) {
      case 'startTask':
        if (machine.prepared.items.has(effect.src)) this.#startList(machine, effect);
        else this.#effects.push({ ...effect, src: machine.nameOf(effect.src) });
        return;
      case 'stopTask': {
        const list = machine.lists.find(({ task }) => task === effect.task);
        if (list) this.#drop(list);
        else this.#effects.push(machine.place ? { ...effect, by: machine.address } : effect);
        return;
      }
      case 'send': {
        const to = machineAt(this.#root, effect.to);
        const owner = machine.place && to === this.#root ? this.#ownerOfPart(machine.place) : undefined;
        if (owner !== undefined) this.#effects.push({ ...effect, to: owner });
        else if (!to) this.#sendOut(effect);
        else if (isEvent(effect.event)) {
          this.#queue.push({ to, input: { type: 'event', event: effect.event, isMessage: true } });
        }
        return;
      }
      case 'action':
      case 'log':
      case 'emit':
      case 'keepItems':
        this.#effects.push(effect);
        return;
      default:
        effect satisfies never;
    }
  }

  /** An event for an item's machine that has ended is dropped, as in XState. */
  #sendOut(effect: Extract<MachineEffect, { type: 'send' }>): void {
    if (!isOfItem(this.#root, effect.to)) this.#effects.push(effect);
  }

  /** The execution whose list it is, where that is another's: its machine is the parent of the items' machines. */
  #ownerOfPart({ list }: Place): string | undefined {
    return eachSourceOf(list.host, list.src).isOfPart ? list.items?.executionId : undefined;
  }

  #startList(machine: HostedMachine, effect: StartTask): void {
    const { task, src, input } = effect;
    const source = eachSourceOf(machine, src);
    const request = source.isOfPart ? undefined : eachRequest(input, source.options);
    if (request?.type === 'invalid') {
      this.#queue.push({ to: machine, input: { type: 'taskFailed', task, error: request.error } });
      return;
    }
    if (!request || this.#isTooMuch(request)) {
      this.#effects.push({ ...effect, src: machine.nameOf(src) });
      return;
    }
    const { items, concurrency, tolerated } = request;
    const begun = { task, src, first: 0, count: items.length, concurrency, tolerated, next: 0 };
    const list = new ListInWork(machine, { ...begun, pending: items, open: {}, outputs: {} }, true);
    machine.lists.push(list);
    this.#goOn(list);
    this.#movePending(list, items);
  }

  /** Whether other executions are to work on a list: it is long, or many machines are hosted already. */
  #isTooMuch({
    items,
    concurrency,
  }: {
    readonly items: readonly Json[];
    readonly concurrency: number;
  }): boolean {
    if (items.length === 0) return false;
    let hosted = 0;
    for (const machine of this.#root.all()) if (machine.place) hosted++;
    const atOnce = Math.min(items.length, concurrency);
    return hosted + atOnce > mostHostedMachines || isLongForMachines(items);
  }

  /** A part of a list that other executions work on has come. */
  #startPart(machine: HostedMachine, task: number, part: PartOfList): void {
    const child = machine.running.find((each) => each.task === task);
    if (!child) return;
    const begun = { ...part, task, src: child.src, next: part.first };
    const list = new ListInWork(machine, { ...begun, pending: [], open: {}, outputs: {} }, true);
    machine.lists.push(list);
    this.#goOn(list);
  }

  /** Other items begin, or the list ends, where its new limits say so. */
  #update({ task, number, limits }: Extract<MachineInput, { type: 'updateList' }>): Ignored | undefined {
    const list = this.#listOf(task);
    if (!list) return { type: 'ignored', reason: 'NotOpen' };
    list.update(number, { ...limits, concurrency: this.#possible(list, limits) });
    if (list.failures.length > list.tolerated) this.#end(list);
    else this.#goOn(list);
    return undefined;
  }

  #listOf(task: number): ListInWork | undefined {
    for (const { lists } of this.#root.all()) {
      const list = lists.find((each) => each.task === task);
      if (list) return list;
    }
    return undefined;
  }

  /** As many items of the list at once as the execution may host beside those of its other lists. */
  #possible(list: ListInWork, { concurrency }: ListLimits): number {
    let others = -list.open.size;
    for (const machine of this.#root.all()) if (machine.place) others++;
    return Math.min(concurrency, Math.max(list.open.size, mostHostedMachines - others));
  }

  /** Keeps the items that wait in a page: otherwise, every step would write them again. */
  #movePending(list: ListInWork, items: readonly Json[]): void {
    if (charactersIn(list.pending) <= mostPending) return;
    const { list: pages, pageSize } = hostedItemListOf(list.task, items);
    list.moveItems({ executionId: this.#root.address, task: list.task, hash: pages.hash, pageSize });
    this.#effects.push({ type: 'keepItems', list: pages });
  }

  /** Starts as many items as may be worked on at once, or ends the list. */
  #goOn(list: ListInWork): void {
    const page = (items: ItemsAddress, index: number) => {
      const { pageOfItem } = this.#at;
      if (!pageOfItem) throw new TypeError(`The items of '${list.src}' are in pages, which are not at hand.`);
      return pageOfItem(items, index);
    };
    for (let next = list.next(page); next; next = list.next(page)) {
      const { machine: to, input } = next;
      this.#queue.push({ to, input: { type: 'start', input, isMessage: true } });
    }
    if (list.isDone) this.#end(list);
  }

  #end(list: ListInWork): void {
    const { host, task, failures } = list;
    const source = eachSourceOf(host, list.src);
    this.#drop(list);
    if (source.isOfPart) {
      const output = partResult(list, source.options);
      this.#queue.push({ to: host, input: { type: 'taskSucceeded', task, output } });
    } else if (failures.length > list.tolerated) {
      const error = listError(list, source.options);
      this.#queue.push({ to: host, input: { type: 'taskFailed', task, error } });
    } else {
      this.#queue.push({ to: host, input: { type: 'taskSucceeded', task, ...list.output() } });
    }
  }

  #itemDone(machine: HostedMachine, { list, index }: Place, step: Taken): void {
    const { failure, thrown, markedOutput, state } = step;
    machine.isGone = true;
    list.open.delete(index);
    if (failure) {
      const { name, message } = failure;
      list.failures.push({ index, error: withoutStack(thrown ?? { name, message }) });
    } else {
      const output = markedOutput ?? state.output ?? null;
      list.succeeded(index, output, markedOutput !== undefined || holdsMarks(output));
    }
    if (list.failures.length > list.tolerated) this.#end(list);
    else this.#goOn(list);
  }

  /** Ends work on a list, with all that its items have begun. */
  #drop(list: ListInWork): void {
    const { lists } = list.host;
    if (lists.includes(list)) lists.splice(lists.indexOf(list), 1);
    for (const item of list.open.values()) {
      item.isGone = true;
      this.#leave(item);
    }
  }

  /** Stops what an item's machine has begun. */
  #leave(machine: HostedMachine): void {
    for (const { task, actorId } of machine.running) {
      const inner = machine.lists.find((list) => list.task === task);
      if (inner) this.#drop(inner);
      else this.#effects.push({ type: 'stopTask', task, actorId, reason: 'left' });
    }
  }
}

function isEvent(event: Json): event is Extract<MachineInput, { type: 'event' }>['event'] {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}
