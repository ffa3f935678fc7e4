import type { MillraceClient } from '../../client/index.ts';
import type { Machines } from './machines.ts';

/** The surroundings of all routes. */
export interface ConsoleService {
  readonly client: MillraceClient;
  readonly machines: Machines;
  readonly tableName: string;
  readonly isReadOnly: boolean;
  /** Milliseconds since the epoch: the table's time. */
  readonly now: () => number;
  /** Ends the work of jobs when the server closes. */
  readonly signal: AbortSignal;
  /** Units that the console's client has used so far. */
  readonly consumed: () => { readonly readUnits: number; readonly writeUnits: number };
}
