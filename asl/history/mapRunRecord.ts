import type { Happening, Observation } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { HistoryEvent } from './historyEvent.ts';
import type { ItemHistory } from './itemHistory.ts';

export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** The work on an item or a batch of items, which is an execution of its own in Step Functions. */
export interface ItemRun {
  /** Its place in the list. */
  readonly index: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly status: MapRunStatus | 'TIMED_OUT';
  readonly redrives: number;
}

/** The limits of a run, as the definition or its last update has them; a `maxConcurrency` of 0 is none. */
export interface MapRunLimits {
  readonly maxConcurrency: number;
  readonly toleratedCount?: number | undefined;
  readonly toleratedPercentage?: number | undefined;
}

/** An update of a run's limits, among those that have been written. */
export interface MapRunUpdate {
  /** From 1. The one with the highest number counts. */
  readonly number: number;
  readonly limits: MapRunLimits;
}

/** A run of a distributed Map state: how far its items have come. */
export class MapRunRecord {
  /** A UUID. */
  readonly run: string;
  readonly arn: string;
  readonly label: string;
  readonly startedAt: number;
  /** Address of the machine whose Map state it is, and the path of that state. */
  readonly actor: string;
  readonly path: string;
  limits: MapRunLimits = { maxConcurrency: 0 };
  /** The highest number of its updates. */
  updates = 0;
  /** Whether there is a list that is worked on: it has been read. */
  hasItems = false;
  /** Items, or batches, that there are to work on. */
  length = 0;
  redrives = 0;
  /** While its items were read, the run had this ARN: its id is drawn with the items. */
  readonly #formerArn: string | undefined;
  redrivenAt: number | undefined;
  readonly #children = new Map<number, ItemRun>();
  readonly #histories = new Map<number, ItemHistory>();
  #batches: readonly number[] | undefined;
  #writesResults = false;
  #hasWrittenOutcomes = false;
  /** Items that a redrive begins again, and that have not begun. */
  readonly #toRepeat = new Set<number>();
  #end: { readonly status: MapRunStatus; readonly at: number } | undefined;

  /** @param former the same run, before its id was drawn */
  constructor(
    facts: Pick<MapRunRecord, 'run' | 'arn' | 'label' | 'actor' | 'path'> & { readonly at: number },
    former?: MapRunRecord,
  ) {
    this.run = facts.run;
    this.arn = facts.arn;
    this.label = facts.label;
    this.actor = facts.actor;
    this.path = facts.path;
    this.startedAt = former?.startedAt ?? facts.at;
    this.#formerArn = former?.arn;
  }

  isNamed(arn: string): boolean {
    return arn === this.arn || arn === this.#formerArn;
  }

  get status(): MapRunStatus {
    return this.#end?.status ?? 'RUNNING';
  }

  get endedAt(): number | undefined {
    return this.#end?.at;
  }

  /** Those that have begun. */
  get children(): readonly ItemRun[] {
    return [...this.#children.values()];
  }

  /** A `ResultWriter` has written what they gave. */
  get hasWritten(): boolean {
    return this.#writesResults && (this.status === 'SUCCEEDED' || this.#hasWrittenOutcomes);
  }

  /** A run that has failed has written what there was. */
  wrote(): void {
    this.#hasWrittenOutcomes = true;
  }

  /** Items that one works on. */
  itemsOf(index: number): number {
    return this.#batches?.[index] ?? 1;
  }

  itemsStarted(happening: Extract<Happening, { type: 'itemsStarted' }>): void {
    this.limits = happening.limits;
    this.hasItems = true;
    this.length = happening.length;
    this.#batches = happening.batches;
    this.#writesResults = happening.writesResults;
  }

  updated({ number, limits }: MapRunUpdate): void {
    if (number <= this.updates) return;
    this.updates = number;
    this.limits = limits;
  }

  /** The events of an item, if they are built; undefined where it has not begun. */
  historyOf(index: number): readonly HistoryEvent[] | undefined {
    return this.#histories.get(index)?.events;
  }

  /** @param newHistory for an item whose events are built */
  observe(observation: Observation, newHistory?: () => ItemHistory): void {
    const { at, item, scope, happening } = observation;
    if (item === undefined) return;
    if (scope === '' && !this.#children.has(item)) {
      const child: ItemRun = { index: item, startedAt: at, status: 'RUNNING', redrives: 0 };
      this.#children.set(item, child);
      const history = newHistory?.();
      if (history) this.#histories.set(item, history);
      history?.started(at, happening.type === 'entered' ? happening.input : {});
    }
    if (scope === '' && this.#toRepeat.delete(item)) {
      const redrives = this.#children.get(item)?.redrives ?? 0;
      this.#histories.get(item)?.repeated(at, redrives, observation.actor);
    }
    this.observeWithin(item, observation);
    if (scope !== '') return;
    if (happening.type === 'exited' && happening.isLast) this.#endChild(item, at, 'SUCCEEDED');
    if (happening.type === 'scopeFailed') this.#endChild(item, at, 'FAILED', happening.failure);
  }

  /** Takes an observation of a machine that works for the item: it belongs to the item's history. */
  observeWithin(index: number, observation: Observation): void {
    this.#histories.get(index)?.observe(observation);
  }

  /** @param cut the status of items that are worked on */
  end(status: Exclude<MapRunStatus, 'RUNNING'>, at: number, cut: 'ABORTED' | 'TIMED_OUT' = 'ABORTED'): void {
    if (this.#end) return;
    this.#end = { status, at };
    for (const { index, status: its } of this.children) if (its === 'RUNNING') this.#endChild(index, at, cut);
  }

  /**
   * A redrive of the execution takes up what has not succeeded.
   *
   * @returns whether there is anything to take up
   */
  redriven(at: number): boolean {
    if (this.#end === undefined || this.#end.status === 'SUCCEEDED') return false;
    // A run that has written its outcomes has no machines of items any more.
    const beginsAgain = this.#writesResults && this.#end.status === 'FAILED';
    this.#end = undefined;
    this.redrives += 1;
    this.redrivenAt = at;
    for (const { index, startedAt, status, redrives } of this.children) {
      if (status === 'SUCCEEDED') continue;
      this.#children.set(index, { index, startedAt, status: 'RUNNING', redrives: redrives + 1 });
      if (beginsAgain) this.#toRepeat.add(index);
      else this.#histories.get(index)?.redriven(at, redrives + 1);
    }
    return true;
  }

  #endChild(
    index: number,
    endedAt: number,
    status: Exclude<ItemRun['status'], 'RUNNING'>,
    failure: Failure = {},
  ): void {
    const child = this.#children.get(index);
    if (!child) return;
    this.#children.set(index, { ...child, endedAt, status });
    const history = this.#histories.get(index);
    switch (status) {
      case 'SUCCEEDED':
        history?.succeeded(endedAt);
        return;
      case 'FAILED':
        history?.failed(endedAt, failure);
        return;
      case 'TIMED_OUT':
        history?.timedOut(endedAt);
        return;
      case 'ABORTED':
        history?.aborted(endedAt, {});
        return;
      default:
        status satisfies never;
    }
  }
}
