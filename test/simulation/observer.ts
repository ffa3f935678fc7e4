import { isDeepStrictEqual } from 'node:util';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { openTasks } from '../../orchestrator/core/execution/lists/runningList.ts';
import { type Execution, hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { countLogEntries, hasInlined, parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { type OpenTask, taskKey } from '../../orchestrator/core/execution/model/openTask.ts';
import { parseMachineState } from '../../orchestrator/core/machine/index.ts';
import { type Attributes, attributesSize } from '../../orchestrator/table/attributes.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { neverMs } from '../../orchestrator/table/schema.ts';
import { Attempts } from './attempts.ts';
import type { FaultProfile } from './faults.ts';
import { InvariantError } from './invariantError.ts';

/** The stored state after so many entries of the log. */
export interface Stored {
  readonly entries: number;
  readonly snapshot: string | undefined;
}

/** A result that has been in the table for this long when its attempt is given up was overlooked. */
const overlookedAfterMs = 20_000;
/** By which the clocks of processes can be ahead. */
export const mostSkewMs = 1500;
/** Checks a few commits one after the other. */
const longestOutboxMs = 500;
/** The parts of an item's log: the segments that were split off, and the entries of one commit. */
const longestLog = 400;

/** Each wake fires them all, and starts what they lead to. */
const mostTimers = 5;
/** The attempts of an execution: lambda.ts. */
const mostTasksAnswered = 40;
const mostTasks = 9;

/** Sees every write, and checks what must hold after each. */
export class Observer {
  readonly stored = new Map<string, Stored[]>();
  readonly insertedAt = new Map<string, number>();
  commits = 0;
  /** Whether the execution that was committed last has more to do than a run should take. */
  isBusy = false;
  readonly #now: () => number;
  readonly #current = new Map<string, Execution>();
  readonly #entries = new Map<string, number>();
  readonly attempts: Attempts;
  readonly #chainedCommits = new Set<string>();
  readonly #runOfCause = new Map<string, number>();
  /** When each version was written. */
  readonly #committedAt = new Map<string, number>();
  readonly #isCalm: boolean;
  #problem: InvariantError | undefined;

  constructor(now: () => number, profile: FaultProfile) {
    this.#now = now;
    this.#isCalm = Object.keys(profile).length === 0;
    this.attempts = new Attempts(now, profile.slowCall !== undefined);
  }

  /** @throws InvariantError the first that was broken */
  check(): void {
    if (this.#problem) throw this.#problem;
  }

  onWrite(item: Attributes, before: Attributes | undefined): void {
    this.#remember(() => {
      const executionId = item.executionId?.S ?? '';
      const sort = item.item?.S ?? '';
      if (before && isPostponed(item, before)) return;
      if (sort === 'execution') this.#onCommit(decodeExecution(item), item);
      else if (!sort.startsWith('log#') && !sort.startsWith('beat#')) {
        if (before && isSamePage(item, before)) return;
        if (before) throw new InvariantError(1, executionId, `the journal item '${sort}' was overwritten.`);
        this.insertedAt.set(`${executionId}/${sort}`, this.#now());
      }
    });
  }

  onInvoke(payload: TaskPayload): void {
    this.#remember(() => this.attempts.onInvoke(payload));
  }

  onCancel(payload: TaskPayload): void {
    this.#remember(() => {
      const execution = this.#current.get(payload.executionId);
      if (execution) checkAbandoned(execution, payload);
    });
  }

  /** A chain, named by its cause, begins a task after one of its commits. */
  onChained(payload: TaskPayload, cause: string): void {
    this.#remember(() => this.attempts.onChained(payload, cause));
  }

  /** Without a fault, the tasks of a commit are in one chain. */
  onChain(payload: TaskPayload): void {
    if (!this.#isCalm) return;
    this.#remember(() => {
      const commit = `${payload.executionId} ${this.attempts.versionOf(payload)}`;
      if (this.#chainedCommits.has(commit)) {
        const what = `commit ${commit} is worked on by two chains.`;
        throw new InvariantError(10, payload.executionId, what);
      }
      this.#chainedCommits.add(commit);
    });
  }

  /** A run of a chain commits under its cause. */
  onChainCommit(executionId: string, cause: string, run: number): void {
    this.#remember(() => {
      const key = `${executionId} ${cause}`;
      const known = this.#runOfCause.get(key) ?? run;
      this.#runOfCause.set(key, run);
      if (known === run) return;
      throw new InvariantError(10, executionId, `two runs of a chain have the cause ${cause}.`);
    });
  }

  /**
   * A commit for an item that its writer has told of was lost to an earlier one: it was not on top of what was there when the
   * invocation began, so it was on top of memory.
   */
  onLostCommit(executionId: string, version: number, since: number): void {
    this.#remember(() => {
      const at = this.#committedAt.get(`${executionId} ${version}`);
      if (at === undefined || at >= since) return;
      const what = `a nudged item was applied on top of version ${version - 1}, which was over for ${since - at} ms.`;
      throw new InvariantError(10, executionId, what);
    });
  }

  /** A nudge that failed, and was recovered. */
  onNudgeLeft(executionId: string, item: string): void {
    this.#remember(() => {
      throw new InvariantError(7, executionId, `'${item}' of a nudge that failed was never dispatched.`);
    });
  }

  onForgotten(executionId: string, item: string): void {
    this.#remember(() => {
      throw new InvariantError(
        7,
        executionId,
        `a chain has forgotten the result of '${item}', which is open.`,
      );
    });
  }

  onLeft(executionId: string, item: string): void {
    this.#remember(() => {
      throw new InvariantError(7, executionId, `'${item}' of a chain that failed is left open.`);
    });
  }

  /** An observer must not throw into what it looks at. */
  #remember(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error;
      this.#problem ??= error;
    }
  }

  /** Forgets an execution that was deleted: another may have its id. */
  forget(executionId: string): void {
    this.stored.delete(executionId);
    this.#current.delete(executionId);
    this.#entries.delete(executionId);
    this.attempts.forget(executionId);
    for (const key of this.#chainedCommits) {
      if (key.startsWith(`${executionId} `)) this.#chainedCommits.delete(key);
    }
    for (const key of this.#committedAt.keys()) {
      if (key.startsWith(`${executionId} `)) this.#committedAt.delete(key);
    }
    for (const key of this.#runOfCause.keys()) {
      if (key.startsWith(`${executionId} `)) this.#runOfCause.delete(key);
    }
    for (const key of [...this.insertedAt.keys()]) {
      if (key.startsWith(`${executionId}/`)) this.insertedAt.delete(key);
    }
  }

  #onCommit(execution: Execution, item: Attributes): void {
    this.commits++;
    const { executionId } = execution;
    const before = this.#current.get(executionId);
    this.#current.set(executionId, execution);
    this.#committedAt.set(`${executionId} ${execution.version}`, this.#now());
    this.attempts.onCommit(before, execution);
    const added = this.#countEntries(before, execution);
    this.#checkVersion(before, execution);
    this.#checkEnd(before, execution, added);
    this.#checkGivenUp(before, execution);
    this.#checkAnswered(before, execution);
    this.#checkOutbox(before);
    this.isBusy =
      checkWakeAt(execution, item, this.#now()) > mostTimers || execution.tasks.length > mostTasks;
    this.#checkLog(execution, item, added);
  }

  /** Invariant 9. A log with inlined results is as long as it costs nothing. */
  #checkLog({ executionId, log }: Execution, { log: stored, ...rest }: Attributes, added: number): void {
    if (!hasInlined(log)) {
      if (log.length <= longestLog + 40 * added) return;
      throw new InvariantError(9, executionId, `its log has ${log.length} characters.`);
    }
    // A checkpoint pays for its many entries at once.
    const isInlinedLast = added === 1 && parseLog(log).at(-1)?.kind === 'inlined';
    const unitsOf = (item: Attributes) => Math.ceil(attributesSize(item) / 1024);
    const empty = { ...rest, log: { S: '' } };
    if (!isInlinedLast || !stored || unitsOf({ ...rest, log: stored }) === unitsOf(empty)) return;
    throw new InvariantError(9, executionId, 'its inlined results cost a write unit.');
  }

  #countEntries(before: Execution | undefined, after: Execution): number {
    const { executionId } = after;
    // A segment is in the item no more, and was counted before.
    const isSplit = before !== undefined && after.logSegments > before.logSegments;
    const own = countLogEntries(after.log);
    const earlier = before ? countLogEntries(before.log) : 0;
    const entries = isSplit ? undefined : (this.#entries.get(executionId) ?? 0) + own - earlier;
    const total = entries ?? (this.#entries.get(executionId) ?? 0) + own - keptOf(before, after);
    this.#entries.set(executionId, total);
    const stored = this.stored.get(executionId) ?? [];
    stored.push({ entries: total, snapshot: after.snapshot });
    this.stored.set(executionId, stored);
    return total - (stored.at(-2)?.entries ?? 0);
  }

  #checkVersion(before: Execution | undefined, { executionId, version }: Execution): void {
    const expected = (before?.version ?? 0) + 1;
    if (version !== expected) {
      throw new InvariantError(7, executionId, `version ${version} was written over ${expected - 1}.`);
    }
  }

  /** Ends are final: only a redrive takes one back, and that is in the log. */
  #checkEnd(before: Execution | undefined, after: Execution, added: number): void {
    if (!before || !hasEnded(before.status)) return;
    if (before.status === after.status && before.endedAt === after.endedAt) return;
    if (before.status !== 'SUCCEEDED') {
      const entries = after.log.split(';').slice(1).slice(-added);
      if (after.waiting?.isRedrive || entries.some((entry) => /^[em]/.test(entry))) return;
    }
    throw new InvariantError(
      7,
      after.executionId,
      `it ended ${before.status}, and then became ${after.status}.`,
    );
  }

  /** Writes that did not fit into a transaction follow it at once: the clock does them only after a crash. */
  #checkOutbox(before: Execution | undefined): void {
    if (!this.#isCalm || !before?.outbox) return;
    const ms = this.#now() - before.updatedAt;
    if (ms <= longestOutboxMs) return;
    throw new InvariantError(7, before.executionId, `its outbox was sent ${ms} ms after its commit.`);
  }

  /** Without a fault, every task is run, and its result is taken. */
  #checkAnswered(before: Execution | undefined, after: Execution): void {
    if (!this.#isCalm || before?.status !== 'RUNNING' || before.waiting || after.status !== 'RUNNING') return;
    for (const task of before.tasks) {
      const isOverdue = (task.deadline ?? Number.POSITIVE_INFINITY) <= after.updatedAt;
      if (!isOverdue || task.waitsForResult || task.task >= mostTasksAnswered) continue;
      // A look at a job that goes on has no result.
      if (task.work === 'awaits') continue;
      if (isTaken(after, task)) continue;
      const isOpen = after.tasks.some((other) => other.task === task.task && other.attempt === task.attempt);
      if (isOpen) continue;
      const what = `'${taskKey(task)}' was given up without a fault.`;
      throw new InvariantError(7, after.executionId, what);
    }
  }

  /** A result that is there when its attempt is given up counts. */
  #checkGivenUp(before: Execution | undefined, after: Execution): void {
    if (before?.status !== 'RUNNING' || before.waiting || after.status === 'ABORTED') return;
    for (const task of before.tasks) {
      const isOpen = after.tasks.some((other) => other.task === task.task && other.attempt === task.attempt);
      if (isOpen || (dueOf(task) ?? Number.POSITIVE_INFINITY) > after.updatedAt) continue;
      const at = this.insertedAt.get(`${after.executionId}/${taskKey(task)}`);
      if (at === undefined || this.#now() - at < overlookedAfterMs) continue;
      if (isTaken(after, task)) continue;
      // No task of a state that was left meanwhile is awaited.
      const next = after.tasks.find((other) => other.task === task.task);
      if (!next) continue;
      throw new InvariantError(
        7,
        after.executionId,
        `'${taskKey(task)}' was given up though its result was there.`,
      );
    }
  }
}

