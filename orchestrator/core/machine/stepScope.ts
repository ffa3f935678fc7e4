import type { AnyActorRef, AnyActorScope, AnyEventObject, AnyMachineSnapshot } from 'xstate';
import { entryTimeKey } from '../policy/entryTime.ts';
import { type Redrives, redrivesKey } from '../policy/redrives.ts';
import { SentFromActionError, SystemIdElsewhereError, UnnamedLogicError } from './scopeErrors.ts';
import type { MachineEffect } from './step.types.ts';
import { checkStorable } from './storable.ts';
import { TakenTransitions } from './takenTransitions.ts';
import { createSelf, inputOf, isActorRef, property, syncsSnapshots } from './xstateInternals.ts';

/** One thing that a macrostep asked for. */
export type Request =
  /** A custom or log action: done at once, so also when the machine throws afterwards. */
  | { readonly type: 'immediate'; readonly effect: MachineEffect }
  /** `byAssign`: made by `spawn` within an assign or a context function. */
  | { readonly type: 'start'; readonly actor: AnyActorRef; readonly byAssign: boolean }
  | { readonly type: 'stop'; readonly actor: AnyActorRef }
  | {
      readonly type: 'raise';
      readonly event: AnyEventObject;
      readonly id: string | undefined;
      readonly delayMs: number;
    }
  | { readonly type: 'cancel'; readonly sendId: unknown }
  | { readonly type: 'emit'; readonly event: AnyEventObject }
  | {
      readonly type: 'send';
      readonly to: AnyActorRef;
      readonly event: AnyEventObject;
      readonly id: string | undefined;
      readonly delayMs: number | undefined;
    };

/** The requests of one macrostep, and the children it made, in XState's order. */
export interface Requests {
  readonly requests: readonly Request[];
  readonly made: ReadonlySet<AnyActorRef>;
}

export interface StepScopeOptions {
  readonly address: string;
  readonly parent: AnyActorRef | undefined;
  readonly nextAnonymous: number;
  /** Time of the entry, for `entryTime`. */
  readonly now: number;
  /** For `redrivesOf`. */
  readonly redrives?: Redrives | undefined;
  readonly isStarting: boolean;
  readonly systemIdsElsewhere?: ReadonlySet<string> | undefined;
  readonly snapshot: () => AnyMachineSnapshot | undefined;
}

type Action = Parameters<AnyActorScope['actionExecutor']>[0];

/**
 * The scope in which XState runs a machine for one step. It does nothing that is asked of it: it writes it down. What
 * cannot be durable is refused here by throwing, so that it counts as thrown by the machine at that place.
 */
export class StepScope {
  readonly self: AnyActorRef;
  readonly xstate: AnyActorScope;
  /** Events that the machine's functions sent to `self`, as opposed to raised. */
  readonly sentToSelf: AnyEventObject[] = [];
  readonly transitions = new TakenTransitions();
  #nextAnonymous: number;
  #ended = false;
  #isStarting: boolean;
  /** Frees the `systemId` of an actor that was stopped. */
  #toFree: (() => void)[] = [];
  #requests: (Request | (() => Request))[] = [];
  #made = new Set<AnyActorRef>();
  /** Made, but not yet asked to be started. */
  #unclaimed: AnyActorRef | undefined;

  constructor(options: StepScopeOptions) {
    this.#nextAnonymous = options.nextAnonymous;
    this.#isStarting = options.isStarting;
    this.self = createSelf({
      address: options.address,
      parent: options.parent,
      bookId: () => `x:${this.#nextAnonymous}`,
      send: (event) => this.#send(event),
      snapshot: options.snapshot,
      childMade: (child) => this.#childMade(child),
      microstep: (microstep) => this.transitions.add(microstep),
      systemIdMissing: (systemId) => {
        if (options.systemIdsElsewhere?.has(systemId)) throw new SystemIdElsewhereError(systemId);
      },
    });
    Object.assign(this.self, { [entryTimeKey]: options.now, [redrivesKey]: options.redrives });
    const ignore = () => undefined;
    this.xstate = {
      self: this.self,
      id: this.self.id,
      sessionId: this.self.sessionId,
      system: this.self.system,
      logger: ignore,
      emit: ignore,
      stopChild: ignore,
      defer: () => this.#spawned(),
      actionExecutor: (action) => this.#asked(action),
    };
  }

  get nextAnonymous(): number {
    return this.#nextAnonymous;
  }

