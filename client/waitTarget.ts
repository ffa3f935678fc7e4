import type { AnyStateMachine, AnyStateNode, StateValue } from 'xstate';
import { nearest } from '../orchestrator/core/data/nearest.ts';
import { childNodes, hasStateValue } from '../orchestrator/core/machine/xstateInternals.ts';
import { InvalidWaitError } from './errors.ts';

/**
 * Refuses to wait for a state, or a tag, that a machine does not have: its executions never get there.
 *
 * @throws InvalidWaitError
 */
export function checkWaitTarget(
  machine: AnyStateMachine,
  { state, tag }: { readonly state?: StateValue | undefined; readonly tag?: string | undefined },
): void {
  const nodes = [...nodesOf(machine.root)];
  if (state !== undefined && !hasStateValue(machine.root, state)) {
    const wanted = typeof state === 'string' ? state : JSON.stringify(state);
    throw unknown(machine, 'state', wanted, nodes.map(({ path }) => path.join('.')).filter(Boolean));
  }
  const tags = [...new Set(nodes.flatMap((node) => node.tags))];
  if (tag !== undefined && !tags.includes(tag)) throw unknown(machine, 'tag', tag, tags);
}

function* nodesOf(node: AnyStateNode): Generator<AnyStateNode> {
  yield node;
  for (const child of childNodes(node)) yield* nodesOf(child);
}

function unknown(
  machine: AnyStateMachine,
  what: string,
  wanted: string,
  known: readonly string[],
): InvalidWaitError {
  const close = nearest(wanted, known);
  const shown = known.slice(0, mostNamed).join(', ') || 'none';
  const advice =
    close === undefined
      ? `It has ${shown}${known.length > mostNamed ? ', …' : ''}.`
      : `Did you mean '${close}'?`;
  return new InvalidWaitError(`The machine '${machine.id}' has no ${what} '${wanted}'. ${advice}`);
}

const mostNamed = 10;
