import type { Bar, BarOutcome, Lane, Moment, StateBand, Timeline, TimelinePoint } from './timeline.ts';

type OpenBar = Omit<Bar, 'row' | 'to' | 'outcome'>;

interface Pending {
  readonly bar: OpenBar;
  to?: Moment;
  outcome?: BarOutcome;
}

/** Collects bars, points and bands in the order of the history, and puts bars into rows at the end. */
export class TimelineBuilder {
  readonly #bars: Pending[] = [];
  /** By key: the bars that are not closed. */
  readonly #open = new Map<string, Pending>();
  readonly #keysOfTasks = new Map<number, Set<string>>();
  readonly #points: TimelinePoint[] = [];
  readonly #bands: StateBand[] = [];
  readonly #lanes = new Map<string, Omit<Lane, 'rows'>>();
  #first: Moment | undefined;
  #last: Moment = { at: 0, entry: 0 };

  moment(moment: Moment): void {
    this.#first ??= moment;
    this.#last = { at: Math.max(this.#last.at, moment.at), entry: moment.entry };
  }

  lane(kind: Lane['kind'], label: string): string {
    const id = kind === 'events' || kind === 'timers' ? kind : `${kind} ${label}`;
    if (!this.#lanes.has(id)) this.#lanes.set(id, { id, kind, label });
    return id;
  }

  point(point: TimelinePoint): void {
    this.lane('events', 'events');
    this.#points.push(point);
  }

  open(key: string, bar: OpenBar): void {
    if (bar.lane === 'events') this.lane('events', 'events');
    const pending: Pending = { bar };
    this.close(key, bar.from, 'stopped');
    this.#open.set(key, pending);
    this.#bars.push(pending);
    if (bar.kind === 'attempt' && bar.task !== undefined) {
      const keys = this.#keysOfTasks.get(bar.task) ?? new Set();
      this.#keysOfTasks.set(bar.task, keys.add(key));
    }
  }

  close(key: string, to: Moment, outcome: BarOutcome): void {
    const pending = this.#open.get(key);
    if (!pending) return;
    pending.to = to;
    pending.outcome = outcome;
    this.#open.delete(key);
    if (pending.bar.task !== undefined) this.#keysOfTasks.get(pending.bar.task)?.delete(key);
  }

  /** Closes the attempts of a task, those of its items included. */
  closeTask(task: number, attempt: number, to: Moment, outcome: BarOutcome): void {
    for (const key of [...(this.#keysOfTasks.get(task) ?? [])]) {
      const isItem = this.#open.get(key)?.bar.index !== undefined;
      if (isItem || this.#open.get(key)?.bar.attempt === attempt) this.close(key, to, outcome);
    }
  }

  state(label: string, from: Moment): void {
    const last = this.#bands.at(-1);
    if (last?.label === label && last.to === undefined) return;
    if (last && last.to === undefined) this.#bands[this.#bands.length - 1] = { ...last, to: from };
    this.#bands.push({ label, from });
  }

  /** The execution has ended: nothing is open any more. A redrive may open more. */
  end(at: Moment): void {
    const last = this.#bands.at(-1);
    if (last && last.to === undefined) this.#bands[this.#bands.length - 1] = { ...last, to: at };
    for (const [key, { bar }] of [...this.#open]) {
      this.close(key, at, bar.kind === 'timer' ? 'cancelled' : 'stopped');
    }
  }

  timeline(now: number): Timeline {
    const isLive = this.#open.size > 0;
    const rows = new Rows();
    const bars = this.#bars.map(
      ({ bar, to, outcome }): Bar => ({
        ...bar,
        row: rows.place(bar, to?.at ?? Number.POSITIVE_INFINITY),
        ...(to && { to }),
        ...(outcome && { outcome }),
      }),
    );
    const order = (lane: Omit<Lane, 'rows'>) => (lane.kind === 'events' ? 0 : lane.kind === 'timers' ? 2 : 1);
    return {
      start: this.#first?.at ?? now,
      end: isLive ? Math.max(now, this.#last.at) : this.#last.at,
      lastEntry: this.#last.entry,
      isLive,
      lanes: [...this.#lanes.values()]
        .sort((a, b) => order(a) - order(b))
        .map((lane) => ({ ...lane, rows: Math.max(1, rows.count(lane.id)) })),
      bars,
      points: [...this.#points],
      states: [...this.#bands],
    };
  }
}

/** Each bar takes the first row of its lane that is free; the attempts of a task stay in one row. */
class Rows {
  /** By lane: until when each row is taken. */
  readonly #takenUntil = new Map<string, number[]>();
  readonly #rowOfTask = new Map<string, number>();

  place({ lane, task, index, from }: OpenBar, to: number): number {
    const rows = this.#takenUntil.get(lane) ?? [];
    this.#takenUntil.set(lane, rows);
    const key = task === undefined ? undefined : `${lane} ${task}.${index ?? ''}`;
    const known = key === undefined ? undefined : this.#rowOfTask.get(key);
    const isFree = known !== undefined && (rows[known] ?? 0) <= from.at;
    const free = isFree ? known : rows.findIndex((until) => until <= from.at);
    const row = free < 0 ? rows.length : free;
    rows[row] = Math.max(to, from.at);
    if (key !== undefined) this.#rowOfTask.set(key, row);
    return row;
  }

  count(lane: string): number {
    return this.#takenUntil.get(lane)?.length ?? 0;
  }
}
