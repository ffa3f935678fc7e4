import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { openTasks } from '../../orchestrator/core/execution/lists/runningList.ts';
import { type Execution, hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { type OpenTask, taskKey } from '../../orchestrator/core/execution/model/openTask.ts';
import { InvariantError } from './invariantError.ts';
import { sprint } from './relay.ts';

/** Between the read that an instance decides by, and the invocation, where no call is slow. */
const mostDecisionMs = 5000;

/** Attempts of tasks, from the commits that open them to those that close them. */
export class Attempts {
  readonly #now: () => number;
  readonly #hasSlowCalls: boolean;
  /** By `executionId/task#n#attempt`: when it was closed, if it was. */
  readonly #closedAt = new Map<string, number | undefined>();
  readonly #timesBegun = new Map<string, number>();
  readonly #timesPutOff = new Map<string, number>();
  readonly #isPutOff = new Set<string>();
  /** The tasks as they were opened, by cause: a redrive opens an attempt again, while a frozen host may still begin it. */
  readonly #opened = new Map<string, ReadonlyMap<string | undefined, OpenTask>>();
  readonly #mayRepeat = new Set<string>();
  /** Versions of the commits that handed them over. */
  readonly #handedOver = new Map<string, number>();

  constructor(now: () => number, hasSlowCalls: boolean) {
    this.#now = now;
    this.#hasSlowCalls = hasSlowCalls;
  }

  onCommit(before: Execution | undefined, after: Execution): void {
    const { executionId } = after;
    // It may be stopped and redriven in one commit.
    const isRedriven = after.waiting?.isRedrive === true && !before?.waiting?.isRedrive;
    if (after.status === 'RUNNING' && (before?.status !== 'RUNNING' || isRedriven)) {
      this.#timesBegun.set(executionId, (this.#timesBegun.get(executionId) ?? 0) + 1);
    }
    const keysOf = (execution: Execution) =>
      openTasks(execution).map((task) => `${executionId}/${taskKey(task)}`);
    const open = new Set(hasEnded(after.status) ? [] : keysOf(after));
    for (const key of before ? keysOf(before) : []) {
      if (!open.has(key) && this.#closedAt.get(key) === undefined) this.#closedAt.set(key, this.#now());
    }
    for (const key of open) this.#closedAt.set(key, undefined);
    for (const task of openTasks(after)) {
      const key = `${executionId}/${taskKey(task)}`;
      this.#opened.set(key, new Map([...(this.#opened.get(key) ?? []), [task.cause, task]]));
      if (task.dispatchAt === undefined && !this.#handedOver.has(key)) {
        this.#handedOver.set(key, after.version);
      }
      if (task.dispatchAt === undefined) this.#isPutOff.delete(key);
      else {
        this.#isPutOff.add(key);
        this.#timesPutOff.set(key, (this.#timesPutOff.get(key) ?? 0) + 1);
      }
    }
  }

  /** Invariants 4 (commit, then dispatch) and 10. */
  onInvoke({ executionId, item }: TaskPayload): void {
    const key = `${executionId}/${item}`;
    if (!this.#closedAt.has(key)) {
      throw new InvariantError(4, executionId, `'${item}' was invoked before it was committed.`);
    }
    const closedAt = this.#closedAt.get(key);
    if (closedAt === undefined || this.#hasSlowCalls || this.#now() - closedAt <= mostDecisionMs) return;
    const ms = this.#now() - closedAt;
    throw new InvariantError(10, executionId, `'${item}' was invoked ${ms} ms after it was closed.`);
  }

  /** A chain begins a task that it has opened itself, as it has opened it. */
  onChained({ executionId, item, worker, input, machine }: TaskPayload, cause: string): void {
    if (machine === sprint.id) {
      const key = `${executionId}/${item}`;
      // Another process may have opened it meanwhile, and then it runs it, too.
      if (!this.#opened.get(key)?.has(cause)) this.#mayRepeat.add(key);
      return;
    }
    const task = this.#opened.get(`${executionId}/${item}`)?.get(cause);
    if (task?.worker === worker && JSON.stringify(task.input ?? null) === JSON.stringify(input)) return;
    throw new InvariantError(10, executionId, `a chain runs '${item}', which it has not opened: ${cause}.`);
  }

  /** Whether a run of an attempt was begun before a commit of its chain had opened it: with checkpoints, such a one may run again. */
  mayRepeat(run: string): boolean {
    return this.#mayRepeat.has(run);
  }

  /** The version of the commit that handed an attempt over. */
  versionOf({ executionId, item }: TaskPayload): number | undefined {
    return this.#handedOver.get(`${executionId}/${item}`);
  }

  /**
   * The commit that handed it over: an attempt is handed over again after a redrive, and where it was put off. Nothing where
   * it has just been put off by another than dispatches it.
   */
  handOverOf({ executionId, item }: TaskPayload): string | undefined {
    const key = `${executionId}/${item}`;
    if (this.#isPutOff.has(key)) return undefined;
    return `${key}, ${this.#timesBegun.get(executionId) ?? 0}, ${this.#timesPutOff.get(key) ?? 0}`;
  }

  /** Forgets an execution that was deleted: another may have its id. */
  forget(executionId: string): void {
    for (const key of [...this.#closedAt.keys()]) {
      if (!key.startsWith(`${executionId}/`)) continue;
      this.#closedAt.delete(key);
      this.#opened.delete(key);
      this.#handedOver.delete(key);
    }
  }
}
