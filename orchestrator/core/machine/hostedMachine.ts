import type { Json } from '../data/json.ts';
import { escapedData, markedThrown } from '../data/thrown.ts';
import type { OutcomeData } from '../policy/itemOutcomes.ts';
import { type ItemsAddress, pageOf } from '../policy/itemPages.ts';
import type { ListLimits } from '../policy/listLimits.ts';
import { DefinitionMismatchError } from './definitionMismatch.ts';
import type { PreparedMachine } from './prepare.ts';
import { mayHoldReferences } from './references.ts';
import { type EachMachineSource, hostedName } from './sources.ts';
import {
  type FailedItemOfList,
  type HostedList,
  type MachineState,
  type OrphanedChild,
  parseMachineState,
  runningChild,
} from './state.ts';
import type { Before } from './stepOne.ts';
import { earliestTimer } from './timers.ts';

/** Where a machine is within the execution that hosts it. */
export interface Place {
  readonly list: ListInWork;
  readonly index: number;
}

/** A machine of an execution while a step is taken: the execution's own, or that of an item which it hosts. */
export class HostedMachine {
  readonly prepared: PreparedMachine;
  readonly address: string;
  /** Address of the machine that it sends to as its parent. */
  readonly parent: string | undefined;
  /** Absent for the execution's own. */
  readonly place: Place | undefined;
  readonly lists: ListInWork[];
  /** Inputs that it has taken in this step. */
  inputs = 0;
  /** Nothing reaches it any more. */
  isGone = false;
  #state: MachineState | undefined;
  /** Set once it has taken a step of its own: what is stored of it. */
  #stored: string | undefined;
  #mayHoldReferences: boolean;

  constructor(
    prepared: PreparedMachine,
    state: MachineState | undefined,
    given: {
      readonly address: string;
      readonly parent?: string | undefined;
      readonly place?: Place;
      readonly mayHoldReferences: boolean;
    },
  ) {
    this.prepared = prepared;
    this.address = given.address;
    this.parent = given.parent;
    this.place = given.place;
    this.#state = state;
    this.#mayHoldReferences = given.mayHoldReferences;
    this.lists = (state?.lists ?? []).map((list) => new ListInWork(this, list, given.mayHoldReferences));
  }

  /** The state that a step begins with. */
  before(nextTask: number): Before | undefined {
    const state = this.#current();
    if (state === undefined) return undefined;
    const again = () => this.#current() ?? state;
    return { state: { ...state, nextTask }, again, mayHoldReferences: () => this.#mayHoldReferences };
  }

  /** Takes over what is stored of it after a step. */
  stepped(stored: string): void {
    this.#stored = stored;
    this.#mayHoldReferences = mayHoldReferences(stored);
  }

  /** @param nextTask of the execution's own machine alone: numbers are the execution's */
  toState(nextTask: number): MachineState {
    const state = this.#current();
    if (state === undefined) throw new TypeError(`The machine at '${this.address}' has not started.`);
    const { lists: _, ...rest } = state;
    const lists = this.lists.map((list) => list.toList());
    return { ...rest, nextTask, ...(lists.length > 0 && { lists }) };
  }

  /** The machines that are hosted, at any depth, and this one. */
  *all(): Generator<HostedMachine> {
    yield this;
    for (const list of this.lists) for (const item of list.open.values()) yield* item.all();
  }

  hasRunning(task: number): boolean {
    const state = this.#current();
    return state !== undefined && runningChild(state, task) !== undefined;
  }

  /** When its own next timer fires. */
  get timerAt(): number | undefined {
    const timers = this.#current()?.timers ?? [];
    return timers[earliestTimer(timers)]?.dueAt;
  }

  /** The children that run: tasks, lists and executions. */
  get running(): readonly OrphanedChild[] {
    const { children = {}, orphans = [] } = this.#current() ?? {};
    const named = Object.entries(children).map(([actorId, child]) => ({ ...child, actorId }));
    return [...named, ...orphans].filter(({ status }) => status === 'active');
  }

  /** The name that one of its actors has in the execution's machine. */
  nameOf(src: string): string {
    const { place } = this;
    return place ? place.list.host.nameOf(hostedName(place.list.src, src)) : src;
  }

  #current(): MachineState | undefined {
    return this.#stored === undefined ? this.#state : parseMachineState(this.#stored);
  }
}

/** A list with the machines of its items. */
export class ListInWork {
  readonly host: HostedMachine;
  readonly failures: FailedItemOfList[];
  readonly open = new Map<number, HostedMachine>();
  #list: HostedList;
  readonly #outputs: Map<number, Json>;
  readonly #marked: number[];
  #next: number;
  #items: ItemsAddress | undefined;

  constructor(host: HostedMachine, list: HostedList, mayHoldReferences: boolean) {
    this.host = host;
    this.failures = [...(list.failures ?? [])];
    this.#list = list;
    this.#outputs = new Map(Object.entries(list.outputs).map(([index, output]) => [Number(index), output]));
    this.#marked = [...(list.marked ?? [])];
    this.#next = list.next;
    this.#items = list.items;
    for (const [index, state] of Object.entries(list.open))
      this.#open(Number(index), state, mayHoldReferences);
  }

