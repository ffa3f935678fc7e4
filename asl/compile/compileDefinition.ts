import type { AnyActorLogic, AnyActorRef, AnyStateMachine } from 'xstate';
import { buildMachine } from '../../orchestrator/core/machine/index.ts';
import { entryTime } from '../../orchestrator/core/policy/entryTime.ts';
import { each } from '../../workers/each.ts';
import type { Json } from '../json.ts';
import type { Definition, StateGraph } from '../model/model.ts';
import { frameOf } from './act.ts';
import { type Builder, delayInScope } from './builder.ts';
import type { Given, Region } from './config.ts';
import { type Context, firstContext, type Identity, isItemStart } from './context.ts';
import type { Integration, TaskPlace } from './integration.ts';
import type { Happening, Observer } from './observer.ts';
import type { ObservedPlace } from './place.ts';
import { regionOf } from './region.ts';
import { jsonIn } from './taskState.ts';

export interface CompileOptions {
  /** Id of the machine: the name that executions are started by. */
  readonly id: string;
  /** @default '1' */
  readonly version?: string;
  readonly identity: Identity;
  readonly integrate: (task: TaskPlace) => Integration;
  readonly fileTask: Builder['fileTask'];
  readonly observe?: Observer;
  /** Whether an expression may ask for the execution's input after its start. */
  readonly keepsInput: boolean;
}

/** Steps of a machine within one entry, at most: Step Functions' limit of 25,000 events of an execution. */
const mostSteps = 25_000;

/** An XState machine that does what the definition says. */
export function compileDefinition(definition: Definition, options: CompileOptions): AnyStateMachine {
  const { timeoutSeconds } = definition;
  const context = ({ input, self }: Start): Context => {
    const data = input === undefined ? {} : jsonIn(input);
    const started = new Date(entryTime(self)).toISOString();
    return firstContext({ id: self.id, started, ...(options.keepsInput && { input: data }) }, data);
  };
  return new MachineBuilder(options, options.id).machine(definition, options.id, context, {
    version: options.version ?? '1',
    ...(timeoutSeconds !== undefined && { meta: { millrace: { timeout: `${timeoutSeconds}s` } } }),
  });
}

interface Start {
  readonly input: unknown;
  readonly self: AnyActorRef;
}

class MachineBuilder implements Builder {
  readonly identity: Identity;
  readonly #options: CompileOptions;
  readonly #id: string;
  readonly #path: string;
  readonly #actors: Record<string, AnyActorLogic> = {};
  readonly #delays: Record<string, (given: { readonly context: Context }) => number> = {};
  #ids = 0;

  constructor(options: CompileOptions, id: string, path = '') {
    this.#id = id;
    this.identity = options.identity;
    this.#options = options;
    this.#path = path;
  }

  machine(
    graph: StateGraph,
    id: string,
    context: (start: Start) => Context,
    more: { readonly version: string; readonly meta?: object },
  ): AnyStateMachine {
    const region = this.region(graph, { scope: '', path: this.#path, endId: this.newId() });
    const config = {
      id,
      ...more,
      ...region,
      options: { maxIterations: mostSteps },
      context,
      output: (given: { readonly context: Context }): Json => frameOf(given.context, '').data,
    };
    return buildMachine(config, { actors: this.#actors, delays: this.#delays, actions: {}, guards: {} });
  }

  integrate(task: TaskPlace): Integration {
    return this.#options.integrate(task);
  }

  fileTask(kind: 'ItemReader' | 'ResultWriter', path: string): AnyActorLogic {
    return this.#options.fileTask(kind, path);
  }

  region(graph: StateGraph, place: Parameters<Builder['region']>[1]): Region {
    return regionOf(graph, place, this);
  }

  addItems(src: string, graph: StateGraph, options: Parameters<Builder['addItems']>[2]): void {
    this.addActor(src, each(this.#itemMachine(graph, `${src}/`), options));
  }

  /** Its executions are parts of the one that it is for: they have its facts, and no timeout of their own. */
  #itemMachine(graph: StateGraph, path: string): AnyStateMachine {
    // Not by its name, which may hold anything.
    const id = `${this.#id}.${this.newId()}`;
    const context = ({ input, self }: Start): Context => {
      if (!isItemStart(input))
        throw new Error(`The machine '${self.id}' is started by a Map state, and by nothing else.`);
      return firstContext(input.execution, input.input, input.variables);
    };
    return new MachineBuilder(this.#options, id, path).machine(graph, id, context, {
      version: this.#options.version ?? '1',
    });
  }

  observe(
    { context, self }: Pick<Given, 'context' | 'self'>,
    { scope, path, name }: ObservedPlace,
    happening: Happening,
  ): void {
    const { observe } = this.#options;
    if (observe === undefined) return;
    const { item } = context.execution;
    const parent = self._parent?.id;
    observe({
      at: entryTime(self),
      actor: self.id,
      ...(parent !== undefined && { parent }),
      ...(item && { item: item.index }),
      step: context.steps,
      scope,
      name,
      path: `${path}${name}`,
      happening,
    });
  }

  newId(): string {
    return `s${this.#ids++}`;
  }

  addActor(src: string, logic: AnyActorLogic): void {
    this.#actors[src] = logic;
  }

  delayOf(scope: string, name: string): string {
    this.#delays[name] = delayInScope(scope);
    return name;
  }
}
