import { setTimeout as delay } from 'node:timers/promises';
import type { Table } from '../orchestrator/table/table.ts';
import type { Nudging } from './direct.ts';
import type { CatchUp } from './doctor/recovery.ts';

/** The surroundings that the client's operations need. */
export interface ClientSurroundings {
  readonly table: Table;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of some clock that waits are measured with. @default `now` */
  readonly waitClock?: () => number;
  /** Makes ids of executions and events. */
  readonly newId: () => string;
  readonly sleep: Sleep;
  /** Passes the time between two looks of a wait, or less where something has happened. @default `sleep` */
  readonly waitSleep?: Sleep;
  /** Days that items are kept. 0: for ever. */
  readonly retentionDays: number;
  readonly catchUp: CatchUp;
  /** @default none: the stream brings every item */
  readonly nudge?: Nudging;
  /** Whether calls that may be direct are direct. @default false */
  readonly isDirect?: boolean;
}

/** Rejects with the signal's reason when it aborts. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const sleep: Sleep = async (ms, signal) => {
  signal?.throwIfAborted();
  try {
    await delay(ms, undefined, signal && { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
};