/** No work is cancelled that a task still waits for: neither the task of the cancellation, nor another. */
function checkAbandoned({ executionId, status, tasks }: Execution, { item, input }: TaskPayload): void {
  if (hasEnded(status)) return;
  const waits = tasks.find(
    (task) =>
      task.work !== 'cancelled' &&
      (taskKey(task) === item || (task.work === 'awaits' && isDeepStrictEqual(task.input, input))),
  );
  if (!waits) return;
  throw new InvariantError(
    5,
    executionId,
    `the work of '${item}' is cancelled, and '${taskKey(waits)}' is open.`,
  );
}

function isTaken({ log }: Execution, task: OpenTask): boolean {
  const key = taskKey(task).slice('task#'.length);
  return log.includes(`;t${key}~`) || log.includes(`;i${key}~`);
}

/** Nothing but its expiry is another, and a later one. */
function isPostponed(
  { expiresAt, ...item }: Attributes,
  { expiresAt: first, ...before }: Attributes,
): boolean {
  if (expiresAt === undefined || first === undefined) return false;
  return Number(expiresAt.N) > Number(first.N) && JSON.stringify(item) === JSON.stringify(before);
}

/** How many entries of before are still in the item after its log was split. */
function keptOf(before: Execution | undefined, after: Execution): number {
  if (!before) return 0;
  const rest = after.log.split(';').slice(1);
  const earlier = before.log.split(';').slice(1);
  const place = earlier.findIndex((_, from) => earlier.slice(from).every((entry, i) => entry === rest[i]));
  return place < 0 ? 0 : earlier.length - place;
}

