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
import type { Shape } from './tree.ts';

export interface GeneratedContext {
  /** What guards and delays look at. */
  readonly n: number;
  /** Counts spawns: a few tell as much as hundreds. */
  readonly spawned: number;
  /** Spent by whatever could go on for ever. */
  readonly fuel: number;
  readonly last: unknown;
  readonly ref: ActorRef<Snapshot<unknown>, EventObject> | null;
}

export interface Data {
  readonly type: string;
  readonly v?: unknown;
  readonly output?: unknown;
  readonly error?: { readonly message?: string };
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
      ['cancel', () => cancel(this.#choices.oneOf(['t0', 't1']))],
      ['spawn in assign', () => this.#spawn()],
      ['spawnChild', () => this.#spawnChild()],
      ['stopChild', () => stopChild(`k${this.#choices.pick(3)}`)],
      ['emit', () => this.#emit()],
      ['log', () => log(({ context }) => `n=${context.n}`, this.#choices.oneOf(['L', undefined]))],
      ['sendTo self', () => this.#sendToSelf()],
      ['sendTo reference', () => this.#withReference(sendTo(referred, ping as never))],
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
            typeof event.v === 'number' && event.v > 2,
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
    return assign({ last: ({ event }: Args) => event.v ?? event.output ?? event.error?.message ?? null });
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

  #spawn(): unknown {
    const src = this.#choices.oneOf(['p0', 'p1']);
    return assign(({ context, spawn }) => {
      if (context.spawned >= maxSpawned) return {};
      const ref = spawn(src, { id: `sp${context.spawned}`, input: { from: 'assign', n: context.n } });
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
    return enqueueActions(({ enqueue }) => {
      enqueue.stopChild(id);
      enqueue.spawnChild(src, { id, input: ({ context }: Args) => ({ from: 'spawnChild', n: context.n }) });
    });
  }

  #emit(): unknown {
    const type = this.#choices.oneOf(['emitted', 'note']);
    const mayThrow = this.#choices.chance(10);
    return emit(({ context }: Args) => {
      if (mayThrow && context.n === 19) throw new Error('the emit met 19');
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
    this.#features.add('sendTo child machine');
    return enqueueActions(({ context, enqueue, check }) => {
      if (context.fuel <= 0 || !invokesChild.has(stateId) || !check(stateIn(`#${stateId}`))) return;
      enqueue(this.burn() as never);
      enqueue(sendTo(childIdOf(stateId), { type }) as never);
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
      if (context.n > limit) throw new Error(`more than ${limit}`);
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

function throwsAt(n: number): (args: Args) => boolean {
  return ({ context }) => {
    if (context.n === n) throw new Error(`the guard met ${n}`);
    return true;
  };
}
