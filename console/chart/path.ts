import type { EdgeId, NodeId } from './model.ts';

/** The course of an execution on its chart, up to one entry of its history. Plain JSON. */
export interface ChartPath {
  /** Number of the entry after which it is so. */
  readonly at: number;
  /** Active states, each group before what is in it. Empty once the execution has failed. */
  readonly active: readonly NodeId[];
  /** How often each state was entered. A retry does not count: see `attempts`. */
  readonly visits: Readonly<Record<NodeId, number>>;
  /** How often each transition was taken, `always` included. */
  readonly taken: Readonly<Record<EdgeId, number>>;
  /** The transitions that were taken with the entry `at`, in order. */
  readonly last: readonly EdgeId[];
  /** The states that the entry `at` entered, in order. */
  readonly entered: readonly NodeId[];
  /** The state in which the execution failed, timed out or was aborted. */
  readonly failed?: NodeId;
  /** The things that active states wait for. */
  readonly waiting: readonly ChartWait[];
  /** The attempts of the tasks that are open, or that failed the execution: only those beyond the first. */
  readonly attempts: Readonly<Record<NodeId, number>>;
}

/** Something that an active state waits for. Times are ISO 8601. */
export type ChartWait =
  | { readonly type: 'timer'; readonly node: NodeId; readonly edge?: EdgeId; readonly dueAt: string }
  | {
      readonly type: 'retry';
      readonly node: NodeId;
      readonly worker: string;
      readonly attempt: number;
      readonly at: string;
    }
  | {
      readonly type: 'task';
      readonly node: NodeId;
      readonly worker: string;
      readonly attempt: number;
      readonly since: string;
    }
  | { readonly type: 'child'; readonly node: NodeId; readonly executionId: string; readonly since: string };
