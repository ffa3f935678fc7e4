import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { halfOfPair, isWellFormed } from '../data/text.ts';
import { isoDurationMs } from '../policy/isoDuration.ts';
import { functionsOf } from './functions.ts';
import { duplicateIds, identityProblems, idOf, stateNameProblems } from './identity.ts';
import { logicProblems } from './logicProblems.ts';
import type { MachineProblem } from './machineProblem.ts';
import { namesOfLogic } from './machineSources.ts';
import { misreferredProblems } from './misreferred.ts';
import { unnamedSpawnProblems } from './namedSpawns.ts';
import { invokeConfigs, nodesOf, partsOf, pathOf } from './parts.ts';
import { settingProblems } from './settings.ts';
import { sharedInvokeIds } from './sharedInvokeIds.ts';
import { isOfWorker, itemMachineOf, workerNameOf } from './sources.ts';
import { systemIdProblems } from './systemIds.ts';
import { unheededProblems } from './unheeded.ts';
import { negativeDelay, shapelessProblems, unusableValueProblems } from './unusableValues.ts';
import { type Implementations, implementationsOf, isStateMachine, property } from './xstateInternals.ts';

export interface FoundProblems {
  readonly problems: readonly MachineProblem[];
  /** XState takes no notice of these, and neither does an execution. */
  readonly warnings: readonly MachineProblem[];
}

/**
 * Every reason found in the definition. A problem that shows only at run time fails the step that meets it.
 *
 * @param name the id that the machine is registered as, in place of its own
 */
export function findProblems(machine: AnyStateMachine, name?: string): FoundProblems {
  const family = new Set([machine]);
  const all = [
    ...identityProblems(machine, name ?? idOf(machine)),
    ...problemsWithin(machine, family),
    ...systemIdProblems([...family]),
  ];
  return {
    problems: all.filter(({ isWarning }) => !isWarning),
    warnings: all.filter(({ isWarning }) => isWarning),
  };
}

function problemsWithin(machine: AnyStateMachine, known: Set<AnyStateMachine>): MachineProblem[] {
  const shapeless = [...shapelessProblems(machine)];
  if (shapeless.length > 0) return shapeless;
  const nodes = [...nodesOf(machine.root)];
  // Once: a machine may have ten thousand states.
  const names = namesOfLogic(machine);
  return [
    ...childMachines(machine, nodes).flatMap(([path, child]) => {
      if (known.has(child)) return [];
      known.add(child);
      // A child without an id is named like its source.
      const own = child.config.id === undefined ? [] : identityProblems(child, idOf(child));
      return [...own, ...problemsWithin(child, known)].map((problem) => ({
        ...problem,
        path: `${path} > ${problem.path}`,
      }));
    }),
    ...settingProblems(machine, nodes),
    ...duplicateIds(machine, nodes),
    ...nodes.flatMap((node) => [
      ...stateNameProblems(node),
      ...historyProblems(node),
      ...partsProblems(machine, node, names),
    ]),
    ...misreferredProblems(machine, nodes),
    ...unheededProblems(machine, nodes),
    ...unusableValueProblems(machine, nodes),
    ...unnamedSpawnProblems(machine, functionsOf(machine)),
    ...implementationProblems(implementationsOf(machine), names),
    ...sharedInvokeIds(nodes),
  ];
}

/** The machines that a machine can start, and where it names them. */
function childMachines(
  machine: AnyStateMachine,
  nodes: readonly AnyStateNode[],
): (readonly [path: string, child: AnyStateMachine])[] {
  const named = Object.entries(implementationsOf(machine).actors).map(
    ([name, logic]) => [`actors.${name}`, logic] as const,
  );
  const inline = nodes.flatMap((node) =>
    invokeConfigs(node).map(
      (config, index) =>
        [[pathOf(node), `invoke[${index}].src`].filter(Boolean).join('.'), property(config, 'src')] as const,
    ),
  );
  return [...named, ...inline].flatMap(([path, logic]) => {
    const child = itemMachineOf(logic) ?? logic;
    return isStateMachine(child) ? [[path, child]] : [];
  });
}

function* historyProblems(node: AnyStateNode): Generator<MachineProblem> {
  if (node.type !== 'history' || node.parent?.type !== 'parallel') return;
  yield {
    path: pathOf(node),
    problem: 'with a history state directly under a parallel state, XState enters an illegal configuration',
    instead: 'put a history state into each region',
  };
}

function* partsProblems(
  machine: AnyStateMachine,
  node: AnyStateNode,
  names: ReadonlyMap<unknown, string>,
): Generator<MachineProblem> {
  const implementations = implementationsOf(machine);
  for (const part of partsOf(node)) {
    if (part.type === 'action') yield* actionProblems(part.path, part.value, implementations, names);
    else if (part.type === 'guard') yield* guardProblems(part.path, part.value, implementations);
    else if (part.type === 'delay') yield* delayProblems(part.path, part.name, implementations);
    else if (part.type === 'invoke') yield* invokeProblems(part.path, part.config);
    else yield { path: part.path, problem: part.problem, instead: 'name a state of this machine' };
  }
}

