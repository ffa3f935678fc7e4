import type { AnyActorLogic, AnyStateMachine, AnyStateNode } from 'xstate';
import type { JsonObject } from '../data/json.ts';
import { definitionHashOf } from './definitionHash.ts';
import { DefinitionMismatchError } from './definitionMismatch.ts';
import { withCheckedDelay, withCheckedDelays } from './delays.ts';
import { executionTimeoutMsOf } from './executionTimeout.ts';
import { type HeldEvents, heldEventsOf } from './heldEvents.ts';
import { MachineNotDurableError } from './machineProblem.ts';
import { invokeConfigs, nodesOf } from './parts.ts';
import { findProblems } from './refusals.ts';
import { type ActorSource, resolveSource, type TaskSource, versionOf } from './sources.ts';
import { declaredSystemIds } from './systemIds.ts';
import {
  boundMicrosteps,
  buildMachine,
  childNodes,
  configOf,
  implementationsOf,
  isStateMachine,
  mapActions,
  nodesInOrder,
  property,
  replaceActors,
} from './xstateInternals.ts';

/** A machine, checked and rebuilt so that it can be stepped: once a process, at registration. */
export interface PreparedMachine {
  readonly id: string;
  /** @default '1', where the definition has no `version` */
  readonly version: string;
  /** Changes when states, transitions or invokes do; not with the code of functions ({@link hasSameStates}). */
  readonly definitionHash: string;
  /** The actors the definition names, by `src`. */
  readonly sources: ReadonlyMap<string, ActorSource>;
  /** What runs for a `src`; one that nobody implements is a worker of that name. */
  sourceOf(src: string): ActorSource;
  /**
   * What runs for the `src` of an open task.
   * @throws DefinitionMismatchError where the machine as it is now has a machine in its place
   */
  taskSourceOf(src: string): TaskSource;
  /** How long an execution of it may take, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Of a list machine: the machine whose lists its executions work on. */
  readonly listsOf?: string;
  /** Present where the machine holds events that come too early. */
  readonly heldEvents: HeldEvents | undefined;
  /** For {@link stepMachine} alone. */
  readonly chart: PreparedChart;
}

export interface PreparedChart {
  /** The machine with inert actors, named inline logic, checked delays and bounded microsteps. */
  readonly machine: AnyStateMachine;
  /** By `order`. */
  readonly nodes: readonly AnyStateNode[];
  /** System ids that only other machines, registered together with this one, give to their actors. */
  readonly systemIdsElsewhere?: ReadonlySet<string>;
  /** Bounds the microsteps of a macrostep, and the macrosteps of a step. */
  readonly maxIterations: number;
}

const defaultMaxIterations = 1000;

/**
 * Checks a machine and makes it ready to be stepped.
 * @param definition an XState machine, or the config of one that is JSON alone
 * @throws MachineNotDurableError with all problems at once
 */
export function prepareMachine(definition: AnyStateMachine | JsonObject): PreparedMachine {
  const machine = toMachine(definition);
  const problems = findProblems(machine);
  if (problems.length > 0) throw new MachineNotDurableError(machine.id, problems);

  const sources = sourcesOf(machine);
  const rewritten = withNamedInvokes(machine.root);
  const chart = prepareChart(machine, rewritten);
  const sourceOf = (src: string) => sources.get(src) ?? resolveSource(src, undefined);
  const prepared: PreparedMachine = {
    id: machine.id,
    version: versionOf(machine),
    definitionHash: definitionHashOf(chart.machine.root),
    sources,
    sourceOf,
    taskSourceOf: (src) => {
      const source = sourceOf(src);
      if (source.kind === 'each') return source.item;
      if (source.kind !== 'machine') return source;
      throw new DefinitionMismatchError(prepared, `'${src}' is a machine now, and was a worker`);
    },
    timeoutMs: executionTimeoutMsOf(machine),
    heldEvents: heldEventsOf(machine),
    chart,
  };
  return prepared;
}

