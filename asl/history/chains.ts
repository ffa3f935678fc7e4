import { type Chain, type MapRun, newChain } from './chain.ts';

/** A Map state that works on its items, and its name. */
export interface OpenMap {
  readonly map: MapRun;
  readonly name: string;
}

/** The chains of an execution: those of its definition, its branches and its iterations. */
export class Chains {
  readonly root = newChain(0);
  /** By actor, and by scope within it. */
  readonly #chains = new Map<string, Map<string, Chain>>();
  /** Machines of items of distributed Maps: in Step Functions, they are executions with histories of their own. */
  readonly #elsewhere = new Set<string>();

  constructor(executionId: string) {
    this.put(executionId, '', this.root);
  }

  put(actor: string, scope: string, chain: Chain): void {
    const scopes = this.#chains.get(actor) ?? new Map<string, Chain>();
    this.#chains.set(actor, scopes.set(scope, chain));
  }

  find(actor: string, scope: string): Chain | undefined {
    return this.#chains.get(actor)?.get(scope);
  }

  /** The actor's events are not part of this history. */
  setElsewhere(actor: string): void {
    this.#elsewhere.add(actor);
  }

  isElsewhere(actor: string | undefined): boolean {
    return actor !== undefined && this.#elsewhere.has(actor);
  }

  /** The Map state that a state within its iterations belongs to. */
  mapOf(parent: string | undefined, path: string): OpenMap | undefined {
    const known = this.#chains.get(parent ?? '');
    // A long list is worked on by executions of their own.
    const chains = known
      ? [...known.values()]
      : [...this.#chains.values()].flatMap((each) => [...each.values()]);
    for (const { maps, state } of chains) {
      if (state === undefined) continue;
      const map = maps.get(state.path);
      if (map && path.startsWith(`${state.path}/`)) return { map, name: state.name };
    }
    return undefined;
  }
}
