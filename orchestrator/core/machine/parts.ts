import type { AnyStateNode } from 'xstate';
import { childNodes, configOf, property } from './xstateInternals.ts';

/** A place of a machine's definition that names, or is, something that has to be there or has to be durable. */
export type MachinePart =
  | { readonly type: 'action'; readonly path: string; readonly value: unknown }
  | { readonly type: 'guard'; readonly path: string; readonly value: unknown }
  /** XState finds some mistakes only when the machine gets there. */
  | { readonly type: 'invalid'; readonly path: string; readonly problem: string }
  | { readonly type: 'delay'; readonly path: string; readonly name: string }
  | { readonly type: 'invoke'; readonly path: string; readonly id: string; readonly config: unknown };

/** Path of a state in the config, as in `states.shipping.states.label`; empty for the machine itself. */
export function pathOf(node: AnyStateNode): string {
  return node.path.map((key) => `states.${key}`).join('.');
}

export function* nodesOf(root: AnyStateNode): Generator<AnyStateNode> {
  yield root;
  for (const child of childNodes(root)) yield* nodesOf(child);
}

/** The node and its ancestors, innermost first. */
export function lineageOf(node: AnyStateNode): readonly AnyStateNode[] {
  return node.parent ? [node, ...lineageOf(node.parent)] : [node];
}

/** The invokes of a state as their author wrote them. */
export function invokeConfigs(node: AnyStateNode): readonly unknown[] {
  const invoke = configOf(node).invoke;
  return invoke === undefined ? [] : Array.isArray(invoke) ? invoke : [invoke];
}

/** Everything of one state, its substates left out. */
export function* partsOf(node: AnyStateNode): Generator<MachinePart> {
  const path = pathOf(node);
  const at = (rest: string) => (path === '' ? rest : `${path}.${rest}`);
  const actions = (values: readonly unknown[], where: string): MachinePart[] =>
    values.map((value, index) => ({ type: 'action', path: at(`${where}[${index}]`), value }));

  yield* actions(node.entry.filter(isWritten), 'entry');
  yield* actions(node.exit.filter(isWritten), 'exit');
  try {
    yield* actions(node.initial.actions, 'initial.actions');
  } catch (error) {
    yield {
      type: 'invalid',
      path: at('initial'),
      problem: error instanceof Error ? error.message : String(error),
    };
  }
  for (const [descriptor, transitions] of [...node.transitions, ['', node.always ?? []] as const]) {
    const where = descriptor === '' ? 'always' : transitionPath(node, descriptor);
    for (const [index, { guard, actions: own }] of transitions.entries()) {
      if (guard !== undefined) yield { type: 'guard', path: at(`${where}[${index}].guard`), value: guard };
      yield* actions(own, `${where}[${index}].actions`);
    }
  }
  for (const delay of Object.keys(node.config.after ?? {})) {
    if (Number.isNaN(Number(delay))) yield { type: 'delay', path: at(`after.${delay}`), name: delay };
  }
  const configs = invokeConfigs(node);
  for (const [index, { id }] of node.invoke.entries()) {
    yield { type: 'invoke', path: at(`invoke[${index}]`), id, config: configs[index] };
  }
}

/** `after` puts a `raise` into `entry` and a `cancel` into `exit`. */
function isWritten(action: unknown): boolean {
  const id = property(action, 'id') ?? property(action, 'sendId');
  return !(typeof id === 'string' && id.startsWith('xstate.after.'));
}

function transitionPath(node: AnyStateNode, descriptor: string): string {
  if (descriptor === `xstate.done.state.${node.id}`) return 'onDone';
  if (descriptor === 'xstate.route') return 'route';
  const after = /^xstate\.after\.(.*)$/.exec(descriptor)?.[1];
  if (after?.endsWith(`.${node.id}`)) return `after.${after.slice(0, -node.id.length - 1)}`;
  for (const [index, { id }] of node.invoke.entries()) {
    if (descriptor === `xstate.done.actor.${id}`) return `invoke[${index}].onDone`;
    if (descriptor === `xstate.error.actor.${id}`) return `invoke[${index}].onError`;
  }
  return `on.${descriptor}`;
}
