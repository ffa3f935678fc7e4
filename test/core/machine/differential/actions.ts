import {
  type ActorRef,
  and,
  assign,
  cancel,
  type EventObject,
  emit,
  enqueueActions,
  log,
  not,
  or,
  raise,
  type Snapshot,
  sendTo,
  stateIn,
  stopChild,
} from 'xstate';
import { childEvents } from './childMachine.ts';
import type { Choices } from './choices.ts';
import { seenOf, thrownOf } from './thrown.ts';
import type { Shape } from './tree.ts';

export interface GeneratedContext {
  /** Guards and delays look at this. */
  readonly n: number;
  /** Counts spawns: a few show as much as hundreds. */
  readonly spawned: number;
  /** Spent by whatever could go on for ever. */
  readonly fuel: number;
  readonly last: unknown;
  /** The error that was thrown last: kept from step to step. */
  readonly caught: unknown;
  readonly ref: ActorRef<Snapshot<unknown>, EventObject> | null;
}

export interface Data {
  readonly type: string;
  readonly v?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

interface Args {
  readonly context: GeneratedContext;
  readonly event: Data;
}

/** Told by every custom action that runs, and by every promise that starts. */
export interface Host {
  custom(name: string, params: unknown, args: Args): void;
  promise(
    src: string,
  ): (args: { input: unknown; self: { id: string }; signal: AbortSignal }) => Promise<unknown>;
}

export class ActionBuilder {
  readonly #choices: Choices;
  readonly #features: Set<string>;
  readonly #host: Host;
  readonly #stateIds: readonly string[];
  readonly #shape: Shape;
  readonly #invokesChild: ReadonlySet<string> | undefined;

  constructor(
    choices: Choices,
    features: Set<string>,
    host: Host,
    stateIds: readonly string[],
    shape: Shape,
    invokesChild: ReadonlySet<string> | undefined,
  ) {
    this.#choices = choices;
    this.#features = features;
    this.#host = host;
    this.#stateIds = stateIds;
    this.#shape = shape;
    this.#invokesChild = invokesChild;
  }

  custom(): unknown {
    const tag = this.#choices.pick(5);
    const kinds = [
      { type: 'named', params: { tag } },
      { type: 'named', params: ({ context, event }: Args) => ({ tag, n: context.n, on: event.type }) },
      'bare',
      (args: Args) => this.#host.custom('inline', { tag }, args),
    ];
    return this.#choices.oneOf(kinds);
  }

