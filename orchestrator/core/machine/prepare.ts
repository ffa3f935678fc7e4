import type { AnyActorLogic, AnyStateMachine, AnyStateNode } from 'xstate';
import type { JsonObject } from '../data/json.ts';
import { checkpointMsOf } from './checkpointSetting.ts';
import { definitionHashOf, hashWithItems } from './definitionHash.ts';
import { DefinitionMismatchError } from './definitionMismatch.ts';
import { isoDelays, withCheckedDelay, withCheckedDelays } from './delays.ts';
import { executionTimeoutMsOf } from './executionTimeout.ts';
import { GuardErrors } from './guardErrors.ts';
import { type HeldEvents, heldEventsOf } from './heldEvents.ts';
import { idOf } from './identity.ts';
import { MachineNotDurableError, type MachineProblem } from './machineProblem.ts';
import { itemMachinesOf, namesOfLogic, sourcesOf, withNamedInvokes } from './machineSources.ts';
import { mapValues } from './mapValues.ts';
import { withNamedContext, withNamedSpawns } from './namedSpawns.ts';
import { nodesOf } from './parts.ts';
import { findProblems } from './refusals.ts';
import { type ActorSource, resolveSource, type TaskSource, versionOf } from './sources.ts';
import { switchSettingOf } from './switchSetting.ts';
import {
  boundMicrosteps,
  buildMachine,
  implementationsOf,
  isStateMachine,
  mapActions,
  mapGuards,
  nodesInOrder,
  property,
  replaceActors,
} from './xstateInternals.ts';

/** A machine, checked and rebuilt so that it can be stepped: once a process, at registration. */
export interface PreparedMachine {
  /** The id that it is registered as: its own, unless that is missing or a different machine has it. */
  readonly id: string;
  readonly definition: AnyStateMachine;
  /** Things that its author should know, although the machine runs. */
  readonly warnings: readonly MachineProblem[];
  /** @default '1', where the definition has no `version` */
  readonly version: string;
  /** Changes when states, transitions or invokes do; not with the code of functions ({@link hasSameStates}). */
  readonly definitionHash: string;
  /** The actors the definition names, by `src`. */
  readonly sources: ReadonlyMap<string, ActorSource>;
  /** The source that runs for a `src`; one that has no implementation is a worker of that name. */
  sourceOf(src: string): ActorSource;
  /**
   * The source that runs for the `src` of an open task.
   * @throws DefinitionMismatchError where the machine as it is now has a machine in its place
   */
  taskSourceOf(src: string): TaskSource;
  /** How long an execution of it may take, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /**
   * Whether the worker host may take the steps of its promises itself, where it does not leave that to the deployment.
   */
  readonly chain: boolean | undefined;
  /** How long the steps of a chain may be uncommitted. Undefined: each is committed. */
  readonly checkpointMs: number | undefined;
  /** Whether its workers invoke the orchestrator with their results, where it does not leave that to the deployment. */
  readonly nudge: boolean | undefined;
  /** For a list machine: the machine whose lists its executions work on. */
  readonly listsOf?: string;
  /** Present where the machine holds events that come too early. */
  readonly heldEvents: HeldEvents | undefined;
  /** The machines that work on items of its lists, by the `src` of the `each`. */
  readonly items: ReadonlyMap<string, PreparedMachine>;
  /** For {@link stepMachine} alone. */
  readonly chart: PreparedChart;
}

export interface PreparedChart {
  /** The machine with inert actors, named inline logic, checked delays, guards that note what they throw, and bounded microsteps. */
  readonly machine: AnyStateMachine;
  /** By `order`. */
  readonly nodes: readonly AnyStateNode[];
  /** System ids that only other machines, registered together with this one, give to their actors. */
  readonly systemIdsElsewhere?: ReadonlySet<string>;
  /** Bounds the microsteps of a macrostep, and the macrosteps of a step. */
  readonly maxIterations: number;
  /** Notes what the machine's guards throw. */
  readonly guardErrors: GuardErrors;
}

const defaultMaxIterations = 1000;

export interface PrepareOptions {
  /** Name that the machine is registered as, in place of its own id. */
  readonly name?: string;
  /**
   * It was found sound before, as machines of definitions are when they are bundled: looking for problems takes a third of the
   * time. @default false
   */
  readonly isChecked?: boolean;
}

/**
 * Checks a machine and makes it ready to be stepped.
 * @param definition an XState machine, or the config of one that is JSON alone
 * @throws MachineNotDurableError with all problems at once
 */
