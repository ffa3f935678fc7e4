import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { halfOfPair, isWellFormed } from '../data/text.ts';
import type { MachineProblem } from './machineProblem.ts';
import { misreferredProblems } from './misreferred.ts';
import { duplicateIds, identityProblems, stateNameProblems } from './names.ts';
import { invokeConfigs, lineageOf, nodesOf, partsOf, pathOf } from './parts.ts';
import { isOfWorker, type LogicKind, logicKindOf, resolveSource, workerNameOf } from './sources.ts';
import { systemIdProblems } from './systemIds.ts';
import { unheededProblems } from './unheeded.ts';
import { type Implementations, implementationsOf, isStateMachine, property } from './xstateInternals.ts';

/** Every reason found in the definition. What shows only at run time fails the step that meets it. */
export function findProblems(machine: AnyStateMachine): readonly MachineProblem[] {
  const family = new Set([machine]);
  return [...problemsWithin(machine, family), ...systemIdProblems([...family])];
}

function problemsWithin(machine: AnyStateMachine, known: Set<AnyStateMachine>): MachineProblem[] {
  const nodes = [...nodesOf(machine.root)];
  return [
    ...childMachines(machine, nodes).flatMap(([path, child]) => {
      if (known.has(child)) return [];
      known.add(child);
      return problemsWithin(child, known).map((problem) => ({
        ...problem,
        path: `${path} > ${problem.path}`,
      }));
    }),
    ...identityProblems(machine),
    ...duplicateIds(machine, nodes),
    ...nodes.flatMap((node) => [
      ...stateNameProblems(node),
      ...historyProblems(node),
      ...partsProblems(machine, node),
    ]),
    ...misreferredProblems(machine, nodes),
    ...unheededProblems(machine, nodes),
    ...implementationProblems(implementationsOf(machine)),
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
  return [...named, ...inline].flatMap(([path, logic]) => (isStateMachine(logic) ? [[path, logic]] : []));
}

function* historyProblems(node: AnyStateNode): Generator<MachineProblem> {
  if (node.type !== 'history' || node.parent?.type !== 'parallel') return;
  yield {
    path: pathOf(node),
    problem: 'XState enters an illegal configuration through a history state directly under a parallel one',
    instead: 'put a history state into each region',
  };
}

function* partsProblems(machine: AnyStateMachine, node: AnyStateNode): Generator<MachineProblem> {
  const implementations = implementationsOf(machine);
  for (const part of partsOf(node)) {
    if (part.type === 'action') yield* actionProblems(part.path, part.value, implementations);
    else if (part.type === 'guard') yield* guardProblems(part.path, part.value, implementations);
    else if (part.type === 'delay') yield* delayProblems(part.path, part.name, implementations);
    else if (part.type === 'invoke') yield* invokeProblems(part.path, part.config);
    else yield { path: part.path, problem: part.problem, instead: 'name a state that is there' };
  }
}

function* actionProblems(path: string, action: unknown, all: Implementations): Generator<MachineProblem> {
  const name = typeof action === 'string' ? action : property(action, 'type');
  if (typeof action !== 'function') {
    if (typeof name === 'string' && Object.hasOwn(all.actions, name)) return;
    yield notImplemented(path, `action '${String(name)}'`, 'actions');
  } else if (name === 'xstate.spawnChild') {
    yield* spawnProblems(path, action);
  } else if (name === 'xstate.raise' || name === 'xstate.sendTo') {
    const delay = property(action, 'delay');
    if (typeof delay === 'string') yield* delayProblems(path, delay, all);
    else if (typeof delay === 'number' && !Number.isFinite(delay)) {
      yield {
        path,
        problem: `a delay of ${delay} ms is not a length of time`,
        instead: 'write milliseconds',
      };
    }
  }
}

function* spawnProblems(path: string, action: object): Generator<MachineProblem> {
  if (typeof property(action, 'src') !== 'string') {
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
  if (!Object.hasOwn(all.delays, delay)) yield notImplemented(path, `delay '${delay}'`, 'delays');
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
    yield { path: `${path}.src`, problem: `'${src}' ${halfOfPair}`, instead: 'use whole characters' };
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
    problem: `${what} needs every snapshot of an actor that runs elsewhere`,
    instead: 'react to onDone and onError, or have a worker put events into the table',
  };
}

function* implementationProblems(all: Implementations): Generator<MachineProblem> {
  for (const [name, logic] of Object.entries(all.actors)) yield* logicProblems(`actors.${name}`, logic);
  for (const [name, action] of Object.entries(all.actions)) {
    if (typeof action === 'function') yield* actionProblems(`actions.${name}`, action, all);
    else {
      yield {
        path: `actions.${name}`,
        problem: 'it is no function: XState would do nothing',
        instead: 'write a function, or one of its actions such as assign(…)',
      };
    }
  }
  for (const [name, guard] of Object.entries(all.guards)) yield* guardProblems(`guards.${name}`, guard, all);
  for (const [name, delay] of Object.entries(all.delays)) {
    if (typeof delay === 'function' || (typeof delay === 'number' && Number.isFinite(delay))) continue;
    yield {
      path: `delays.${name}`,
      problem: 'it is no number of milliseconds and no function: XState would not wait at all',
      instead: 'write milliseconds, or a function that gives them',
    };
  }
}

const refusedLogic: Readonly<Partial<Record<LogicKind, readonly [problem: string, instead: string]>>> = {
  callback: [
    'fromCallback lives in one process and is lost with it',
    'use fromPromise or worker(), and have events from outside put into the table',
  ],
  observable: [
    'an observable lives in one process and is lost with it',
    'use fromPromise or worker(), and have events from outside put into the table',
  ],
  transition: [
    'the state of fromTransition logic would not be stored',
    "keep that state in the machine's context",
  ],
  custom: [
    'actor logic of your own would run in one process and be lost with it',
    'use fromPromise or worker()',
  ],
  none: ['it is no actor logic', 'use worker(), or fromPromise around a function'],
};

function* logicProblems(path: string, logic: unknown): Generator<MachineProblem> {
  const refused = refusedLogic[logicKindOf(logic)];
  if (refused) yield { path, problem: refused[0], instead: refused[1] };
  else {
    try {
      resolveSource('', logic);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const instead =
        logicKindOf(logic) === 'each' ? 'correct what each() is given' : "correct the worker's policy";
      yield { path, problem, instead };
    }
  }
}

/** XState keeps children by id: a second one with the id of a running one would leave the first an orphan. */
function* sharedInvokeIds(nodes: readonly AnyStateNode[]): Generator<MachineProblem> {
  const owners = new Map<string, AnyStateNode[]>();
  for (const node of nodes) {
    for (const [index] of invokeConfigs(node).entries()) {
      const id = node.invoke[index]?.id ?? '';
      const others = owners.get(id) ?? [];
      const rival = others.find((other) => canBeActiveTogether(other, node));
      if (rival) {
        yield {
          path: [pathOf(node), `invoke[${index}].id`].filter(Boolean).join('.'),
          problem: `'${id}' is invoked by #${rival.id} too, which can be active at the same time`,
          instead: 'give each an id of its own',
        };
      }
      owners.set(id, [...others, node]);
    }
  }
}

function canBeActiveTogether(first: AnyStateNode, second: AnyStateNode): boolean {
  const lineage = lineageOf(first);
  const common = lineageOf(second).find((node) => lineage.includes(node));
  return common === first || common === second || common?.type === 'parallel';
}
