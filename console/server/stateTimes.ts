import type { ExecutionStatus, HistoryEntry } from '../../client/index.ts';

/** How long a state was active, once. */
export interface StateVisit {
  /** Keys from the root, joined by dots. */
  readonly state: string;
  readonly ms: number;
}

export interface Course {
  readonly visits: readonly StateVisit[];
  /** Leaf states in which the execution failed. */
  readonly failedIn: readonly string[];
  /** Attempts of tasks. */
  readonly taskSteps: number;
  /** What Step Functions would bill: each state entered, each retry, and the Fail state of an execution that failed. */
  readonly stateTransitions: number;
  /** How it ended, and in which leaf states. */
  readonly end?: { readonly status: ExecutionStatus; readonly state: string };
}

/** The leaf states that a state value names. */
export function leavesOf(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'string') return [path === '' ? value : `${path}.${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const under = path === '' ? key : `${path}.${key}`;
    const leaves = leavesOf(inner, under);
    return leaves.length === 0 ? [under] : leaves;
  });
}

const failures: readonly (ExecutionStatus | undefined)[] = ['FAILED', 'TIMED_OUT', 'ABORTED'];

/** Times and failures of states, by a replayed history. */
export function courseOf(entries: readonly HistoryEntry[]): Course {
  const since = new Map<string, number>();
  const visits: StateVisit[] = [];
  let failedIn: readonly string[] = [];
  let [stateTransitions, taskSteps] = [0, 0];
  let end: Course['end'];
  for (const { at, attempt, kind, transition } of entries) {
    if (at === undefined || !transition) continue;
    const now = Date.parse(at);
    // After a redrive, the time since the failure is not the state's.
    if (end) for (const state of since.keys()) since.set(state, now);
    end = undefined;
    const active = leavesOf(transition.to);
    const before = leavesOf(transition.from);
    if (kind === 'result' && (attempt ?? 1) > 1) stateTransitions += 1;
    for (const state of [...since.keys()].filter((each) => !active.includes(each))) {
      visits.push({ state, ms: now - (since.get(state) ?? now) });
      since.delete(state);
    }
    for (const state of active.filter((each) => !since.has(each))) {
      since.set(state, now);
      stateTransitions += 1;
    }
    taskSteps += transition.effects.filter(({ type }) => type === 'taskStarted').length;
    if (transition.ended === undefined) continue;
    const isFailure = failures.includes(transition.ended);
    const left = before.length > 0 ? before : active;
    if (isFailure) {
      failedIn = left;
      stateTransitions += 1;
      for (const [state, begun] of since) visits.push({ state, ms: now - begun });
    }
    end = { status: transition.ended, state: (isFailure ? left : active).join(', ') };
  }
  return { visits, failedIn, taskSteps, stateTransitions, ...(end && { end }) };
}

/** The value below which a share of the sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
