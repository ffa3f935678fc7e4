import type { Choices } from './choices.ts';

/** The states of a generated machine, before they get transitions. */
export interface GeneratedState {
  readonly path: readonly string[];
  readonly id: string;
  readonly hasOwnId: boolean;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly history?: 'shallow' | 'deep';
  readonly historyTarget?: string;
  /** The id of the next state of a workflow. */
  readonly next?: string;
  readonly states: Readonly<Record<string, GeneratedState>>;
}

/** Any shape, or one that leads from state to state to an end. */
export type Shape = 'any' | 'workflow';

const limits = { any: { states: 11, depth: 3 }, workflow: { states: 22, depth: 4 } } as const;

export class TreeBuilder {
  readonly #choices: Choices;
  readonly #features: Set<string>;
  readonly #shape: Shape;
  #left: number;
  #ownIds = 0;

  constructor(choices: Choices, features: Set<string>, shape: Shape) {
    this.#choices = choices;
    this.#features = features;
    this.#shape = shape;
    this.#left = limits[shape].states;
  }

  build(path: readonly string[] = ['m'], isRegion = false): GeneratedState {
    const depth = path.length - 1;
    this.#left--;
    const type = this.#type(depth, isRegion);
    const hasOwnId = depth > 0 && this.#choices.chance(12);
    const id = hasOwnId ? `own${this.#ownIds++}` : path.join('.');
    if (hasOwnId) this.#features.add('own id');
    if (type === 'parallel') this.#features.add('parallel');
    if (type === 'compound' && depth > 0) this.#features.add('nested compound');
    const states = type === 'atomic' ? {} : this.#states(path, type, depth);
    return { path, id, hasOwnId, type, states };
  }

  #type(depth: number, isRegion: boolean): 'atomic' | 'compound' | 'parallel' {
    const isWorkflow = this.#shape === 'workflow';
    // Only such a region comes to an end.
    if (isRegion && isWorkflow) return 'compound';
    if (depth >= limits[this.#shape].depth || this.#left <= 1) return 'atomic';
    if (depth === 0) return isWorkflow ? 'compound' : this.#choices.oneOf(['compound', 'parallel']);
    return this.#choices.oneOf(['atomic', 'compound', 'parallel']);
  }

  #states(
    path: readonly string[],
    type: 'compound' | 'parallel',
    depth: number,
  ): Record<string, GeneratedState> {
    const states: Record<string, GeneratedState> = {};
    const count = 2 + this.#choices.pick(2);
    for (let index = 0; index < count; index++) {
      states[`s${index}`] = this.build([...path, `s${index}`], type === 'parallel');
    }
    if (type === 'parallel') return states;
    const pseudo = (key: string) => ({
      path: [...path, key],
      id: [...path, key].join('.'),
      hasOwnId: false,
      states: {},
    });
    if (this.#choices.chance(45) || this.#shape === 'workflow') {
      this.#features.add('final');
      states.f = { ...pseudo('f'), type: 'final' };
    }
    if (depth > 0 && this.#choices.chance(35)) {
      const history = this.#choices.chance(50) ? 'deep' : 'shallow';
      this.#features.add(`${history} history`);
      const target = this.#choices.chance(40) ? { historyTarget: 's1' } : {};
      states.h = { ...pseudo('h'), type: 'history', history, ...target };
    }
    return this.#shape === 'workflow' ? inSequence(states) : states;
  }
}

/** Each state with the next, the last of them with the final one. */
function inSequence(states: Readonly<Record<string, GeneratedState>>): Record<string, GeneratedState> {
  const steps = Object.entries(states).filter(([, { type }]) => type !== 'history' && type !== 'final');
  const nextOf = (index: number) => (steps[index + 1]?.[1] ?? states.f)?.id ?? '';
  return {
    ...states,
    ...Object.fromEntries(steps.map(([key, state], index) => [key, { ...state, next: nextOf(index) }])),
  };
}

export function allStates(root: GeneratedState): readonly GeneratedState[] {
  return [root, ...Object.values(root.states).flatMap(allStates)];
}
