import type { Choices } from './choices.ts';

/** The states of a generated machine, before they get transitions. */
export interface GeneratedState {
  readonly path: readonly string[];
  readonly id: string;
  readonly hasOwnId: boolean;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly history?: 'shallow' | 'deep';
  readonly historyTarget?: string;
  readonly states: Readonly<Record<string, GeneratedState>>;
}

const maxStates = 11;
const maxDepth = 3;

export class TreeBuilder {
  readonly #choices: Choices;
  readonly #features: Set<string>;
  #left = maxStates;
  #ownIds = 0;

  constructor(choices: Choices, features: Set<string>) {
    this.#choices = choices;
    this.#features = features;
  }

  build(path: readonly string[] = ['m']): GeneratedState {
    const depth = path.length - 1;
    this.#left--;
    const type = this.#type(depth);
    const hasOwnId = depth > 0 && this.#choices.chance(12);
    const id = hasOwnId ? `own${this.#ownIds++}` : path.join('.');
    if (hasOwnId) this.#features.add('own id');
    if (type === 'parallel') this.#features.add('parallel');
    if (type === 'compound' && depth > 0) this.#features.add('nested compound');
    const states = type === 'atomic' ? {} : this.#states(path, type, depth);
    return { path, id, hasOwnId, type, states };
  }

  #type(depth: number): 'atomic' | 'compound' | 'parallel' {
    if (depth >= maxDepth || this.#left <= 1) return 'atomic';
    if (depth === 0) return this.#choices.oneOf(['compound', 'parallel']);
    return this.#choices.oneOf(['atomic', 'compound', 'parallel']);
  }

  #states(
    path: readonly string[],
    type: 'compound' | 'parallel',
    depth: number,
  ): Record<string, GeneratedState> {
    const states: Record<string, GeneratedState> = {};
    const count = 2 + this.#choices.pick(2);
    for (let index = 0; index < count; index++) states[`s${index}`] = this.build([...path, `s${index}`]);
    if (type === 'parallel') return states;
    const pseudo = (key: string) => ({
      path: [...path, key],
      id: [...path, key].join('.'),
      hasOwnId: false,
      states: {},
    });
    if (this.#choices.chance(45)) {
      this.#features.add('final');
      states.f = { ...pseudo('f'), type: 'final' };
    }
    if (depth > 0 && this.#choices.chance(35)) {
      const history = this.#choices.chance(50) ? 'deep' : 'shallow';
      this.#features.add(`${history} history`);
      const target = this.#choices.chance(40) ? { historyTarget: 's1' } : {};
      states.h = { ...pseudo('h'), type: 'history', history, ...target };
    }
    return states;
  }
}

export function allStates(root: GeneratedState): readonly GeneratedState[] {
  return [root, ...Object.values(root.states).flatMap(allStates)];
}
