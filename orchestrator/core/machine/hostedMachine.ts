import type { Json } from '../data/json.ts';
import { DefinitionMismatchError } from './definitionMismatch.ts';
import type { PreparedMachine } from './prepare.ts';
import { mayHoldReferences } from './references.ts';
import { hostedName } from './sources.ts';
import {
  type FailedItemOfList,
  type HostedList,
  type MachineState,
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
    return { state: { ...state, nextTask }, again, mayHoldReferences: this.#mayHoldReferences };
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
  get running(): readonly { readonly task: number; readonly actorId: string }[] {
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
  readonly task: number;
  readonly src: string;
  readonly count: number;
  readonly concurrency: number;
  readonly tolerated: number;
  readonly open = new Map<number, HostedMachine>();
  readonly outputs: Map<number, Json>;
  readonly marked: number[];
  readonly failures: FailedItemOfList[];
  readonly #items: readonly Json[];
  /** Of `items`: those before it were started. */
  #next = 0;

  constructor(host: HostedMachine, list: HostedList, mayHoldReferences: boolean) {
    this.host = host;
    this.task = list.task;
    this.src = list.src;
    this.count = list.count;
    this.concurrency = list.concurrency;
    this.tolerated = list.tolerated;
    this.outputs = new Map(Object.entries(list.outputs).map(([index, output]) => [Number(index), output]));
    this.marked = [...(list.marked ?? [])];
    this.failures = [...(list.failures ?? [])];
    this.#items = list.pending;
    for (const [index, state] of Object.entries(list.open))
      this.#open(Number(index), state, mayHoldReferences);
  }

  /** Opens the next item. */
  next(): { readonly machine: HostedMachine; readonly input: Json } | undefined {
    const input = this.#items[this.#next];
    if (input === undefined || this.open.size >= this.concurrency) return undefined;
    const index = this.count - this.#items.length + this.#next;
    this.#next++;
    return { machine: this.#open(index, undefined, true), input };
  }

  get isDone(): boolean {
    return this.#next === this.#items.length && this.open.size === 0;
  }

  toList(): HostedList {
    const { task, src, count, concurrency, tolerated, marked, failures } = this;
    return {
      task,
      src,
      count,
      concurrency,
      tolerated,
      pending: this.#items.slice(this.#next),
      open: Object.fromEntries([...this.open].map(([index, machine]) => [index, machine.toState(0)])),
      outputs: Object.fromEntries(this.outputs),
      ...(marked.length > 0 && { marked }),
      ...(failures.length > 0 && { failures }),
    };
  }

  #open(index: number, state: MachineState | undefined, mayHoldReferences: boolean): HostedMachine {
    const { host, task, src } = this;
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
