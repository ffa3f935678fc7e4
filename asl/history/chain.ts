import type { Failure } from '../dataflow/handle.ts';
import type { StateType } from '../model/model.ts';
import type { MapRunRecord } from './mapRunRecord.ts';
import type { TaskEvents } from './taskEvents.ts';

/** The events of one scope, each linked to the one before: of the definition, a branch, or an iteration. */
export interface Chain {
  /** Id of the event that the next one follows. */
  last: number;
  /** The state that has been entered and not been left. */
  state?: ActiveState;
  /** No state of the scope handled it. */
  failure?: Failure;
  /** For an iteration. */
  readonly iteration?: Iteration;
  /** The Map states that work on items, by their paths, and the branches of Parallel states, by their scopes. */
  readonly maps: Map<string, MapRun>;
  branches: readonly Chain[];
}

export interface ActiveState {
  readonly name: string;
  readonly path: string;
  readonly type: StateType;
  readonly enteredId: number;
  /** Id of the event before its entry. */
  readonly beforeId: number;
  /** The attempt that runs, or that was the last one. */
  task?: TaskEvents;
  taskIsOver: boolean;
  /** The ids of the events with which the attempt has begun, and of the one before. */
  begun?: { readonly before: number; readonly ids: readonly number[] };
  /** A redrive has begun the attempt again, so that a state which starts its cancelled job again adds nothing. */
  isRedriven?: true;
  /** A failure of what it runs, until a retrier, a catcher or nothing handles it. */
  failed?: Failure;
}

export interface Iteration {
  readonly index: number;
  readonly name: string;
  readonly map: MapRun;
}

/** The work on the items of a Map state, once. */
export interface MapRun {
  readonly isDistributed: boolean;
  readonly label: string | undefined;
  readonly startedId: number;
  /** For a distributed Map: its event, and what is known of it. */
  runId?: number;
  record?: MapRunRecord;
  concurrency: number;
  begun: number;
  /** The last events of iterations that have ended: each lets another one begin. */
  readonly ended: number[];
  /** Id of the last `MapIterationSucceeded`. */
  lastSucceededId?: number;
  /** The iteration that failed. */
  failing?: Chain;
  readonly open: Set<Chain>;
}

/** The runs of distributed Maps within a chain. */
export function* runsWithin({ maps, branches }: Chain): Generator<MapRunRecord> {
  for (const { record, open } of maps.values()) {
    if (record) yield record;
    for (const iteration of open) yield* runsWithin(iteration);
  }
  for (const branch of branches) yield* runsWithin(branch);
}

export function newChain(last: number, iteration?: Iteration): Chain {
  return { last, maps: new Map(), branches: [], ...(iteration && { iteration }) };
}
