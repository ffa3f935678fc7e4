import type { Next, State, StateGraph } from '../model/model.ts';
import type { Builder } from './builder.ts';
import type { Region, StateConfig } from './config.ts';
import { mapState } from './mapState.ts';
import { parallelState } from './parallelState.ts';
import type { Place, StatePlace } from './place.ts';
import { simpleState } from './simpleState.ts';
import { taskState } from './taskState.ts';

/** The states of a definition, a branch or an iterator, and a final one for its end. */
export function regionOf(graph: StateGraph, place: Place, builder: Builder): Region {
  const ids = new Map(graph.states.map(({ name }) => [name, builder.newId()]));
  const targetOf = (next: Next) => `#${next.type === 'end' ? place.endId : ids.get(next.name)}`;
  const keys = keysOf(graph.states);
  const states = graph.states.map((state): [string, StateConfig] => {
    const id = ids.get(state.name) ?? '';
    return [keys.get(state.name) ?? state.name, stateOf(state, { ...place, id, to: targetOf }, builder)];
  });
  const end = freeKey('end', new Set(keys.values()));
  return {
    initial: keys.get(graph.startAt) ?? graph.startAt,
    states: Object.fromEntries([...states, [end, { id: place.endId, type: 'final' }]]),
  };
}

function stateOf(state: State, place: StatePlace, builder: Builder): StateConfig {
  switch (state.type) {
    case 'Pass':
    case 'Choice':
    case 'Wait':
    case 'Succeed':
    case 'Fail':
      return simpleState(state, place, builder);
    case 'Task':
      return taskState(state, place, builder);
    case 'Parallel':
      return parallelState(state, place, builder);
    case 'Map':
      return mapState(state, place, builder);
  }
}

/** Keys of the states: their names, but for what XState gives a meaning of its own. */
function keysOf(states: readonly State[]): ReadonlyMap<string, string> {
  const taken = new Set(states.map(({ name }) => name));
  return new Map(
    states.map(({ name }) => {
      if (!name.startsWith('#') && name !== '__proto__') return [name, name];
      const key = freeKey(name.replace(/^#|^__/, ''), taken);
      taken.add(key);
      return [name, key];
    }),
  );
}

function freeKey(wanted: string, taken: ReadonlySet<string>): string {
  let key = wanted;
  while (taken.has(key) || key === '') key = `${key}_`;
  return key;
}