export function prepareMachine(
  definition: AnyStateMachine | JsonObject,
  { name, isChecked = false }: PrepareOptions = {},
): PreparedMachine {
  const machine = toMachine(definition);
  const { problems, warnings } = isChecked ? { problems: [], warnings: [] } : findProblems(machine, name);
  if (problems.length > 0) throw new MachineNotDurableError(name ?? machine.id, problems);

  const sources = sourcesOf(machine);
  const chart = prepareChart(machine);
  const checkpointMs = checkpointMsOf(machine);
  const id = name ?? machine.id;
  const items = new Map<string, PreparedMachine>();
  for (const [src, item] of itemMachinesOf(machine)) {
    items.set(src, prepareMachine(item, { name: idOf(item) ?? `${id}.${src}`, isChecked }));
  }
  const sourceOf = (src: string) => sources.get(src) ?? resolveSource(src, undefined);
  const prepared: PreparedMachine = {
    id,
    definition: machine,
    warnings: isChecked || items.size > 0 ? warnings : [...warnings, ...unusedChain(machine, sources)],
    version: versionOf(machine),
    definitionHash: hashWithItems(definitionHashOf(chart.machine.root), [...items.values()]),
    sources,
    sourceOf,
    taskSourceOf: (src) => {
      const source = sourceOf(src);
      if (source.kind === 'each') return source.item;
      if (source.kind !== 'machine' && source.kind !== 'eachMachine') return source;
      throw new DefinitionMismatchError(prepared, `'${src}' is a machine now, and was a worker`);
    },
    timeoutMs: executionTimeoutMsOf(machine),
    heldEvents: heldEventsOf(machine),
    items,
    chain: switchSettingOf(machine, 'chain') ?? (checkpointMs === undefined ? undefined : true),
    checkpointMs,
    nudge: switchSettingOf(machine, 'nudge'),
    chart,
  };
  return prepared;
}

/** Chains are steps of promises: the setting does nothing for a machine that has none. */
function* unusedChain(
  machine: AnyStateMachine,
  sources: ReadonlyMap<string, ActorSource>,
): Generator<MachineProblem> {
  const isAsked = switchSettingOf(machine, 'chain') === true || checkpointMsOf(machine) !== undefined;
  const tasks = [...sources.values()].map((source) => (source.kind === 'each' ? source.item : source));
  if (!isAsked || tasks.some(({ kind }) => kind === 'promise' || kind === 'host')) return;
  const setting = checkpointMsOf(machine) === undefined ? 'chain' : 'checkpoint';
  yield {
    path: `meta.millrace.${setting}`,
    problem:
      'it has no effect: the worker host takes the steps of fromPromise actors, and the machine has none',
    instead: 'leave it out, or make actors fromPromise',
    isWarning: true,
  };
}

/** The `fromPromise` logic behind a `src`; undefined where a worker of its own runs it. */
export function promiseLogicOf(prepared: PreparedMachine, src: string): AnyActorLogic | undefined {
  const source = prepared.taskSourceOf(src);
  return source.kind === 'promise' ? source.logic : undefined;
}

/** @throws MachineNotDurableError where XState does not accept a config */
export function toMachine(definition: AnyStateMachine | JsonObject): AnyStateMachine {
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

function prepareChart(machine: AnyStateMachine): PreparedChart {
  const implementations = implementationsOf(machine);
  const names = namesOfLogic(machine);
  const prepareAction = (action: unknown) =>
    withNamedSpawns(withCheckedDelay(action, implementations.delays), names);
  const guardErrors = new GuardErrors();
  const prepareGuard = (guard: unknown) => guardErrors.recording(guard);
  const config = withNamedInvokes(machine.root);
  const rebuilt = buildMachine(
    { ...config, context: withNamedContext(config.context, names) },
    {
      ...implementations,
      delays: { ...isoDelays(nodesOf(machine.root)), ...withCheckedDelays(implementations.delays) },
      actions: mapValues(implementations.actions, prepareAction),
      guards: mapValues(implementations.guards, prepareGuard),
    },
  );
  const nodes = nodesInOrder(rebuilt);
  mapActions(nodes, prepareAction);
  mapGuards(nodes, prepareGuard);
  replaceActors(rebuilt);
  const maxIterations = boundMicrosteps(rebuilt, defaultMaxIterations);
  return { machine: rebuilt, nodes, maxIterations, guardErrors };
}
