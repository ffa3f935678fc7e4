import type { HistoryEffect, HistoryEntry, Transition } from '../../client/index.ts';
import type { EdgeId, NodeId } from './model.ts';
import type { ChartPath, ChartWait } from './path.ts';
import type { Position, StateChart } from './stateChart.ts';

/** The entries between two states that are kept whole. */
const interval = 500;

/**
 * An execution's path on its chart, at any entry of its history. It keeps what it has computed at every 500th entry, so that a
 * move to any other one is quick.
 */
export class ChartPaths {
  readonly #chart: StateChart;
  readonly #entries: HistoryEntry[] = [];
  /** By how many entries have been taken: 0, 500, 1000, … */
  readonly #kept: PathState[] = [emptyState];

  constructor(chart: StateChart, entries: Iterable<HistoryEntry> = []) {
    this.#chart = chart;
    this.add(entries);
  }

  /** Adds entries that came after those that it has, in order. */
  add(entries: Iterable<HistoryEntry>): void {
    for (const entry of entries) this.#entries.push(entry);
  }

  /** @param at number of an entry; one that is not there counts as the last one before */
  at(at: number): ChartPath {
    let count = this.#entries.findLastIndex(({ number }) => number <= at) + 1;
    if (at >= (this.#entries.at(-1)?.number ?? 0)) count = this.#entries.length;
    let place = Math.min(Math.floor(count / interval), this.#kept.length - 1);
    let state = this.#kept[place] ?? emptyState;
    for (let done = place * interval; done < count; ) {
      const next = Math.min(count, done + interval);
      state = this.#advanced(state, this.#entries.slice(done, next));
      done = next;
      if (done % interval === 0) this.#kept[++place] = state;
    }
    return pathOfState(state, this.#entries[count - 1]?.number ?? 0);
  }

  #advanced(state: PathState, entries: readonly HistoryEntry[]): PathState {
    const run = new PathRun(this.#chart, state);
    for (const entry of entries) run.take(entry);
    return run.state();
  }
}

/** The path after one entry, computed from the start. */
export function pathOf(chart: StateChart, history: Iterable<HistoryEntry>, at: number): ChartPath {
  return new ChartPaths(chart, history).at(at);
}

interface OpenTask {
  readonly node: NodeId | undefined;
  readonly worker: string;
  readonly attempt: number;
  readonly since: string;
  /** The next attempt begins then. */
  readonly retryAt?: string;
}

interface PathState extends Position {
  readonly visits: ReadonlyMap<NodeId, number>;
  readonly taken: ReadonlyMap<EdgeId, number>;
  readonly last: readonly EdgeId[];
  readonly entered: readonly NodeId[];
  readonly failed?: NodeId | undefined;
  readonly tasks: ReadonlyMap<number, OpenTask>;
  readonly children: ReadonlyMap<string, { readonly node: NodeId; readonly since: string }>;
  /** By the event's type. */
  readonly timers: ReadonlyMap<string, string>;
}

const emptyState: PathState = {
  active: [],
  remembered: new Map(),
  visits: new Map(),
  taken: new Map(),
  last: [],
  entered: [],
  tasks: new Map(),
  children: new Map(),
  timers: new Map(),
};

class PathRun {
  readonly #chart: StateChart;
  readonly #visits: Map<NodeId, number>;
  readonly #taken: Map<EdgeId, number>;
  readonly #tasks: Map<number, OpenTask>;
  readonly #children: Map<string, { readonly node: NodeId; readonly since: string }>;
  readonly #timers: Map<string, string>;
  #position: Position;
  #last: readonly EdgeId[];
  #entered: readonly NodeId[];
  #failed: NodeId | undefined;

  constructor(chart: StateChart, state: PathState) {
    this.#chart = chart;
    this.#visits = new Map(state.visits);
    this.#taken = new Map(state.taken);
    this.#tasks = new Map(state.tasks);
    this.#children = new Map(state.children);
    this.#timers = new Map(state.timers);
    this.#position = state;
    this.#last = state.last;
    this.#entered = state.entered;
    this.#failed = state.failed;
  }

  take(entry: HistoryEntry): void {
    this.#last = [];
    this.#entered = [];
    const { transition } = entry;
    if (!transition) return;
    // A redrive takes up what had failed.
    if (transition.ended === undefined && transition.to !== undefined) this.#failed = undefined;
    const failing = this.#taskOf(entry);
    this.#move(transition);
    for (const effect of transition.effects) this.#follow(effect, entry.at ?? '');
    const isOver = entry.kind === 'result' && transition.ended !== 'FAILED';
    if (isOver && entry.task !== undefined && !transition.effects.some(isRetryOf(entry.task))) {
      this.#tasks.delete(entry.task);
    }
    if (entry.sender !== undefined) this.#children.delete(entry.sender);
    if (transition.ended !== undefined) this.#end(transition, failing);
  }

  state(): PathState {
    return {
      active: this.#position.active,
      remembered: this.#position.remembered,
      visits: this.#visits,
      taken: this.#taken,
      last: this.#last,
      entered: this.#entered,
      failed: this.#failed,
      tasks: this.#tasks,
      children: this.#children,
      timers: this.#timers,
    };
  }

  #move({ taken, to }: Transition): void {
    for (const id of taken) this.#taken.set(id, (this.#taken.get(id) ?? 0) + 1);
    if (to === undefined) return;
    const { entered, active, remembered } = this.#chart.follow(this.#position, taken, to);
    for (const id of entered) this.#visits.set(id, (this.#visits.get(id) ?? 0) + 1);
    this.#last = taken;
    this.#entered = entered;
    this.#position = { active, remembered };
  }

  #follow(effect: HistoryEffect, at: string): void {
    switch (effect.type) {
      case 'taskStarted': {
        if (effect.index !== undefined && this.#tasks.has(effect.task)) return;
        const known = this.#tasks.get(effect.task)?.node;
        const node = known ?? this.#ownerOf(effect.worker);
        this.#tasks.set(effect.task, { node, worker: effect.worker, attempt: effect.attempt, since: at });
        return;
      }
      case 'retrySet':
      case 'taskDeferred': {
        const task = this.#tasks.get(effect.task);
        const { worker, attempt, at: retryAt } = effect;
        this.#tasks.set(effect.task, {
          node: task?.node,
          since: task?.since ?? at,
          worker,
          attempt,
          retryAt,
        });
        return;
      }
      case 'taskStopped':
        this.#tasks.delete(effect.task);
        return;
      case 'childStarted': {
        const node = this.#ownerOf(effect.machine);
        if (node !== undefined) this.#children.set(effect.executionId, { node, since: at });
        return;
      }
      case 'timerSet':
        this.#timers.set(typeOf(effect.event), effect.dueAt);
        return;
      case 'timerDue':
      case 'timerCancelled':
        this.#timers.delete(typeOf(effect.event));
        return;
      case 'taskTimedOut':
      case 'messagesSent':
      case 'action':
      case 'log':
      case 'emitted':
        return;
    }
  }

  /** The state that invokes it: one that was entered just now and has no task of it yet, or else any active one. */
  #ownerOf(worker: string): NodeId | undefined {
    const owners = this.#chart.invokersOf(worker);
    const taken = new Set([...this.#tasks.values()].map(({ node }) => node));
    const free = (id: NodeId) => owners.has(id) && !taken.has(id);
    return (
      this.#entered.find(free) ??
      this.#position.active.find(free) ??
      this.#position.active.find((id) => owners.has(id))
    );
  }

  #taskOf({ task }: HistoryEntry): NodeId | undefined {
    return task === undefined ? undefined : this.#tasks.get(task)?.node;
  }

  #end({ ended }: Transition, failing: NodeId | undefined): void {
    this.#timers.clear();
    if (ended === 'SUCCEEDED') {
      this.#tasks.clear();
      return;
    }
    // Without a task that failed, it is the innermost active state.
    this.#failed = failing ?? this.#position.active.at(-1);
  }
}

