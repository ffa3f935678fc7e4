import type { Next } from '../model/model.ts';

/** A state, for those that follow the machine. */
export interface ObservedPlace extends Pick<Place, 'scope' | 'path'> {
  /** Name of the state. */
  readonly name: string;
}

/** Where states are. */
export interface Place {
  readonly scope: string;
  /** The definition's names, from its start: `Map/Charge`. */
  readonly path: string;
  /** Id of the state that is entered when the scope has come to its end. */
  readonly endId: string;
}

/** Where a state is that is compiled, and where it leads to. */
export interface StatePlace extends Place {
  readonly id: string;
  readonly to: (next: Next) => string;
}
