import { type AnyStateMachine, and, fromPromise, setup } from 'xstate';
import { ActionBuilder, childIdOf, type GeneratedContext, type Host } from './actions.ts';
import { childMachine } from './childMachine.ts';
import { Choices } from './choices.ts';
import { thrownOf } from './thrown.ts';
import { allStates, type GeneratedState, type Shape, TreeBuilder } from './tree.ts';

/** Besides, `xstate.route` to the ids of states. */
export const eventTypes = ['A', 'B', 'C', 'N.x', 'N.y', 'PING', 'R'] as const;

const descriptors = [...eventTypes, 'N.*', '*', 'N.x', 'xstate.done.actor.*'];

/** Lower than what is usual, so that endless loops end soon. */
const maxIterations = 25;

/** As the first of the numbers it asks for a workflow. */
export const aWorkflow = 99;

export interface GeneratorOptions {
  /** Has states invoke child machines, and actions send to them. */
  readonly children?: boolean;
  /** How long steps of a chain may be uncommitted, as the machine says it. @default each is committed */
  readonly checkpointEvery?: string;
}

export interface GeneratedMachine {
  readonly machine: AnyStateMachine;
  readonly features: ReadonlySet<string>;
}

/**
 * Builds the machine that a list of choices stands for. The same choices give the same machine, whatever the host.
 * @throws what XState throws for a config that it does not accept
 */
export function generateMachine(
  numbers: readonly number[],
  host: Host,
  { children = false, checkpointEvery }: GeneratorOptions = {},
): GeneratedMachine {
  const features = new Set<string>();
  const choices = new Choices(numbers);
  const shape: Shape = choices.chance(20) ? 'workflow' : 'any';
  if (shape === 'workflow') features.add('workflow');
  const root = new TreeBuilder(choices, features, shape).build();
  const config = new ConfigBuilder(choices, features, host, root, shape, children).machine();
  const base = setup({
    actors: {
      p0: fromPromise(host.promise('p0')),
      p1: fromPromise(host.promise('p1')),
      child: childMachine,
    },
    actions: {
      named: (args, params) => host.custom('named', params, args as never),
      bare: (args) => host.custom('bare', undefined, args as never),
    },
    guards: {
      modulo: ({ context }, { modulus, rest }: { modulus: number; rest: number }) =>
        context.n % modulus === rest,
    },
    delays: { computed: ({ context }) => 15 + (context.n % 4) * 10 },
  });
  const meta = { millrace: { checkpoint: { every: checkpointEvery } } };
  const complete = checkpointEvery === undefined ? config : { ...config, meta };
  return { machine: toAny(base.createMachine(complete as never)), features };
}

function toAny(machine: object): AnyStateMachine {
  return machine as AnyStateMachine;
}

type Config = Record<string, unknown>;

class ConfigBuilder {
  readonly #choices: Choices;
  readonly #features: Set<string>;
  readonly #host: Host;
  readonly #root: GeneratedState;
  readonly #shape: Shape;
  /** Ids of the states that invoke a child machine. */
  readonly #invokesChild: Set<string> | undefined;
  readonly #targets: readonly string[];
  readonly #regions: readonly GeneratedState[];
  readonly #actions: ActionBuilder;
  #invokeIds = 0;

  constructor(
    choices: Choices,
    features: Set<string>,
    host: Host,
    root: GeneratedState,
    shape: Shape,
    children: boolean,
  ) {
    this.#choices = choices;
    this.#features = features;
    this.#host = host;
    this.#root = root;
    this.#shape = shape;
    this.#invokesChild = children ? new Set() : undefined;
    this.#targets = allStates(root)
      .filter((state) => state !== root)
      .map(({ id }) => id);
    this.#regions = allStates(root).filter((state) => state !== root && state.type === 'parallel');
    this.#actions = new ActionBuilder(choices, features, host, this.#targets, shape, this.#invokesChild);
  }

  machine(): Config {
    const { tags: _, ...config } = this.#state(this.#root);
    const start = { spawned: 0, fuel: 6, last: null, caught: null };
    const spawns = this.#may(10, 'spawn in context');
    const hasOutput = this.#may(70, 'output');
    return {
      ...config,
      id: 'm',
      options: { maxIterations },
      context: ({
        input,
        spawn,
      }: {
        input: { n: number };
        spawn: (src: string, options: object) => unknown;
      }) => ({
        ...start,
        n: input.n,
        ref: spawns ? spawn('p0', { id: 'ctx', input: 1 }) : null,
      }),
      ...(hasOutput
        ? {
            output: ({
              context,
              event,
            }: {
              context: GeneratedContext;
              event: { type: string; output?: unknown };
            }) => ({
              n: context.n,
              on: event.type,
              output: event.output,
            }),
          }
        : {}),
    };
  }