/**
 * Machines with all that they invoke or spawn, each once: what has to be registered for any of them to run.
 * @throws MachineNotDurableError
 */
export function prepareMachines(
  definitions: readonly (AnyStateMachine | JsonObject)[],
): readonly PreparedMachine[] {
  const prepared = new Map<object, PreparedMachine>();
  const prepare = (definition: AnyStateMachine | JsonObject) => {
    if (prepared.has(definition)) return;
    const machine = prepareMachine(definition);
    prepared.set(definition, machine);
    for (const source of machine.sources.values()) {
      if (source.kind === 'machine') prepare(source.definition);
    }
  };
  for (const definition of definitions) prepare(definition);
  return knowingSystemIds([...prepared.values()]);
}

function knowingSystemIds(machines: readonly PreparedMachine[]): readonly PreparedMachine[] {
  const declared = machines.map(({ chart }) => declaredSystemIds(chart.machine));
  const all = new Set(declared.flatMap((ids) => [...ids]));
  if (all.size === 0) return machines;
  return machines.map((machine, index) => {
    const systemIdsElsewhere = new Set([...all].filter((id) => !declared[index]?.has(id)));
    return { ...machine, chart: { ...machine.chart, systemIdsElsewhere } };
  });
}

/** The `fromPromise` logic behind a `src`; undefined where a worker of its own runs it. */
export function promiseLogicOf(prepared: PreparedMachine, src: string): AnyActorLogic | undefined {
  const source = prepared.taskSourceOf(src);
  return source.kind === 'promise' ? source.logic : undefined;
}

function toMachine(definition: AnyStateMachine | JsonObject): AnyStateMachine {
  if (isStateMachine(definition)) return definition;
  try {
    return buildMachine(definition);
  } catch (error) {
    const id = String(property(definition, 'id') ?? '(machine)');
    const problem = error instanceof Error ? error.message : String(error);
    throw new MachineNotDurableError(id, [
      { path: id, problem, instead: 'correct the config; XState itself does not accept it' },
    ]);
  }
}

function prepareChart(machine: AnyStateMachine, config: object): PreparedChart {
  const implementations = implementationsOf(machine);
  const rebuilt = buildMachine(config, withCheckedDelays(implementations));
  const nodes = nodesInOrder(rebuilt);
  mapActions(nodes, (action) => withCheckedDelay(action, implementations.delays));
  replaceActors(rebuilt);
  return { machine: rebuilt, nodes, maxIterations: boundMicrosteps(rebuilt, defaultMaxIterations) };
}

function sourcesOf(machine: AnyStateMachine): ReadonlyMap<string, ActorSource> {
  const sources = new Map<string, ActorSource>();
  for (const [src, logic] of Object.entries(implementationsOf(machine).actors)) {
    sources.set(src, resolveSource(src, logic));
  }
  for (const node of nodesOf(machine.root)) {
    for (const [index, config] of invokeConfigs(node).entries()) {
      const src = property(config, 'src');
      const name = typeof src === 'string' ? src : inlineName(node, index);
      const logic = typeof src === 'string' ? undefined : src;
      if (!sources.has(name)) sources.set(name, resolveSource(name, logic));
    }
  }
  return sources;
}

/** The config in which logic written into `invoke.src` has a name that is found again after a restart. */
function withNamedInvokes(node: AnyStateNode): Record<string, unknown> {
  const config = { ...configOf(node) };
  if (config.invoke !== undefined) {
    config.invoke = invokeConfigs(node).map((invoke, index) =>
      typeof property(invoke, 'src') === 'string'
        ? invoke
        : Object.assign({}, invoke, { src: inlineName(node, index) }),
    );
  }
  if (config.states !== undefined) {
    config.states = Object.fromEntries(childNodes(node).map((child) => [child.key, withNamedInvokes(child)]));
  }
  return config;
}

function inlineName(node: AnyStateNode, index: number): string {
  return `inline:${index}.${node.id}`;
}
