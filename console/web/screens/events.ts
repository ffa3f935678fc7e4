import type { ChartModel, ChartNode } from '../../chart/model.ts';

export interface MachineEvent {
  readonly type: string;
  /** An active state has a transition for it. Its guard may still refuse it. */
  readonly isAccepted: boolean;
}

/** The events that a machine names, those that it accepts now first. */
export function eventsOf({ nodes, edges }: ChartModel, state: unknown): readonly MachineEvent[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const accepted = new Map<string, boolean>();
  for (const { source, trigger } of edges) {
    if (trigger.type !== 'event') continue;
    const node = byId.get(source);
    const isAccepted = node !== undefined && isActive(node, state);
    accepted.set(trigger.name, accepted.get(trigger.name) === true || isAccepted);
  }
  return [...accepted]
    .map(([type, isAccepted]) => ({ type, isAccepted }))
    .sort((a, b) => Number(b.isAccepted) - Number(a.isAccepted) || a.type.localeCompare(b.type));
}

/** Whether a state value has the state of a node. */
export function isActive({ path }: Pick<ChartNode, 'path'>, state: unknown): boolean {
  let value = state;
  for (const [i, key] of path.entries()) {
    if (typeof value === 'string') return value === key && i === path.length - 1;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = Reflect.get(value, key);
  }
  return state !== undefined;
}