  #state(state: GeneratedState): Config {
    if (state.type === 'history') {
      const { history, historyTarget } = state;
      return { type: 'history', history, ...(historyTarget === undefined ? {} : { target: historyTarget }) };
    }
    if (state.type === 'final') return this.#final();
    const config = this.#anyState(state);
    return state.next === undefined ? config : this.#leadingTo(state.next, state, config);
  }

  /** The state with a way on: by an event, a task, a delay, at once, or when it is done itself. */
  #leadingTo(next: string, state: GeneratedState, config: Config): Config {
    const onward = { target: `#${next}`, actions: this.#someActions(2) };
    if (state.type !== 'atomic') return { ...config, onDone: [...this.#extra(), onward] };
    const add = (to: unknown, key: string) => ({
      ...(to as Config),
      [key]: [...(((to as Config)[key] as unknown[] | undefined) ?? []), onward],
    });
    const kinds: readonly (() => Config)[] = [
      () => ({ on: add(config.on, this.#choices.oneOf(eventTypes)) }),
      () => ({ after: add(config.after, '20') }),
      () => ({ invoke: [...(config.invoke as unknown[]), { ...this.#invoke(), onDone: onward }] }),
      () => ({
        invoke: [...(config.invoke as unknown[]), { ...this.#invoke(), onDone: onward, onError: onward }],
      }),
      // Forward only, so that it ends.
      () => ({ always: [...((config.always as unknown[] | undefined) ?? []), onward] }),
    ];
    return { ...config, ...this.#choices.oneOf(kinds)() };
  }

  /** Most workflows have only now and then a transition that leads away. */
  #extra(): Config[] {
    return this.#choices.chance(20) ? [this.#transition()] : [];
  }

  #anyState(state: GeneratedState): Config {
    // A step of a workflow has little beside its way on, so that it gets there.
    const isStep = state.next !== undefined;
    const config: Config = {
      ...(state.hasOwnId ? { id: state.id } : {}),
      ...(state.hasOwnId && this.#may(50, 'route') ? { route: {} } : {}),
      entry: this.#someActions(isStep ? 1 : 2),
      exit: this.#someActions(isStep ? 1 : 2),
      ...(this.#may(30, 'tags') ? { tags: [this.#choices.oneOf(['red', 'green', 'blue'])] } : {}),
      on: {
        ...this.#transitionsBy(this.#rarely(isStep, 3), descriptors, (descriptor) =>
          descriptor.endsWith('*') ? 'wildcard' : 'on',
        ),
        ...(this.#may(6, 'forbidden')
          ? { [this.#choices.oneOf(eventTypes)]: this.#choices.oneOf([[{}], [undefined]]) }
          : {}),
      },
      ...(state !== this.#root && this.#may(isStep ? 8 : 40, 'always') ? { always: this.#always() } : {}),
      after: this.#transitionsBy(this.#rarely(isStep, 2), ['10', '20', '50', 'computed'], (delay) =>
        delay === 'computed' ? 'computed after' : 'after',
      ),
      invoke: [...this.#invokes(this.#rarely(isStep, 3)), ...this.#child(state)],
      ...this.#substates(state),
    };
    if (!this.#invokesChild?.has(state.id) || !this.#choices.chance(50)) return config;
    return { ...config, exit: [...(config.exit as unknown[]), this.#actions.lastWordToChild(state.id)] };
  }

  /** How many there may be: of a step of a workflow mostly none. */
  #rarely(isStep: boolean, max: number): number {
    return isStep ? (this.#choices.chance(25) ? 1 : 0) : max;
  }

  #final(): Config {
    const kind = this.#choices.pick(3);
    return {
      type: 'final',
      entry: this.#choices.list(1, () => this.#actions.action()),
      exit: this.#choices.list(1, () => this.#actions.custom()),
      ...(kind === 0
        ? {}
        : {
            output: ({ context, event }: { context: GeneratedContext; event: { type: string } }) => ({
              kind,
              n: context.n,
              on: event.type,
            }),
          }),
    };
  }

  #substates(state: GeneratedState): Config {
    if (state.type === 'atomic') return {};
    const isParallel = state.type === 'parallel';
    const isStep = state.next !== undefined;
    const actions = isParallel || !this.#may(25, 'initial actions') ? undefined : this.#someActions(2);
    return {
      ...(isParallel ? { type: 'parallel' } : { initial: actions ? { target: 's0', actions } : 's0' }),
      ...(state !== this.#root && !isStep && this.#may(60, 'onDone of a state')
        ? { onDone: this.#transitions() }
        : {}),
      states: Object.fromEntries(
        Object.entries(state.states).map(([key, child]) => [key, this.#state(child)]),
      ),
    };
  }

  #transitionsBy(max: number, keys: readonly string[], featureOf: (key: string) => string): Config {
    const chosen = this.#choices.list(max, () => this.#choices.oneOf(keys));
    for (const key of chosen) this.#features.add(featureOf(key));
    return Object.fromEntries(chosen.map((key) => [key, this.#transitions()]));
  }

  #transitions(): Config[] {
    return this.#choices.some(2, () => this.#transition());
  }

  #transition(): Config {
    const actions = this.#someActions(3);
    const hasTarget = this.#choices.pick(10) > 2;
    const guard = this.#actions.guard();
    return {
      actions,
      ...(hasTarget ? { target: this.#target() } : {}),
      ...(this.#may(25, 'reenter') ? { reenter: true } : {}),
      ...(guard === undefined ? {} : { guard }),
    };
  }

  #target(): string | string[] {
    const regions = this.#choices.chance(10) ? this.#regions : [];
    if (regions.length === 0) return `#${this.#choices.oneOf(this.#targets)}`;
    this.#features.add('several targets');
    const parallel = this.#choices.oneOf(regions);
    return Object.values(parallel.states).map((region) => {
      const within = Object.values(region.states).filter(({ type }) => type !== 'history');
      return `#${(within.length === 0 ? region : this.#choices.oneOf(within)).id}`;
    });
  }

  /** Such transitions spend fuel: a loop for want of fuel would show little. */
  #always(): Config[] {
    return this.#choices.some(2, () => {
      const { guard, actions, ...transition } = this.#transition();
      const least = this.#choices.oneOf([0, 3, 6, 9]);
      const own = least === 0 ? guard : ({ context }: { context: GeneratedContext }) => context.n >= least;
      const hasFuel = ({ context }: { context: GeneratedContext }) => context.fuel > 0;
      return {
        ...transition,
        guard: own === undefined ? hasFuel : and([hasFuel as never, own as never]),
        actions: [this.#actions.burn(), ...(actions as unknown[])],
      };
    });
  }

  #invokes(max: number): Config[] {
    const count = this.#choices.pick(max + 1);
    if (count > 1) this.#features.add('several invokes');
    return Array.from({ length: count }, () => this.#invoke());
  }

  #child(state: GeneratedState): Config[] {
    if (this.#invokesChild === undefined || !this.#may(40, 'child machine')) return [];
    this.#invokesChild.add(state.id);
    return [
      {
        src: 'child',
        id: childIdOf(state.id),
        input: ({ context }: { context: GeneratedContext }) => ({ n: context.n }),
        ...(this.#choices.chance(80) ? { onDone: this.#transitions() } : {}),
        ...(this.#choices.chance(80) ? { onError: this.#transitions() } : {}),
      },
    ];
  }

  #invoke(): Config {
    const isInline = this.#may(25, 'inline invoke');
    const onDone = this.#choices.chance(66);
    const onError = this.#choices.chance(this.#shape === 'workflow' ? 90 : 66);
    const mayThrow = this.#may(this.#shape === 'workflow' ? 1 : 5, 'input that may throw');
    this.#features.add('invoke');
    return {
      src: isInline ? fromPromise(this.#host.promise('inline')) : this.#choices.oneOf(['p0', 'p1']),
      input: ({ context, event }: { context: GeneratedContext; event: { type: string } }) => {
        if (mayThrow && context.n === 17) throw thrownOf(17);
        return { n: context.n, on: event.type };
      },
      ...(this.#choices.chance(40) ? { id: `i${this.#invokeIds++}` } : {}),
      ...this.#actions.systemId(),
      ...(onDone ? { onDone: this.#transitions() } : {}),
      ...(onError ? { onError: this.#transitions() } : {}),
    };
  }

  #someActions(max: number): unknown[] {
    return this.#choices.list(max, () => this.#actions.action());
  }

  #may(percent: number, feature: string): boolean {
    const chosen = this.#choices.chance(percent);
    if (chosen) this.#features.add(feature);
    return chosen;
  }
}
