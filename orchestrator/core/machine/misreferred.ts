import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { ownProperty } from '../data/ownProperty.ts';
import type { MachineProblem } from './machineProblem.ts';
import { invokeConfigs, lineageOf, type MachinePart, partsOf, pathOf } from './parts.ts';
import { isAsync } from './unusableValues.ts';
import {
  configOf,
  hasStateValue,
  implementationsOf,
  isStateMachine,
  property,
  stateNodeOf,
} from './xstateInternals.ts';

/**
 * Statements of a definition about its own states that are not true: XState finds them when the machine gets there,
 * or never.
 */
export function* misreferredProblems(
  machine: AnyStateMachine,
  nodes: readonly AnyStateNode[],
): Generator<MachineProblem> {
  const { guards, actions } = implementationsOf(machine);
  const parts = [
    ...nodes.flatMap((node) => [...partsOf(node)]),
    ...Object.entries(guards).map(
      ([name, value]) => ({ type: 'guard', path: `guards.${name}`, value }) as const,
    ),
    ...Object.entries(actions).map(
      ([name, value]) => ({ type: 'action', path: `actions.${name}`, value }) as const,
    ),
  ];
  const tasks = taskIds(machine, nodes, parts);
  for (const node of nodes) {
    yield* historyTargetProblems(node);
    yield* targetProblems(node);
  }
  for (const part of parts) {
    if (part.type === 'guard') yield* guardProblems(machine, part.path, part.value);
    else if (part.type === 'action') yield* actionProblems(part.path, part.value, tasks);
  }
}

/** Ids under which the machine has tasks alone, and never a machine: as far as they are written down. */
function taskIds(
  machine: AnyStateMachine,
  nodes: readonly AnyStateNode[],
  parts: readonly MachinePart[],
): ReadonlySet<string> {
  const { actors } = implementationsOf(machine);
  const isMachine = (src: unknown) =>
    isStateMachine(typeof src === 'string' ? ownProperty(actors, src) : src);
  const children: (readonly [id: string, src: unknown])[] = [];
  for (const node of nodes) {
    const configs = invokeConfigs(node);
    for (const [index, { id }] of node.invoke.entries()) children.push([id, property(configs[index], 'src')]);
  }
  for (const part of parts) {
    if (part.type !== 'action' || property(part.value, 'type') !== 'xstate.spawnChild') continue;
    const id = property(part.value, 'id');
    if (typeof id === 'string') children.push([id, property(part.value, 'src')]);
  }
  const machines = new Set(children.flatMap(([id, src]) => (isMachine(src) ? [id] : [])));
  return new Set(children.flatMap(([id]) => (machines.has(id) ? [] : [id])));
}

function* historyTargetProblems(node: AnyStateNode): Generator<MachineProblem> {
  const { target } = configOf(node);
  if (node.type !== 'history' || typeof target !== 'string' || node.parent === undefined) return;
  if (stateNodeOf(node.parent, target)) return;
  yield {
    path: `${pathOf(node)}.target`,
    problem: `there is no state '${target}'`,
    instead: "name a state beside this one, or any by '#' and its id",
  };
}

/** Checks several targets: each two have to be able to be active together. */
function* targetProblems(node: AnyStateNode): Generator<MachineProblem> {
  const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  for (const { target = [], eventType } of transitions) {
    const targets: readonly AnyStateNode[] = target;
    for (const [index, second] of targets.entries()) {
      const first = targets.slice(0, index).find((other) => excludeEachOther(other, second));
      if (first === undefined) continue;
      yield {
        path: pathOf(node) || node.id,
        problem: `a transition on '${eventType}' has the targets #${first.id} and #${second.id}, which cannot be active together`,
        instead: 'name one of them, or states in different regions of a parallel state',
      };
    }
  }
}

function excludeEachOther(first: AnyStateNode, second: AnyStateNode): boolean {
  const lineage = lineageOf(first);
  const common = lineageOf(second).find((node) => lineage.includes(node));
  return common !== first && common !== second && common?.type !== 'parallel';
}

function* guardProblems(machine: AnyStateMachine, path: string, guard: unknown): Generator<MachineProblem> {
  const parts = property(guard, 'guards');
  if (Array.isArray(parts)) for (const part of parts) yield* guardProblems(machine, path, part);
  const stateValue = property(guard, 'stateValue');
  if (stateValue !== undefined && !hasStateValue(machine.root, stateValue)) {
    yield {
      path,
      problem: `stateIn(${JSON.stringify(stateValue)}) names a state that the machine does not have`,
      instead: "name one as in { parent: 'child' }, or by '#' and its id",
    };
  }
  if (isAsync(guard)) {
    yield {
      path,
      problem: 'the guard is async, and its promise counts as true',
      instead: 'do this in a task, and guard its onDone',
    };
  }
}

function* actionProblems(
  path: string,
  action: unknown,
  tasks: ReadonlySet<string>,
): Generator<MachineProblem> {
  const to = property(action, 'to');
  if (property(action, 'type') === 'xstate.sendTo' && typeof to === 'string' && tasks.has(to)) {
    yield {
      path,
      problem: `it sends to '${to}', which is a task; tasks, like promises, cannot receive events`,
      instead: 'pass the data as input of the task, or invoke a machine',
    };
  }
  if (property(action, 'type') === 'xstate.assign' && isAsync(property(action, 'assignment'))) {
    yield {
      path,
      problem: 'the assign is async, so nothing that its promise resolves to would be assigned',
      instead: 'do this in a task, and assign its output in onDone',
    };
  }
}
