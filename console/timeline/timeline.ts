/** The course of an execution in time: lanes of bars and points under a band of states. Plain JSON; times are milliseconds since the epoch. */
export interface Timeline {
  readonly start: number;
  /** The last entry; for a live execution it moves on with the clock. */
  readonly end: number;
  /** The number of the last entry. */
  readonly lastEntry: number;
  /** Something is still open: bars without `to` end now. */
  readonly isLive: boolean;
  readonly lanes: readonly Lane[];
  readonly bars: readonly Bar[];
  readonly points: readonly TimelinePoint[];
  /** One after the other, without gaps. */
  readonly states: readonly StateBand[];
}

/** Events first, then workers and child machines in the order of their first start, then timers. */
export interface Lane {
  readonly id: string;
  readonly kind: 'events' | 'worker' | 'children' | 'timers';
  readonly label: string;
  /** Rows of bars that overlap, at least 1. */
  readonly rows: number;
}

/** A place in time, and the entry of the history that it belongs to. */
export interface Moment {
  readonly at: number;
  readonly entry: number;
}

/**
 * `attempt`: a worker runs. `retryWait`: between two attempts. `deferred`: the worker's function was throttled. `timer`: a
 * timer runs. `child`: a child execution runs. `suspended` and `machineWait` have the lane of events.
 */
export type BarKind = 'attempt' | 'retryWait' | 'deferred' | 'timer' | 'child' | 'suspended' | 'machineWait';

export type BarOutcome = 'succeeded' | 'failed' | 'timedOut' | 'stopped' | 'cancelled' | 'due';

export interface Bar {
  readonly kind: BarKind;
  /** Id of its lane, and its row there, from 0. */
  readonly lane: string;
  readonly row: number;
  readonly label: string;
  readonly from: Moment;
  /** Absent while it runs. */
  readonly to?: Moment;
  /** Absent while it runs. */
  readonly outcome?: BarOutcome;
  /** For an attempt, and the waits between attempts. */
  readonly task?: number;
  readonly attempt?: number;
  /** For an item of a list: its place in the list. */
  readonly index?: number;
  /** For a child: its execution id. */
  readonly executionId?: string;
  /** For a retry, a deferred task or a timer that still runs: when it is due. */
  readonly dueAt?: number;
}

export interface TimelinePoint {
  readonly kind: 'event' | 'control' | 'message';
  readonly lane: string;
  readonly label: string;
  readonly at: Moment;
  /** Events that nothing took are drawn hollow. */
  readonly isIgnored: boolean;
}

export interface StateBand {
  readonly label: string;
  readonly from: Moment;
  readonly to?: Moment;
}

/**
 * Where times are on the page. `collapsed`: idle gaps have one narrow width. `real`: everything is to scale. `byEntry`: every
 * entry takes the same width.
 */
export interface Scale {
  readonly zoom: Zoom;
  readonly width: number;
  /** One after the other from left to right, without gaps. */
  readonly segments: readonly Segment[];
}

export type Zoom = 'collapsed' | 'real' | 'byEntry';

/** A stretch of the scale, linear in itself. */
export interface Segment {
  /** Milliseconds since the epoch; entry numbers in a scale by entry. */
  readonly from: number;
  readonly to: number;
  readonly x0: number;
  readonly x1: number;
  /** An idle gap: draw it hatched, with its duration. */
  readonly isCollapsed: boolean;
}