function isRetryOf(task: number): (effect: HistoryEffect) => boolean {
  return (effect) => effect.type === 'retrySet' && effect.task === task;
}

function typeOf(event: unknown): string {
  const isEvent = typeof event === 'object' && event !== null && 'type' in event;
  return isEvent ? String(event.type) : JSON.stringify(event);
}

function pathOfState(state: PathState, at: number): ChartPath {
  const { active, visits, taken, last, entered, failed, tasks } = state;
  const attempts = [...tasks.values()].flatMap(({ node, attempt }) =>
    node !== undefined && attempt > 1 ? [[node, attempt] as const] : [],
  );
  return {
    at,
    active: failed === undefined ? active : [],
    visits: Object.fromEntries(visits),
    taken: Object.fromEntries(taken),
    last,
    entered,
    ...(failed !== undefined && { failed }),
    waiting: failed === undefined ? waitsOf(state) : [],
    attempts: Object.fromEntries(attempts),
  };
}

const afterType = /^xstate\.after\.(?<delay>.+)$/;

function waitsOf({ active, tasks, children, timers }: PathState): readonly ChartWait[] {
  const isActive = new Set(active);
  const ofTasks = [...tasks.values()].flatMap(({ node, worker, attempt, since, retryAt }): ChartWait[] => {
    if (node === undefined || !isActive.has(node)) return [];
    return retryAt === undefined
      ? [{ type: 'task', node, worker, attempt, since }]
      : [{ type: 'retry', node, worker, attempt, at: retryAt }];
  });
  const ofChildren = [...children].flatMap(([executionId, { node, since }]): ChartWait[] =>
    isActive.has(node) ? [{ type: 'child', node, executionId, since }] : [],
  );
  const ofTimers = [...timers].flatMap(([type, dueAt]): ChartWait[] => {
    const rest = afterType.exec(type)?.groups?.delay;
    const node = rest === undefined ? undefined : active.find((id) => rest.endsWith(`.${id}`));
    return node === undefined ? [] : [{ type: 'timer', node, edge: `${node}|${type}|0`, dueAt }];
  });
  return [...ofTasks, ...ofChildren, ...ofTimers];
}