  action(isEnqueued = false): unknown {
    if (this.#invokesChild !== undefined && this.#choices.chance(20))
      return this.#sendToChild(this.#invokesChild);
    const kinds: readonly (readonly [feature: string, make: () => unknown])[] = [
      ['custom action', () => this.custom()],
      ['custom action', () => this.custom()],
      ['assign', () => this.#increase(1 + this.#choices.pick(3))],
      ['assign from event', () => this.#assignLast()],
      ['raise', () => raise({ type: this.#choices.oneOf(['A', 'B', 'R']) })],
      ['delayed raise', () => this.#delayedRaise()],
      ['cancel', () => this.#cancel()],
      ['spawn in assign', () => this.#spawn()],
      ['spawnChild', () => this.#spawnChild()],
      ['stopChild', () => stopChild(`k${this.#choices.pick(3)}`)],
      ['emit', () => this.#emit()],
      ['log', () => log(({ context }) => `n=${context.n}`, this.#choices.oneOf(['L', undefined]))],
      ['sendTo self', () => this.#sendToSelf()],
      ['sendTo system', () => this.#sendToSystem()],
      ['sendTo reference', () => this.#withReference(sendTo(referred, ping as never))],
      ['delayed sendTo reference', () => this.#withReference(this.#delayedToReference())],
      ['stopChild by reference', () => this.#withReference(stopChild(referred))],
      ['anonymous spawn', () => this.#spawnAnonymous()],
      ['enqueueActions', () => this.#enqueue()],
      ['assign that may throw', () => this.#assignThatThrows()],
    ];
    const [feature, make] = this.#choices.oneOf(isEnqueued || this.#isTame() ? kinds.slice(0, -2) : kinds);
    this.#features.add(feature);
    return make();
  }

  guard(): unknown {
    const modulus = 2 + this.#choices.pick(3);
    const params = { modulus, rest: this.#choices.pick(modulus) };
    const passes = ({ context }: Args) => context.n % modulus === params.rest;
    const kinds: readonly (readonly [feature: string, make: () => unknown])[] = [
      ['no guard', () => undefined],
      ['no guard', () => undefined],
      ['no guard', () => undefined],
      ['named guard', () => ({ type: 'modulo', params })],
      [
        'not and and',
        () => not(and([{ type: 'modulo', params }, (({ context }: Args) => context.n > 2) as never])),
      ],
      ['or', () => or([{ type: 'modulo', params }, not(passes as never)])],
      [
        'guard with computed params',
        () => ({
          type: 'modulo',
          params: ({ event }: Args) => ({ modulus, rest: event.type.charCodeAt(0) % modulus }),
        }),
      ],
      ['stateIn', () => stateIn(`#${this.#choices.oneOf(this.#stateIds)}`)],
      [
        'guard on event',
        () =>
          ({ event }: Args) =>
            (typeof event.v === 'number' && event.v > 2) || statusOf(event.error) > 402,
      ],
      ['guard that may throw', () => throwsAt(13)],
      ['inline guard', () => passes],
    ];
    const [feature, make] = this.#choices.oneOf(
      this.#isTame() ? kinds.filter(([what]) => what !== 'guard that may throw') : kinds,
    );
    this.#features.add(feature);
    return make();
  }

  /** Most of a workflow does not throw. */
  #isTame(): boolean {
    return this.#shape === 'workflow' && !this.#choices.chance(5);
  }

  /** Spends fuel, so that what it is put before ends. */
  burn(): unknown {
    return assign({ fuel: ({ context }: Args) => context.fuel - 1 });
  }

  #increase(by: number): unknown {
    return assign({ n: ({ context }: Args) => context.n + by });
  }

  #assignLast(): unknown {
    return assign({
      last: ({ context, event }: Args) =>
        event.v ?? event.output ?? seenOf('error' in event ? event.error : context.caught),
      caught: ({ context, event }: Args) => ('error' in event ? event.error : context.caught),
    });
  }

  #delayedRaise(): unknown {
    const type = this.#choices.oneOf(['B', 'R']);
    const delay = this.#choices.oneOf([10, 20, 'computed', 50, 'inline']);
    const id = this.#choices.oneOf(['', 't0', 't1']);
    const event: Data = { type, v: 'late' };
    return raise(event, {
      delay: delay === 'inline' ? ({ context }: Args) => 5 + context.n : (delay as number),
      ...(id === '' ? {} : { id }),
    });
  }

  /** By an id that is written down, or by one that is computed. */
  #cancel(): unknown {
    const id = this.#choices.oneOf(['t0', 't1']);
    return this.#choices.chance(30) ? cancel(({ context }) => (context.n % 2 === 0 ? id : 't1')) : cancel(id);
  }

  #spawn(): unknown {
    const src = this.#choices.oneOf(['p0', 'p1']);
    const takesId = this.#choices.chance(30);
    const systemId = this.systemId();
    if (takesId) this.#features.add('spawn under a taken id');
    return assign(({ context, spawn }) => {
      if (context.spawned >= maxSpawned) return {};
      const id = takesId ? `k${context.spawned % 2}` : `sp${context.spawned}`;
      const ref = spawn(src, { id, ...systemId, input: { from: 'assign', n: context.n } });
      return { spawned: context.spawned + 1, ref };
    });
  }

  #spawnAnonymous(): unknown {
    return assign(({ context, spawn }) => {
      if (context.spawned >= maxSpawned) return {};
      return { spawned: context.spawned + 1, ref: spawn('p1', { input: { from: 'anonymous' } }) };
    });
  }

  #spawnChild(): unknown {
    const id = `k${this.#choices.pick(3)}`;
    const src = this.#choices.oneOf(['p0', 'p1']);
    const stopsOlder = this.#choices.chance(60);
    const systemId = this.systemId();
    if (!stopsOlder) this.#features.add('spawnChild under a taken id');
    const input = ({ context }: Args) => ({ from: 'spawnChild', n: context.n });
    return enqueueActions(({ context, enqueue }) => {
      if (stopsOlder) enqueue.stopChild(id);
      else if (context.spawned >= maxSpawned) return;
      else enqueue(assign({ spawned: ({ context: { spawned } }) => spawned + 1 }) as never);
      enqueue.spawnChild(src, { id, ...systemId, input });
    });
  }

  /** Two actors of one `systemId` end the machine, unless the first of them has ended. */
  systemId(): { readonly systemId?: string } {
    if (!this.#choices.chance(8)) return {};
    this.#features.add('systemId');
    return { systemId: this.#choices.oneOf(['s0', 's1', 's2', 's3']) };
  }

  #sendToSystem(): unknown {
    const systemId = this.#choices.oneOf(['s0', 's1', 's2', 's3']);
    const delay = this.#choices.oneOf([undefined, 10]);
    const options = delay === undefined ? {} : { delay, id: this.#choices.oneOf(['t0', 't1']) };
    return enqueueActions(({ enqueue, system }) => {
      if (system.get(systemId))
        enqueue(sendTo(({ system: found }) => found.get(systemId), ping, options) as never);
    });
  }

  #emit(): unknown {
    const type = this.#choices.oneOf(['emitted', 'note']);
    const mayThrow = this.#choices.chance(10);
    return emit(({ context }: Args) => {
      if (mayThrow && context.n === 19) throw thrownOf(19);
      return { type, n: context.n };
    });
  }

  #sendToSelf(): unknown {
    // A child answers with a later step, where XState's may answer before the machine gets what it sent itself.
    const delay = this.#choices.oneOf(this.#invokesChild === undefined ? [undefined, 10, 30] : [10, 30]);
    const id = delay === undefined ? undefined : this.#choices.oneOf(['t0', '']);
    return enqueueActions(({ context, enqueue }) => {
      if (context.fuel <= 0) return;
      enqueue(this.burn() as never);
      const options = { ...(delay === undefined ? {} : { delay }), ...(id ? { id } : {}) };
      enqueue(sendTo(({ self }) => self, ping, options) as never);
    });
  }

  /** To the child machine of a state that is active, while there is fuel: each answer may ask again. */
  #sendToChild(invokesChild: ReadonlySet<string>): unknown {
    const stateId = this.#choices.oneOf(this.#stateIds);
    const type = this.#choices.oneOf(childEvents);
    const delay = this.#choices.oneOf([undefined, undefined, 10, 30]);
    const options = delay === undefined ? {} : { delay, id: this.#choices.oneOf(['t0', 't1']) };
    this.#features.add(delay === undefined ? 'sendTo child machine' : 'delayed sendTo child machine');
    return enqueueActions(({ context, enqueue, check }) => {
      if (context.fuel <= 0 || !invokesChild.has(stateId) || !check(stateIn(`#${stateId}`))) return;
      enqueue(this.burn() as never);
      enqueue(sendTo(childIdOf(stateId), { type }, options) as never);
    });
  }

  /** To the child machine of a state that is being left: it hears that before it is stopped. */
  lastWordToChild(stateId: string): unknown {
    const type = this.#choices.oneOf(childEvents);
    this.#features.add('exit sendTo child machine');
    return enqueueActions(({ context, enqueue }) => {
      if (context.fuel <= 0) return;
      enqueue(this.burn() as never);
      enqueue(sendTo(childIdOf(stateId), { type }) as never);
    });
  }

  #delayedToReference(): unknown {
    const options = { delay: this.#choices.oneOf([10, 20]), id: this.#choices.oneOf(['t0', 't1']) };
    return sendTo(referred, ping as never, options);
  }

  #withReference(action: unknown): unknown {
    return enqueueActions(({ context, enqueue }) => {
      if (context.ref) enqueue(action as never);
    });
  }

  #enqueue(): unknown {
    const actions = this.#choices.list(3, () => this.action(true));
    const guard = this.guard();
    return enqueueActions(({ enqueue, check }) => {
      if (guard === undefined || check(guard as never))
        for (const action of actions) enqueue(action as never);
      enqueue(this.#increase(1) as never);
    });
  }

  #assignThatThrows(): unknown {
    const limit = 20 + this.#choices.pick(20);
    if (this.#choices.chance(70)) return this.#increase(1);
    return assign(({ context }) => {
      if (context.n > limit) throw thrownOf(context.n);
      return {};
    });
  }
}

export function childIdOf(stateId: string): string {
  return `child of ${stateId}`;
}

const maxSpawned = 8;

const ping: Data = { type: 'PING', v: 1 };

function referred({ context }: { context: { ref?: GeneratedContext['ref'] } }) {
  return context.ref as never;
}

function statusOf(error: unknown): number {
  return error instanceof Error && 'status' in error ? Number(error.status) : 0;
}

function throwsAt(n: number): (args: Args) => boolean {
  return ({ context }) => {
    if (context.n === n) throw new Error(`the guard met ${n}`);
    return true;
  };
}