  get task(): number {
    return this.#list.task;
  }

  get src(): string {
    return this.#list.src;
  }

  get count(): number {
    return this.#list.count;
  }

  get tolerated(): number {
    return this.#list.tolerated;
  }

  /** Where its items are, unless it has them itself. */
  get items(): ItemsAddress | undefined {
    return this.#items;
  }

  /** The items that it has itself, and that were not started yet. */
  get pending(): readonly Json[] {
    return this.#list.pending.slice(this.#next - this.#list.next);
  }

  /** Number of the last update of its limits. */
  get updates(): number | undefined {
    return this.#list.updates;
  }

  /** From now on it has these limits. */
  update(number: number, limits: ListLimits): void {
    this.#list = { ...this.#list, ...limits, updates: number };
  }

  /** From now on its items are in pages. */
  moveItems(items: ItemsAddress): void {
    this.#items = items;
  }

  /** Opens the next item, where another may be worked on. */
  next(pageOfItem: (items: ItemsAddress, index: number) => readonly Json[]): NextItem | undefined {
    const { first, count, concurrency, pending } = this.#list;
    const index = this.#next;
    if (index >= first + count || this.open.size >= concurrency) return undefined;
    const own = pending[index - this.#list.next];
    const input = own ?? (this.#items && itemAt(this.#items, index, pageOfItem)) ?? null;
    this.#next++;
    return { machine: this.#open(index, undefined, true), input };
  }

  get isDone(): boolean {
    const { first, count } = this.#list;
    return this.#next >= first + count && this.open.size === 0;
  }

  /** @param isMarked errors in it are marked */
  succeeded(index: number, output: Json, isMarked: boolean): void {
    this.#outputs.set(index, output);
    if (isMarked) this.#marked.push(index);
  }

  /** The outputs in the order of the items. With a failed item among them, or an output with errors, errors are marked. */
  output(): { readonly output: readonly Json[]; readonly isMessage: boolean } {
    const { first, count } = this.#list;
    const errors = new Map(this.failures.map(({ index, error }) => [index, error]));
    const isMessage = errors.size > 0 || this.#marked.length > 0;
    const output = Array.from({ length: count }, (_, place): Json => {
      const index = first + place;
      const error = errors.get(index);
      if (error) return { error: markedThrown(error) };
      const own = this.#outputs.get(index) ?? null;
      return isMessage && !this.#marked.includes(index) ? escapedData(own) : own;
    });
    return { output, isMessage };
  }

  /** In the order of the items, whether the list is done or not. Errors are marked. */
  outcomes(): readonly OutcomeData[] {
    const { first, count } = this.#list;
    const errors = new Map(this.failures.map(({ index, error }) => [index, error]));
    return Array.from({ length: count }, (_, place): OutcomeData => {
      const index = first + place;
      const error = errors.get(index);
      if (error) return { status: 'error', error: markedThrown(error) };
      const output = this.#outputs.get(index);
      if (output === undefined) return { status: this.open.has(index) ? 'stopped' : 'notStarted' };
      return { status: 'done', output: this.#marked.includes(index) ? output : escapedData(output) };
    });
  }

  toList(): HostedList {
    const { pending: _, items: __, marked: ___, failures: ____, ...rest } = this.#list;
    return {
      ...rest,
      next: this.#next,
      pending: this.#items ? [] : this.pending,
      ...(this.#items && { items: this.#items }),
      open: Object.fromEntries([...this.open].map(([index, machine]) => [index, machine.toState(0)])),
      outputs: Object.fromEntries(this.#outputs),
      ...(this.#marked.length > 0 && { marked: this.#marked }),
      ...(this.failures.length > 0 && { failures: this.failures }),
    };
  }

  #open(index: number, state: MachineState | undefined, mayHoldReferences: boolean): HostedMachine {
    const { host } = this;
    const { src, task } = this.#list;
    const prepared = host.prepared.items.get(src);
    if (!prepared)
      throw new DefinitionMismatchError(host.prepared, `'${src}' is no longer an each() of a machine`);
    const [execution] = host.address.split('#');
    const machine = new HostedMachine(prepared, state, {
      address: `${execution}#${task}.${index}`,
      parent: host.address,
      place: { list: this, index },
      mayHoldReferences,
    });
    this.open.set(index, machine);
    return machine;
  }
}

/** @throws DefinitionMismatchError */
export function eachSourceOf({ prepared }: HostedMachine, src: string): EachMachineSource {
  const source = prepared.sourceOf(src);
  if (source.kind === 'eachMachine') return source;
  throw new DefinitionMismatchError(prepared, `'${src}' is no longer an each() of a machine`);
}

interface NextItem {
  readonly machine: HostedMachine;
  readonly input: Json;
}

function itemAt(
  items: ItemsAddress,
  index: number,
  pageOfItem: (items: ItemsAddress, index: number) => readonly Json[],
): Json | undefined {
  return pageOfItem(items, index)[pageOf(items, index).place];
}
