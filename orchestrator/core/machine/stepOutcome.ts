import type { AnyActorRef, AnyEventObject, AnyMachineSnapshot } from 'xstate';
import type { Json } from '../data/json.ts';
import { timeAfter } from '../policy/time.ts';
import type { Actors, Child } from './actors.ts';
import { encodeReferences } from './references.ts';
import type { ActorSource } from './sources.ts';
import type { MachineTimer } from './state.ts';
import type { MachineEffect } from './step.types.ts';
import type { Request, Requests } from './stepScope.ts';
import { withoutCancelled, withTimer } from './timers.ts';
import { childActors, inputOf } from './xstateInternals.ts';

type Send = Extract<Request, { type: 'send' }>;
type StopReason = Extract<MachineEffect, { type: 'stopTask' }>['reason'];

export interface ChildKinds {
  /** Finds the source that runs as a `src`. */
  readonly sourceOf: (src: string) => ActorSource;
  /** Whether a state invokes a `src` under an id. */
  readonly isInvoke: (id: string, src: string) => boolean;
}

/** The outcome of a step: effects, timers and children, brought about in the order in which XState's actor does it. */
export class StepOutcome {
  readonly effects: MachineEffect[] = [];
  readonly #actors: Actors;
  readonly #sourceOf: ChildKinds['sourceOf'];
  readonly #isInvoke: ChildKinds['isInvoke'];
  readonly #now: number;
  readonly #sentToSelf: AnyEventObject[];
  #timers: readonly MachineTimer[] = [];
  #children = new Map<string, Child>();
  #orphans = new Set<Child>();

  constructor(actors: Actors, { sourceOf, isInvoke }: ChildKinds, now: number, sentToSelf: AnyEventObject[]) {
    this.#actors = actors;
    this.#sourceOf = sourceOf;
    this.#isInvoke = isInvoke;
    this.#now = now;
    this.#sentToSelf = sentToSelf;
  }

  /** Takes over the state of the machine from earlier steps. */
  takeOver(
    timers: readonly MachineTimer[],
    children: ReadonlyMap<string, Child>,
    orphans: readonly Child[],
  ): void {
    this.#timers = timers;
    this.#children = new Map(children);
    this.#orphans = new Set(orphans);
  }

  get timers(): readonly MachineTimer[] {
    return this.#timers;
  }

  /** By actor id. */
  get children(): ReadonlyMap<string, Child> {
    return this.#children;
  }

