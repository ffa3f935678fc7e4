import type { AnyActorLogic } from 'xstate';
import { perTaskKey } from '../../orchestrator/core/policy/perTask.ts';
import { frameOf } from '../compile/act.ts';
import { type Builder, delayInScope } from '../compile/builder.ts';
import type { Region, StateConfig, TransitionConfig } from '../compile/config.ts';
import type { Context, Identity } from '../compile/context.ts';
import type { Integration, TaskPlace } from '../compile/integration.ts';
import { mapState } from '../compile/mapState.ts';
import { parallelState } from '../compile/parallelState.ts';
import type { Place, StatePlace } from '../compile/place.ts';
import { simpleState } from '../compile/simpleState.ts';
import { taskState } from '../compile/taskState.ts';
import type { ChoiceState, Next, StateGraph } from '../model/model.ts';
import type { Variables } from '../template/evaluate.ts';
import type { ChoicePlace } from './conditions.ts';
import type { MachineParts, ParallelOptions, StateMakers, StatesOptions } from './makers.ts';
import { ModelOf } from './model.ts';
import type { Branch, MadeState } from './options.ts';
import { callOf, type ResourceCall } from './resource.ts';
import { checkStateOptions } from './stateOptionKeys.ts';

/** Steps of a machine within one entry, at most: Step Functions' limit of 25,000 events of an execution. */
const mostSteps = 25_000;

/** The states of one machine. They become what the states of a definition are compiled to. */
export class StatesOfMachine<Guard extends string> implements Builder {
  readonly identity: Identity;
  readonly #options: StatesOptions<Guard>;
  readonly #model: ModelOf;
  readonly #delays: Record<string, (given: { readonly context: Context }) => number> = {};
  readonly #ids: Set<string>;
  readonly #branches = new WeakMap<StateGraph, (place: Place) => Branch>();

  constructor(options: StatesOptions<Guard>) {
    const { region = 'us-east-1', id = '000000000000', roleArn = '' } = options.account ?? {};
    this.#options = options;
    this.#model = new ModelOf(options.queryLanguage ?? 'JSONata');
    this.#ids = new Set([options.id]);
    this.identity = {
      arn: `arn:aws:states:${region}:${id}`,
      machine: options.name ?? options.id,
      roleArn,
      isExpress: options.type === 'EXPRESS',
    };
  }

  parts(context: MachineParts['context']): MachineParts {
    return {
      context,
      delays: this.#delays,
      output: ({ context }) => frameOf(context, '').data,
      options: { maxIterations: mostSteps },
    };
  }

