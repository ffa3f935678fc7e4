import type { ChartEdge, ChartNode, NodeId, Trigger } from './model.ts';

/** The words for a transition on its edge: trigger, guard, `else`. An icon says `done` and `error` as well. */
export function edgeText(edge: ChartEdge): string {
  const { trigger, guard, place, alternatives } = edge;
  const isElse = guard === undefined && alternatives > 1 && place === alternatives - 1;
  if (trigger.type === 'always') return guard === undefined ? (isElse ? 'else' : 'always') : `[${guard}]`;
  const text = triggerText(trigger);
  if (guard !== undefined) return `${text} [${guard}]`;
  return isElse ? `${text} else` : text;
}

/** The words in a row of the source: with the actions, where it has any. */
export function rowText(edge: ChartEdge): string {
  const { actions, targets, trigger } = edge;
  const text = edgeText(edge);
  if (actions.length > 0) return `${text} / ${actions.join(', ')}`;
  return targets.length === 0 && trigger.type !== 'retry' ? `${text} (ignored)` : text;
}

/** The words with the states that it leads to. */
export function goalText(edge: ChartEdge, nodes: ReadonlyMap<NodeId, ChartNode>): string {
  if (edge.targets.length === 0) return rowText(edge);
  return `${edgeText(edge)} → ${edge.targets.map((id) => nodes.get(id)?.name ?? id).join(', ')}`;
}

export function triggerText(trigger: Trigger): string {
  switch (trigger.type) {
    case 'event':
      return trigger.name;
    case 'wildcard':
      return trigger.prefix === undefined ? 'any event' : `${trigger.prefix}.*`;
    case 'always':
      return 'always';
    case 'after':
      return trigger.delay.startsWith('at ') ? trigger.delay : `after ${trigger.delay}`.trimEnd();
    case 'done':
      return 'done';
    case 'error':
      return trigger.errors === undefined ? 'error' : trigger.errors.map(shortError).join(', ');
    case 'snapshot':
      return 'snapshot';
    case 'retry':
      return `retry ${trigger.errors.map(shortError).join(', ')}`;
    case 'default':
      return '';
  }
}

function shortError(name: string): string {
  return name.startsWith('States.') ? name.slice('States.'.length) : name;
}
