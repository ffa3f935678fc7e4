import type { Observation } from '../compile/observer.ts';
import type { ScopeTrace } from './trace.ts';

/**
 * Names of the places where tasks run, which are the same in a history and in a run of the definition: the Map states around,
 * how often each has begun, and the index of the item.
 */
export function iterationPlace(around: string, map: string, run: number, index: number): string {
  return `${around}${map}#${run}[${index}]/`;
}

/** Follows a machine, to say in which iteration each of its actors is. */
export class FollowedPlaces {
  /** By actor: its place. */
  readonly #places = new Map<string, string>();
  /** By actor and path of a Map state: the steps at which it has begun. */
  readonly #begun = new Map<string, Map<string, BegunMap>>();

  observe({ actor, parent, item, step, name, path, happening }: Observation): void {
    if (happening.type === 'mapStarted') {
      const maps = this.#begun.get(actor) ?? new Map<string, BegunMap>();
      const map = maps.get(path) ?? { name, steps: new Set() };
      map.steps.add(step);
      this.#begun.set(actor, maps.set(path, map));
    }
    if (item === undefined || this.#places.has(actor)) return;
    const around = this.#mapAround(parent ?? '', path);
    if (around === undefined) return;
    const place = iterationPlace(this.placeOf(parent ?? ''), around.name, around.steps.size, item);
    this.#places.set(actor, place);
  }

  /** The place of a machine; empty for the execution. */
  placeOf(actor: string): string {
    return this.#places.get(actor) ?? '';
  }

  #mapAround(parent: string, path: string): BegunMap | undefined {
    const known = this.#begun.get(parent) ?? [...this.#begun.values()].at(-1) ?? new Map<string, BegunMap>();
    // The innermost: a Map state's path is longer than that of one around it.
    const [found] = [...known]
      .filter(([map]) => path.startsWith(`${map}/`))
      .sort(([a], [b]) => b.length - a.length);
    return found?.[1];
  }
}

interface BegunMap {
  readonly name: string;
  /** The steps at which it has begun: a step that is taken again counts once. */
  readonly steps: Set<number>;
}

/** Every scope of a trace with its place. */
export function* placedScopes(
  scope: ScopeTrace,
  place = '',
  begun: Map<string, number> = new Map(),
): Generator<{ readonly place: string; readonly scope: ScopeTrace }> {
  yield { place, scope };
  for (const { name, runs } of scope.visits) {
    for (const { branches, iterations } of runs) {
      for (const branch of branches.values()) yield* placedScopes(branch, place, begun);
      const run = (begun.get(name) ?? 0) + 1;
      begun.set(name, run);
      for (const [index, iteration] of iterations) {
        yield* placedScopes(iteration, iterationPlace(place, name, run, index));
      }
    }
  }
}
