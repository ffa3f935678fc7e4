import type { StateType } from '../model/model.ts';
import type { Chain } from './chain.ts';
import type { HistoryEvent, HistoryEventType } from './historyEvent.ts';
import type { Detailed } from './taskEvents.ts';

/** The events of a history, as they are added. */
export class EventList {
  readonly #added: HistoryEvent[] = [];
  readonly #withdrawn = new Set<number>();

  /** With ids without gaps. */
  get events(): readonly HistoryEvent[] {
    if (this.#withdrawn.size === 0) return this.#added;
    const left = this.#added.filter(({ id }) => !this.#withdrawn.has(id));
    const numbers = new Map(left.map(({ id }, place) => [id, place + 1]));
    const numberOf = (id: number) => numbers.get(id) ?? 0;
    return left.map((event) => ({
      ...event,
      id: numberOf(event.id),
      previousEventId: numberOf(event.previousEventId),
    }));
  }

  /** Id of the last one. */
  get lastId(): number {
    return this.#added.length;
  }

  /** @returns its id */
  add(timestamp: number, previousEventId: number, { type, details }: Detailed): number {
    const id = this.#added.length + 1;
    this.#added.push({ id, previousEventId, timestamp, type, ...(details && { details }) });
    return id;
  }

  /** Puts other details in its place. */
  replace(id: number, { type, details }: Detailed): void {
    const added = this.#added[id - 1];
    if (added) this.#added[id - 1] = { ...added, type, ...(details && { details }) };
  }

  /** They are not in the history after all. No event that stays follows one of them. */
  withdraw(ids: readonly number[]): void {
    for (const id of ids) this.#withdrawn.add(id);
  }

  /** Adds the next event of a chain. */
  append(chain: Chain, at: number, event: Detailed): void {
    chain.last = this.add(at, chain.last, event);
  }

  /**
   * The states of a branch do not go on, because another one has failed.
   *
   * @param isFailing the branch is the one that failed: of its states, only a task is aborted
   */
  abort(chain: Chain, at: number, failingId: number, isFailing: boolean): void {
    const { state } = chain;
    if (state === undefined) return;
    for (const branch of chain.branches) this.abort(branch, at, failingId, false);
    for (const { open } of chain.maps.values()) {
      for (const iteration of open) this.abortIteration(iteration, at, failingId);
    }
    const type = abortedTypes[state.type];
    if (type === undefined || (isFailing && state.type !== 'Task')) return;
    this.add(at, failingId, { type });
  }

  abortIteration(chain: Chain, at: number, failingId: number): void {
    if (chain.iteration === undefined) return;
    this.abort(chain, at, failingId, false);
    const { map, ...details } = chain.iteration;
    map.open.delete(chain);
    this.add(at, failingId, { type: 'MapIterationAborted', details });
  }
}

const abortedTypes: Readonly<Partial<Record<StateType, HistoryEventType>>> = {
  Task: 'TaskStateAborted',
  Wait: 'WaitStateAborted',
  Parallel: 'ParallelStateAborted',
  Map: 'MapStateAborted',
};