  /**
   * The requests since the last call.
   * @throws Error where an event was sent to an actor that is not there
   */
  takeRequests(): Requests {
    const requests = this.#requests.map((request) => (typeof request === 'function' ? request() : request));
    const made = this.#made;
    this.#requests = [];
    this.#made = new Set();
    this.#unclaimed = undefined;
    this.#isStarting = false;
    for (const free of this.#toFree.splice(0)) free();
    return { requests, made };
  }

  /** The requests that were done before the machine threw. */
  immediates(): readonly Request[] {
    return this.#requests
      .filter((request) => typeof request !== 'function')
      .filter(({ type }) => type === 'immediate');
  }

  /** From now on, custom actions run: what they send to `self` can no longer be part of the step. */
  end(): void {
    this.#ended = true;
  }

  #send(event: AnyEventObject): void {
    if (this.#ended) throw new SentFromActionError(event.type);
    this.sentToSelf.push(event);
  }

  #childMade(child: AnyActorRef): void {
    if (child.id === child.sessionId) this.#nextAnonymous++;
    this.#made.add(child);
    this.#unclaimed = child;
  }

  /** Only `spawn` within an assign or a context function defers anything. */
  #spawned(): void {
    const actor = this.#unclaimed;
    if (actor === undefined) {
      throw new UnnamedLogicError('spawn');
    }
    this.#start(actor, true);
  }

  #start(actor: AnyActorRef, byAssign: boolean): void {
    this.#unclaimed = undefined;
    if (syncsSnapshots(actor)) {
      throw new Error(
        `Actor '${actor.id}' has syncSnapshot, which needs an actor in the same process: leave it out.`,
      );
    }
    checkStorable(inputOf(actor), `children.${actor.id}.input`);
    this.#requests.push({ type: 'start', actor, byAssign });
  }

  #asked(action: Action): void {
    const { type, params } = action;
    switch (type) {
      case 'xstate.spawnChild':
        this.#start(spawnedActor(params), false);
        return;
      case 'xstate.stopChild': {
        const actor = params;
        if (!isActor(actor)) return;
        const free = () => action.exec?.(action.info, params);
        // As in XState, whose actor does nothing before it has started, only after the first macrostep.
        if (this.#isStarting) this.#toFree.push(free);
        else free();
        this.#requests.push({ type: 'stop', actor });
        return;
      }
      case 'xstate.raise': {
        const delayMs = delayOf(params);
        if (delayMs === undefined) return; // XState has it in its own queue
        this.#requests.push({ type: 'raise', event: storableEvent(params), id: sendIdOf(params), delayMs });
        return;
      }
      case 'xstate.cancel':
        this.#requests.push({ type: 'cancel', sendId: property(params, 'sendId') });
        return;
      case 'xstate.sendTo':
        this.#askedToSend(params);
        return;
      case 'xstate.emit':
        this.#requests.push({ type: 'emit', event: storableEvent(params) });
        return;
      case 'xstate.log': {
        const label = property(params, 'label');
        const value = property(params, 'value');
        this.#immediate({ type: 'log', label: typeof label === 'string' ? label : undefined, value });
        return;
      }
      default: {
        const { exec, info } = action;
        if (exec === undefined) {
          throw new Error(`Action '${type}' is not implemented: implement it in setup({ actions }).`);
        }
        this.#immediate({ type: 'action', name: type, params, run: () => exec(info, params) });
      }
    }
  }

  #immediate(effect: MachineEffect): void {
    this.#requests.push({ type: 'immediate', effect });
  }

  /** An id of a child that the same entry is about to invoke is resolved only after all of its actions. */
  #askedToSend(params: unknown): void {
    const event = storableEvent(params);
    const id = sendIdOf(params);
    const delayMs = delayOf(params);
    this.#requests.push(() => {
      const to = property(params, 'to');
      if (!isActor(to)) {
        throw new Error(
          `Event '${event.type}' is sent to '${String(property(params, 'targetId'))}', which is not a child of this execution.`,
        );
      }
      return { type: 'send', to, event, id, delayMs };
    });
  }
}

function spawnedActor(params: unknown): AnyActorRef {
  const actor = property(params, 'actorRef');
  const src = String(property(params, 'src'));
  if (!isActor(actor)) throw new Error(`Actor '${src}' was not made.`);
  if (typeof actor.src !== 'string') {
    throw new UnnamedLogicError('spawnChild');
  }
  if (actor.id === actor.sessionId) {
    throw new Error(`spawnChild('${src}') needs an id: XState would file it under 'undefined'.`);
  }
  return actor;
}

function delayOf(params: unknown): number | undefined {
  const delay = property(params, 'delay');
  if (typeof delay !== 'number') return undefined;
  if (!Number.isFinite(delay)) throw new Error(`A delay of ${delay} ms is not a duration.`);
  return delay;
}

function sendIdOf(params: unknown): string | undefined {
  const id = property(params, 'id');
  return typeof id === 'string' ? id : undefined;
}

function storableEvent(params: unknown): AnyEventObject {
  const event = property(params, 'event');
  if (!isEvent(event)) throw new Error("An event is an object with a string 'type'.");
  checkStorable(event, `event '${event.type}'`);
  return event;
}

function isEvent(value: unknown): value is AnyEventObject {
  return typeof property(value, 'type') === 'string';
}

function isActor(value: unknown): value is AnyActorRef {
  return typeof value === 'object' && value !== null && isActorRef(value);
}
