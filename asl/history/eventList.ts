import type { StateType } from '../model/model.ts';
import type { Chain } from './chain.ts';
import type { HistoryEvent, HistoryEventType } from './historyEvent.ts';
import type { Detailed } from './taskEvents.ts';

/** The events of a history, as they are added. */
export class EventList {
  readonly events: HistoryEvent[] = [];

  /** @returns its id */
  add(timestamp: number, previousEventId: number, { type, details }: Detailed): number {
    const id = this.events.length + 1;
    this.events.push({ id, previousEventId, timestamp, type, ...(details && { details }) });
    return id;
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
