import { Replay } from '../orchestrator/core/execution/replay/replay.ts';
import {
  JournalIncompleteError,
  type ReplayedExecution,
} from '../orchestrator/core/execution/replay/replayed.ts';
import type { LoggedEntry } from './executionLog.ts';
import type { HistoryEntry } from './historyEntry.ts';
import { lookupOf, type MachineDefinition } from './replay.ts';
import { type Transition, Transitions } from './transition.ts';

/** The replay beside a history, for as long as it goes. */
export class ReplayedHistory {
  readonly #replay: Replay | undefined;
  readonly #transitions = new Transitions();
  /** By task: those that were open lately. */
  workers: ReadonlyMap<number, string> = new Map();
  #reason: HistoryEntry['notReplayed'];
  #isToldReason = false;

  constructor(machines: readonly MachineDefinition[], execution: ReplayedExecution) {
    this.#replay = new Replay(lookupOf(machines), execution);
  }

  /** @param isShown whether the answer will be seen */
  take(logged: LoggedEntry, isShown: boolean): Pick<HistoryEntry, 'transition' | 'notReplayed'> {
    const transition = this.#reason ? undefined : this.#transition(logged, isShown);
    if (transition) return { transition };
    if (!this.#reason || this.#isToldReason || !isShown) return {};
    this.#isToldReason = true;
    return { notReplayed: this.#reason };
  }

  #transition({ entry, item, isAfterGap }: LoggedEntry, isShown: boolean): Transition | undefined {
    try {
      if (isAfterGap) throw new JournalIncompleteError('log#');
      const replayed = this.#replay?.take(entry, item);
      if (!replayed) return undefined;
      if (replayed.divergence) {
        const { code, message } = replayed.divergence;
        this.#reason = { code, message };
        return undefined;
      }
      const tasks = [...(replayed.before?.tasks ?? []), ...(replayed.after?.tasks ?? [])];
      this.workers = new Map(tasks.map(({ task, worker }) => [task, worker]));
      return isShown ? this.#transitions.of(replayed) : undefined;
    } catch (error) {
      if (!(error instanceof JournalIncompleteError)) throw error;
      this.#reason = { code: error.code, message: error.message };
      return undefined;
    }
  }
}
