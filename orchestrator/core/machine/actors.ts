import type { AnyActorRef } from 'xstate';
import type { JsonObject } from '../data/json.ts';
import { MillraceError } from '../errors/millraceError.ts';
import type { MachineChild } from './state.ts';
import { createStandIn, property, refuseAtActor } from './xstateInternals.ts';

/** A child and the id it has with its parent. */
export interface Child extends MachineChild {
  readonly actorId: string;
}

/** The actors that a machine can refer to within one step: itself, its parent, its children, others by address. */
export class Actors {
  readonly self: AnyActorRef;
  readonly parent: AnyActorRef | undefined;
  readonly #address: string;
  readonly #execution: string;
  readonly #children = new Map<AnyActorRef, Child>();
  readonly #standIns = new Map<string, AnyActorRef>();
  readonly #addresses = new Map<AnyActorRef, string>();
  /** Numbers of children that were given an address before their start. */
  readonly #reserved = new Map<AnyActorRef, number>();
  #nextTask: number;

  /** @param at.execution the execution that its children are numbered in: its own address, unless it is hosted */
  constructor(
    { address, execution }: { readonly address: string; readonly execution: string },
    self: AnyActorRef,
    parent: AnyActorRef | undefined,
    nextTask: number,
  ) {
    this.#address = address;
    this.#execution = execution;
    this.self = self;
    this.parent = parent;
    this.#nextTask = nextTask;
    this.#addresses.set(self, address);
    refuseAtActor(self, { observe: () => refuseToBeObserved(self.id) });
    if (parent) this.#addresses.set(parent, parent.id);
  }

  get nextTask(): number {
    return this.#nextTask;
  }

  /** A child that the machine has from an earlier step. */
  adopt(actor: AnyActorRef, child: Child): void {
    refuseAll(actor);
    this.#children.set(actor, child);
    this.#addresses.set(actor, addressOfTask(child.task, this.#execution));
  }

  /** Gives a child that starts its number, and so its address. */
  number(actor: AnyActorRef): Child {
    const systemId = property(actor, 'systemId');
    const child: Child = {
      actorId: actor.id,
      task: this.#reserved.get(actor) ?? this.#nextTask++,
      src: String(actor.src),
      ...(typeof systemId === 'string' ? { systemId } : {}),
      status: 'active',
    };
    this.adopt(actor, child);
    return child;
  }

  /** The address that a child will have when it starts. One that never starts keeps it for itself. */
  reserve(actor: AnyActorRef): string {
    const task = this.#reserved.get(actor) ?? this.#nextTask++;
    this.#reserved.set(actor, task);
    return addressOfTask(task, this.#execution);
  }

  /** A child that has started, in this step or an earlier one; also after it was stopped. */
  childOf(actor: AnyActorRef): Child | undefined {
    return this.#children.get(actor);
  }

  /** Absent for a child that has not started. */
  addressOf(actor: AnyActorRef): string | undefined {
    return this.#addresses.get(actor);
  }

  /** The reference that stands for an actor in data. */
  referenceTo(actor: AnyActorRef): JsonObject {
    const address = this.addressOf(actor) ?? '';
    return actor.id === address ? { $actor: address } : { $actor: address, id: actor.id };
  }

  /** The actor that a reference means; one that is gone, or not of this machine, is stood in for. */
  at(address: string, id: string): AnyActorRef {
    if (address === this.#address) return this.self;
    if (address === this.parent?.id) return this.parent;
    const task = taskAt(address, this.#execution);
    for (const [actor, child] of this.#children) if (child.task === task) return actor;
    const key = `${address} ${id}`;
    const known = this.#standIns.get(key);
    if (known) return known;
    const standIn = createActorElsewhere(id);
    this.#standIns.set(key, standIn);
    if (address !== '') this.#addresses.set(standIn, address);
    return standIn;
  }

  /** Whether an address is of this machine's own children, those that are gone included. */
  isOwn(address: string): boolean {
    const number = taskAt(address, this.#execution);
    if (number === undefined || this.#execution === this.#address) return number !== undefined;
    // The others are the execution's, or of other machines in it.
    return [...this.#children.values()].some(({ task }) => task === number);
  }
}

function addressOfTask(task: number, machineAddress: string): string {
  return `${machineAddress}.${task}`;
}

/** The number of the machine's task that has an address; undefined for an address of another's. */
export function taskAt(address: string, machineAddress: string): number | undefined {
  const task = address.startsWith(`${machineAddress}.`) ? address.slice(machineAddress.length + 1) : '';
  return /^\d+$/.test(task) ? Number(task) : undefined;
}

/** Thrown to code that calls `send` on another actor: nothing runs it in this process. */
export class SentDirectlyError extends MillraceError {
  override readonly code = 'SentDirectly';
  override readonly name = 'SentDirectlyError';
  constructor(id: string) {
    super(`Actor '${id}' is elsewhere: send to it with sendTo or sendParent, in the machine.`);
  }
}

/** Thrown to code that subscribes to an actor, or listens to what it emits: no process has it. */
export class ObservedDirectlyError extends MillraceError {
  override readonly code = 'ObservedDirectly';
  override readonly name = 'ObservedDirectlyError';
  constructor(id: string) {
    super(
      `Actor '${id}' runs in no process that could be observed: react to onDone, onError and events in the machine, ` +
        'or wait for the execution with the client.',
    );
  }
}

export function createActorElsewhere(id: string): AnyActorRef {
  const actor = createStandIn(id);
  refuseAll(actor);
  return actor;
}

function refuseAll(actor: AnyActorRef): void {
  refuseAtActor(actor, {
    send: () => {
      throw new SentDirectlyError(actor.id);
    },
    observe: () => refuseToBeObserved(actor.id),
  });
}

function refuseToBeObserved(id: string): never {
  throw new ObservedDirectlyError(id);
}