function* actionProblems(
  path: string,
  action: unknown,
  all: Implementations,
  names: ReadonlyMap<unknown, string>,
): Generator<MachineProblem> {
  const name = typeof action === 'string' ? action : property(action, 'type');
  if (typeof action !== 'function') {
    if (typeof name === 'string' && Object.hasOwn(all.actions, name)) return;
    yield notImplemented(path, `action '${String(name)}'`, 'actions');
  } else if (name === 'xstate.spawnChild') {
    yield* spawnProblems(path, action, names);
  } else if (name === 'xstate.raise' || name === 'xstate.sendTo') {
    const delay = property(action, 'delay');
    if (typeof delay === 'string') yield* delayProblems(path, delay, all);
    else if (typeof delay === 'number' && !isDelay(delay)) {
      yield {
        path,
        problem: `a delay of ${delay} ms is not a duration`,
        instead: 'write milliseconds',
      };
    } else if (typeof delay === 'number' && delay < 0) yield negativeDelay(path, delay);
  }
}

function* spawnProblems(
  path: string,
  action: object,
  names: ReadonlyMap<unknown, string>,
): Generator<MachineProblem> {
  const src = property(action, 'src');
  if (typeof src !== 'string' && !names.has(src)) {
    yield { path, problem: 'it spawns logic that has no name', instead: 'name it in setup({ actors })' };
  }
  if (property(action, 'id') === undefined) {
    yield {
      path,
      problem: "spawnChild has no id: XState would file every such child under 'undefined'",
      instead: 'give it an id',
    };
  }
  if (property(action, 'syncSnapshot') === true) yield snapshotProblem(path, 'syncSnapshot');
}

function* guardProblems(path: string, guard: unknown, all: Implementations): Generator<MachineProblem> {
  if (typeof guard === 'function') {
    const parts = property(guard, 'guards');
    if (Array.isArray(parts)) for (const part of parts) yield* guardProblems(path, part, all);
    return;
  }
  const name = typeof guard === 'string' ? guard : property(guard, 'type');
  if (typeof name !== 'string' || !Object.hasOwn(all.guards, name)) {
    yield notImplemented(path, `guard '${String(name)}'`, 'guards');
  }
}

function* delayProblems(path: string, delay: string, all: Implementations): Generator<MachineProblem> {
  if (Object.hasOwn(all.delays, delay) || isoDurationMs(delay) !== undefined) return;
  yield notImplemented(path, `delay '${delay}'`, 'delays');
}

function notImplemented(path: string, what: string, where: keyof Implementations): MachineProblem {
  return { path, problem: `${what} is not implemented`, instead: `implement it in setup({ ${where} })` };
}

function* invokeProblems(path: string, config: unknown): Generator<MachineProblem> {
  if (property(config, 'id') === '__proto__') {
    yield { path: `${path}.id`, problem: 'XState loses a child of this id', instead: 'choose another id' };
  }
  if (property(config, 'onSnapshot') !== undefined) yield snapshotProblem(`${path}.onSnapshot`, 'onSnapshot');
  const src = property(config, 'src');
  if (typeof src === 'string') {
    if (isWellFormed(src)) return;
    yield { path: `${path}.src`, problem: `'${src}' ${halfOfPair}`, instead: 'choose another' };
    return;
  }
  yield* logicProblems(`${path}.src`, src);
  if (isOfWorker(src) && workerNameOf(src) === undefined) {
    yield {
      path: `${path}.src`,
      problem: 'the worker has no name',
      instead: 'name it in setup({ actors }), or with worker({ worker: … })',
    };
  }
}

function snapshotProblem(path: string, what: string): MachineProblem {
  return {
    path,
    problem: `${what} needs every snapshot of an actor that runs in another process`,
    instead: 'react to onDone and onError, or have a worker put events into the table',
  };
}

function* implementationProblems(
  all: Implementations,
  names: ReadonlyMap<unknown, string>,
): Generator<MachineProblem> {
  for (const [name, logic] of Object.entries(all.actors)) yield* logicProblems(`actors.${name}`, logic);
  for (const [name, action] of Object.entries(all.actions)) {
    if (typeof action === 'function') yield* actionProblems(`actions.${name}`, action, all, names);
    else {
      yield {
        path: `actions.${name}`,
        problem: 'it is not a function, so XState would do nothing',
        instead: 'write a function, or an XState action such as assign(…)',
      };
    }
  }
  for (const [name, guard] of Object.entries(all.guards)) yield* guardProblems(`guards.${name}`, guard, all);
  for (const [name, delay] of Object.entries(all.delays)) {
    if (typeof delay === 'number' && delay < 0 && isDelay(delay))
      yield negativeDelay(`delays.${name}`, delay);
    if (typeof delay === 'function' || isDelay(delay)) continue;
    yield {
      path: `delays.${name}`,
      problem: 'it is neither a number of milliseconds nor a function, so XState would not wait at all',
      instead: 'write milliseconds, or a function that returns them',
    };
  }
}

function isDelay(delay: unknown): boolean {
  return typeof delay === 'number' && Number.isFinite(delay);
}