  makers<Assigned extends Variables>(
    scope = '',
    prefix = `#${escaped(this.#options.id)}.`,
  ): StateMakers<Guard, Assigned> {
    const model = this.#model;
    const to = ({ name }: { readonly name: string }) => `${prefix}${escaped(name)}`;
    const placeOf = (name: string, end?: string): StatePlace => ({
      scope,
      path: '',
      endId: '',
      id: this.#idOf(name),
      to: (next: Next) => (next.type === 'end' ? to({ name: end ?? 'end' }) : to(next)),
    });
    const place = (
      maker: keyof StateMakers<Guard, Assigned>,
      name: string,
      options: object,
      end?: string,
    ) => {
      checkStateOptions(maker, name, options);
      return placeOf(name, end);
    };
    return {
      passState: (name, options) => {
        const at = place('passState', name, options);
        return made(simpleState(model.pass(name, options), at, this));
      },
      taskState: (name, options) => {
        const at = place('taskState', name, options);
        return made(taskState(model.task(name, options, this.#callOf(name)), at, this));
      },
      choiceState: (name, options) => {
        const at = place('choiceState', name, options);
        const state = model.choice(name, options, (guard) => this.#options.guards?.[guard]);
        const guards = options.choices.map(({ guard }) => guard);
        return made(withNamedGuards(simpleState(state, at, this), state, guards, scope));
      },
      waitState: (name, options) => {
        const at = place('waitState', name, options);
        return made(simpleState(model.wait(name, options), at, this));
      },
      succeedState: (name, options) => {
        const at = place('succeedState', name, options, options.target);
        return made(simpleState(model.succeed(name, options), at, this));
      },
      failState: (name, options) => {
        const at = place('failState', name, options);
        return made(simpleState(model.fail(name, options), at, this));
      },
      parallelState: (name, options) => {
        const at = place('parallelState', name, options);
        const branches = this.#graphs(options.branches, at.id);
        return made(parallelState(model.parallel(name, options, branches), at, this));
      },
      mapState: (name, options) => {
        const at = place('mapState', name, options);
        return made(mapState(model.map(name, options, noStates), at, this));
      },
    };
  }

  integrate({ task }: TaskPlace): Integration {
    return this.#callOf(task.name).integration;
  }

  region(graph: StateGraph, place: Place): Region {
    const branch = this.#branches.get(graph);
    if (branch === undefined) throw new Error('A branch is made by the Parallel state that it belongs to.');
    return branch(place);
  }

  addItems(name: string): void {
    this.#actorOf(name);
  }

  fileTask(_kind: 'ItemReader' | 'ResultWriter', name: string): AnyActorLogic {
    return this.#actorOf(name);
  }

  observe(): void {}

  newId(): string {
    return this.#idOf('state');
  }

  /** The machine's setup has them. */
  addActor(name: string, logic: AnyActorLogic): void {
    if (perTaskKey in logic === perTaskKey in this.#actorOf(name)) return;
    throw new Error(
      `The state '${name}' and its actor differ in what the state evaluates: give resource() timeoutSeconds or ` +
        `heartbeatSeconds as 'evaluated' where the state has the field, and only there.`,
    );
  }

  delayOf(scope: string, name: string): string {
    this.#delays[name] = delayInScope(scope);
    return name;
  }

  /** An id that nothing else in the machine has, and that may be part of the types of events. */
  #idOf(name: string): string {
    const safe = name.replace(/[^\p{L}\p{N}_ -]/gu, '_');
    let id = safe;
    for (let count = 2; this.#ids.has(id); count++) id = `${safe} ${count}`;
    this.#ids.add(id);
    return id;
  }

  #actorOf(name: string): AnyActorLogic {
    const { actors = {} } = this.#options;
    const logic = Object.hasOwn(actors, name) ? actors[name] : undefined;
    if (logic === undefined) {
      throw new Error(
        `The state '${name}' of the machine '${this.#options.id}' has no actor of its name in 'actors'.`,
      );
    }
    return logic;
  }

  #callOf(name: string): ResourceCall {
    return callOf(this.#actorOf(name));
  }

  #graphs<Assigned extends Variables>(
    branches: ParallelOptions<Guard, Assigned>['branches'],
    id: string,
  ): readonly StateGraph[] {
    return branches.map((branch, index) => {
      const graph: StateGraph = { startAt: '', states: [] };
      const prefix = `#${escaped(id)}.running.${index}.`;
      this.#branches.set(graph, ({ scope }) => branch(this.makers<Assigned>(scope, prefix)));
      return graph;
    });
  }
}

/** The machine of its items has them. */
const noStates: StateGraph = { startAt: '', states: [] };

/** In a target, a dot divides keys. */
function escaped(key: string): string {
  return key.replace(/[\\.]/g, '\\$&');
}

/** A state that has its name and type in its meta. */
function made({ meta, ...node }: StateConfig): MadeState {
  if (meta === undefined) throw new Error('A state of a definition has its name and type in its meta.');
  return { ...node, meta };
}

/** The choices ask for guards by their names, so that a chart of the machine shows them. */
function withNamedGuards(
  node: StateConfig,
  { choices }: ChoiceState,
  guards: readonly string[],
  scope: string,
): StateConfig {
  const always = node.always?.map((transition, index): TransitionConfig => {
    const type = guards[index];
    if (type === undefined || index >= choices.length) return transition;
    return {
      ...transition,
      guard: { type, params: { scope, way: `choice ${index}` } satisfies ChoicePlace },
    };
  });
  return { ...node, ...(always && { always }) };
}