function dueOf({ dispatchAt, deadline, heartbeatAt, startBy }: OpenTask): number | undefined {
  if (dispatchAt !== undefined) return dispatchAt;
  const times = [deadline, heartbeatAt, startBy].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Two orchestrators that race write the same page of a list. */
function isSamePage({ item, items }: Attributes, before: Attributes): boolean {
  return item?.S?.startsWith('items#') === true && JSON.stringify(items) === JSON.stringify(before.items);
}

/** Invariant 6, found out without the code that decides on it. Answers how many timers there are. */
function checkWakeAt(execution: Execution, item: Attributes, now: number): number {
  const { executionId, status, wakeAt, waiting, snapshot, outbox, timeoutAt } = execution;
  const fail = (what: string, at: number) => {
    throw new InvariantError(6, executionId, `it waits for ${what} at ${at}; its wakeAt is ${wakeAt}.`);
  };
  // With an outbox it is woken as soon as can be, for that and for what is overdue.
  const soonest = outbox ? now + mostSkewMs : 0;
  const isWoken = (at: number) => wakeAt !== undefined && wakeAt <= Math.max(at, soonest);
  if (outbox && !isWoken(soonest)) fail('its outbox', now);
  if (status !== 'RUNNING') return 0;
  const inIndex = Number(item.mr_sk?.N);
  if (!item.mr_pk?.S?.startsWith('due#') || inIndex !== (wakeAt ?? neverMs)) {
    throw new InvariantError(6, executionId, `the index has ${inIndex}, wakeAt is ${wakeAt}.`);
  }
  if (timeoutAt !== undefined && !isWoken(timeoutAt)) fail('its timeout', timeoutAt);
  if (waiting) {
    if (!isWoken(waiting.nextAttemptAt)) fail('its machine', waiting.nextAttemptAt);
    return 0;
  }
  for (const task of openTasks(execution)) {
    const at = dueOf(task);
    if (at === undefined && !task.waitsForResult) {
      throw new InvariantError(7, executionId, `task ${task.task} has no deadline.`);
    }
    if (at !== undefined && !isWoken(at)) fail(`task ${task.task}`, at);
  }
  const { timers } = snapshot === undefined ? { timers: [] } : parseMachineState(snapshot);
  for (const { dueAt } of timers) if (!isWoken(dueAt)) fail('a timer', dueAt);
  return timers.length;
}
