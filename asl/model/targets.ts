import type { State, StateGraph } from './model.ts';

/** Names of the states that may follow a state. */
export function targetsOf(state: State): readonly string[] {
  switch (state.type) {
    case 'Choice':
      return [
        ...state.choices.map(({ next }) => next),
        ...(state.default === undefined ? [] : [state.default]),
      ];
    case 'Succeed':
    case 'Fail':
      return [];
    case 'Pass':
    case 'Wait':
      return state.next.type === 'state' ? [state.next.name] : [];
    case 'Task':
    case 'Parallel':
    case 'Map': {
      const next = state.next.type === 'state' ? [state.next.name] : [];
      return [...next, ...state.catch.map((catcher) => catcher.next)];
    }
  }
}

/** Whether an execution may come to a state again, in the graph or in one within it. */
export function hasLoop({ states }: StateGraph): boolean {
  const inner = states.flatMap((state) => {
    if (state.type === 'Map') return [state.processor];
    return state.type === 'Parallel' ? state.branches : [];
  });
  if (inner.some(hasLoop)) return true;
  // States that lead nowhere are taken away until there is none: what is left are loops, and what leads to them.
  const left = new Map(states.map((state) => [state.name, targetsOf(state)]));
  for (let size = -1; size !== left.size; ) {
    size = left.size;
    for (const [name, targets] of left) if (!targets.some((target) => left.has(target))) left.delete(name);
  }
  return left.size > 0;
}
