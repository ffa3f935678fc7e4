import type { AnyStateMachine, AnyStateNode } from 'xstate';
import {
  buildMachine,
  childNodes,
  configOf,
  implementationsOf,
  property,
} from '../../orchestrator/core/machine/xstateInternals.ts';

/**
 * XState's tests put actions into the states of a machine that is built already, to see where it goes. Millrace rebuilds a
 * machine from its config: this is a machine whose config has those actions.
 */
export function asBuilt(machine: AnyStateMachine): AnyStateMachine {
  if (![...nodesFrom(machine.root)].some(isInstrumented)) return machine;
  return buildMachine(configAsBuilt(machine.root), implementationsOf(machine));
}

function* nodesFrom(node: AnyStateNode): Generator<AnyStateNode> {
  yield node;
  for (const child of childNodes(node)) yield* nodesFrom(child);
}

function isInstrumented(node: AnyStateNode): boolean {
  const { entry, exit } = configOf(node);
  return written(node.entry).length !== countOf(entry) || written(node.exit).length !== countOf(exit);
}

function configAsBuilt(node: AnyStateNode): Record<string, unknown> {
  const config: Record<string, unknown> = {
    ...configOf(node),
    entry: written(node.entry),
    exit: written(node.exit),
  };
  if (config.states !== undefined) {
    config.states = Object.fromEntries(childNodes(node).map((child) => [child.key, configAsBuilt(child)]));
  }
  return config;
}

/** `after` adds a `raise` and a `cancel` of its own. */
function written(actions: readonly unknown[]): readonly unknown[] {
  return actions.filter((action) => {
    const id = property(action, 'id') ?? property(action, 'sendId');
    return !(typeof id === 'string' && id.startsWith('xstate.after.'));
  });
}

function countOf(actions: unknown): number {
  return actions === undefined ? 0 : [actions].flat().length;
}
