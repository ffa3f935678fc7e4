import type { StartedExecution } from '../../orchestrator/core/policy/perTask.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { Json } from '../json.ts';
import type { StateType } from '../model/model.ts';
import type { Variables } from '../template/evaluate.ts';
import type { Given } from './config.ts';
import type { ObservedPlace } from './place.ts';

/** One thing that happens to a state of a definition, for tools that follow a machine. */
export type Happening =
  | { readonly type: 'entered'; readonly state: StateType; readonly input: Json }
  | {
      readonly type: 'exited';
      readonly state: StateType;
      readonly output: Json;
      /** The variables that the state assigned; absent where it has no `Assign`. */
      readonly assigned?: Variables;
      /** The scope has come to its end. */
      readonly isLast: boolean;
    }
  /** An attempt of a task begins. */
  | {
      readonly type: 'taskScheduled';
      readonly resource: string;
      readonly given: Json;
      readonly timeoutSeconds?: number;
      readonly heartbeatSeconds?: number;
      readonly starts?: StartedExecution;
    }
  | { readonly type: 'taskSucceeded'; readonly result: Json }
  | { readonly type: 'taskFailed'; readonly failure: Failure }
  /** The attempt has not begun: its activity does not exist. */
  | { readonly type: 'taskRefused' }
  /** @param scopes of its branches, in order */
  | { readonly type: 'parallelStarted'; readonly scopes: readonly string[] }
  | { readonly type: 'parallelSucceeded' }
  /** @param scope of the branch whose failure it is */
  | { readonly type: 'parallelFailed'; readonly scope: string }
  | {
      readonly type: 'mapStarted';
      /** 0 where the items are read from files. */
      readonly length: number;
      readonly isRead: boolean;
      readonly isDistributed: boolean;
      readonly label: string | undefined;
    }
  | {
      readonly type: 'itemsStarted';
      /** Items worked on at a time. */
      readonly concurrency: number;
      /** Items to work on, or batches of them. */
      readonly length: number;
      /** Items in each batch. */
      readonly batches?: readonly number[];
      /** As the definition has them; 0 for a concurrency without a limit. */
      readonly limits: {
        readonly maxConcurrency: number;
        readonly toleratedCount?: number | undefined;
        readonly toleratedPercentage?: number | undefined;
      };
      /** A ResultWriter writes them to files. */
      readonly writesResults: boolean;
      /** Id of the run, where a ResultWriter names it. */
      readonly run?: string;
    }
  | { readonly type: 'mapSucceeded' }
  /** @param hasWritten the ResultWriter has written the outcomes of its items */
  | { readonly type: 'mapFailed'; readonly failure: Failure; readonly hasWritten?: boolean }
  /** The state's retriers and catchers look at its failure. */
  | { readonly type: 'failed'; readonly state: StateType; readonly failure: Failure }
  | { readonly type: 'retried' }
  /** No state of the scope handles the failure: the scope ends. */
  | { readonly type: 'scopeFailed'; readonly failure: Failure };

/** A happening and its place. */
export interface Observation {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Address of the machine: the execution, or an item of a Map state. */
  readonly actor: string;
  /** Address of the machine whose Map state works on the item. */
  readonly parent?: string;
  /** The item's place in its list. */
  readonly item?: number;
  /** Number of the machine's step. A step that is taken again has the same. */
  readonly step: number;
  /** The definition, or a branch of a Parallel state. */
  readonly scope: string;
  /** Name of the state. */
  readonly name: string;
  /** The definition's names from its start, divided by slashes: `Each order/Charge`. */
  readonly path: string;
  readonly happening: Happening;
}

/** Reports what happens to states, for tools that follow the machine. */
export interface Observing {
  observe(given: Pick<Given, 'context' | 'self'>, at: ObservedPlace, happening: Happening): void;
}

export type Observer = (observation: Observation) => void;