  /** Running children that the machine has no longer under their id. */
  get orphans(): readonly Child[] {
    return [...this.#orphans];
  }

  /** Brings about what a macrostep that succeeded asked for. */
  apply({ requests, made }: Requests, next: AnyMachineSnapshot, isInitial: boolean): void {
    const macrostep = new Macrostep(made);
    const afterActions: Request[] = [];
    // Only when a machine starts do children come before its actions, and spawns in their place among the actions.
    if (isInitial && next.status === 'active') {
      for (const [, actor] of childActors(next)) this.#start(actor, macrostep);
    }
    for (const request of requests) {
      if (request.type === 'immediate') this.effects.push(request.effect);
      else if (request.type === 'stop' && !this.#actors.childOf(request.actor))
        macrostep.cancelled.add(request.actor);
      else if (request.type === 'start' && request.byAssign && isInitial)
        this.#start(request.actor, macrostep);
      else afterActions.push(request);
    }
    for (const request of afterActions) this.#apply(request, macrostep, next);
  }

  /** Applies the actions of a macrostep that threw: those before the throw have run. */
  applyActions(requests: readonly Request[]): void {
    for (const request of requests) if (request.type === 'immediate') this.effects.push(request.effect);
  }

  /** Separates the children that the machine's snapshot names from those that run on without a name, as in XState. */
  orphanUnnamed(snapshot: AnyMachineSnapshot): void {
    const named = new Map<string, Child>();
    for (const [actorId, actor] of childActors(snapshot)) {
      const child = this.#actors.childOf(actor);
      if (child && this.#has(child)) named.set(actorId, child);
    }
    const unnamed = [...this.#orphans, ...this.#children.values()].filter(
      (child) => named.get(child.actorId) !== child,
    );
    this.#children = named;
    this.#orphans = new Set();
    for (const child of unnamed) this.#orphan(child);
  }

  /** An ended machine has neither children nor timers. */
  end(): void {
    for (const child of this.#children.values()) this.#stopTask(child, 'ended');
    for (const orphan of this.#orphans) this.#stopTask(orphan, 'orphaned');
    this.#children = new Map();
    this.#orphans = new Set();
    this.#timers = [];
  }

  #apply(request: Request, macrostep: Macrostep, next: AnyMachineSnapshot): void {
    switch (request.type) {
      case 'start':
        this.#start(request.actor, macrostep);
        return;
      case 'stop':
        this.#stop(request.actor, next);
        return;
      case 'raise':
        this.#schedule(request.event, request.id, request.delayMs);
        return;
      case 'cancel':
        this.#timers = withoutCancelled(this.#timers, request.sendId);
        return;
      case 'emit':
        this.effects.push({ type: 'emit', event: this.#encoded(request.event, 'data') });
        return;
      case 'send':
        this.#send(request, macrostep);
        return;
      case 'immediate':
        this.effects.push(request.effect);
        return;
      default:
        assertNever(request);
    }
  }

  #start(actor: AnyActorRef, macrostep: Macrostep): void {
    if (macrostep.cancelled.has(actor) || this.#actors.childOf(actor)) return;
    const older = this.#children.get(actor.id);
    const child = this.#actors.number(actor);
    if (older) this.#replace(older, child);
    this.#children.set(actor.id, child);
    const { task, actorId, src } = child;
    const into = marksInInput(this.#sourceOf(src));
    const input = encodeReferences(inputOf(actor), into, (other) => this.#actors.referenceTo(other));
    this.effects.push({ type: 'startTask', task, actorId, src, input });
    for (const send of macrostep.release(actor)) this.#send(send, macrostep);
  }

  /**
   * Through a history state that resolves to the source of its own transition, XState invokes a second time what still
   * runs for that state. Only then does the older one end: what is spawned under the id of a running actor leaves it alone.
   */
  #replace(older: Child, newer: Child): void {
    const isInvokedTwice = older.src === newer.src && this.#isInvoke(newer.actorId, newer.src);
    if (isInvokedTwice) this.#stopTask(older, 'replaced');
    else this.#orphan(older);
  }

  #orphan(child: Child): void {
    if (child.status === 'active') this.#orphans.add(child);
  }

  #stop(actor: AnyActorRef, next: AnyMachineSnapshot): void {
    const child = this.#actors.childOf(actor);
    if (!child || !this.#has(child)) return;
    if (!this.#orphans.delete(child)) this.#children.delete(child.actorId);
    this.#stopTask(child, stopReason(actor, next));
  }

  #has(child: Child): boolean {
    return this.#children.get(child.actorId) === child || this.#orphans.has(child);
  }

  #stopTask({ task, actorId, status }: Child, reason: StopReason): void {
    if (status === 'active') this.effects.push({ type: 'stopTask', task, actorId, reason });
  }

  #send(send: Send, macrostep: Macrostep): void {
    const { to, event, id, delayMs } = send;
    if (to === this.#actors.self) {
      if (delayMs === undefined) this.#sentToSelf.push(toSelf(event, to.id));
      else this.#schedule(event, id, delayMs);
      return;
    }
    const address = this.#actors.addressOf(to);
    if (delayMs !== undefined) {
      this.#schedule(event, id, delayMs, address ?? this.#actors.reserve(to));
    } else if (address === undefined) {
      // An event that an entry action sends to the child that its state invokes comes before the child's start.
      if (macrostep.isToStart(to)) macrostep.held.push(send);
    } else if (!this.#actors.isOwn(address) || this.#isRunning(to)) {
      this.effects.push({ type: 'send', to: address, event: this.#encoded(event, 'store') });
    }
  }

  #isRunning(actor: AnyActorRef): boolean {
    const child = this.#actors.childOf(actor);
    return child !== undefined && child.status === 'active' && this.#has(child);
  }

  #schedule(event: AnyEventObject, id: string | undefined, delayMs: number, to?: string): void {
    this.#timers = withTimer(this.#timers, {
      ...(id === undefined ? {} : { id }),
      event: this.#encoded(event, 'store'),
      dueAt: timeAfter(this.#now, delayMs),
      ...(to === undefined ? {} : { to }),
    });
  }

  #encoded(event: AnyEventObject, into: 'store' | 'data'): Json {
    return encodeReferences(event, into, (actor) => this.#actors.referenceTo(actor)) ?? null;
  }
}

/** The state of one macrostep while its requests are applied. */
class Macrostep {
  readonly #made: ReadonlySet<AnyActorRef>;
  /** Stopped before they started: they never start. */
  readonly cancelled = new Set<AnyActorRef>();
  readonly held: Send[] = [];

  constructor(made: ReadonlySet<AnyActorRef>) {
    this.#made = made;
  }

  isToStart(actor: AnyActorRef): boolean {
    return this.#made.has(actor) && !this.cancelled.has(actor);
  }

  /** Takes out what was held for an actor. */
  release(actor: AnyActorRef): readonly Send[] {
    const released = this.held.filter(({ to }) => to === actor);
    for (const send of released) this.held.splice(this.held.indexOf(send), 1);
    return released;
  }
}

/** A machine reads every mark in its input, the worker host those of errors; other workers read plain data. */
function marksInInput(source: ActorSource): 'store' | 'message' | 'data' {
  switch (source.kind) {
    case 'machine':
    case 'eachMachine':
      return 'store';
    case 'promise':
      return 'message';
    case 'each':
      return marksInInput(source.item);
    case 'worker':
    case 'lambda':
    case 'activity':
    case 'host':
      return 'data';
  }
}

/** An ending machine stops a child that it still has because of the end. */
function stopReason(actor: AnyActorRef, next: AnyMachineSnapshot): StopReason {
  if (next.status === 'active') return 'left';
  const isKept = childActors(next).some(([, kept]) => kept === actor);
  return next.status !== 'done' || isKept ? 'ended' : 'left';
}

/** XState turns the event with which an actor reports an error into the one that its receiver expects. */
function toSelf(event: AnyEventObject, id: string): AnyEventObject {
  return event.type === 'xstate.error'
    ? { type: `xstate.error.actor.${id}`, error: event.data, actorId: id }
    : event;
}

function assertNever(request: never): never {
  throw new TypeError(`No such request: ${JSON.stringify(request)}`);
}
