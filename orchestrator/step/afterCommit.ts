import { openTasks } from '../core/execution/lists/runningList.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { OpenTask } from '../core/execution/model/openTask.ts';
import type { Advance, Decided, ExecutionEffect } from '../core/execution/step/advance.types.ts';
import { deferDispatch, drainOutbox } from '../core/execution/step/withoutMachine.ts';
import type { TaskDispatcher } from '../dispatch/taskDispatcher.ts';
import { nobody, type Observer } from '../observability/activity.ts';
import type { Executions } from '../table/table.ts';
import type { CommitWriter } from './commitWriter.ts';
import { type EffectsOptions, runEffects } from './effects.ts';
import type { ExecutionCache } from './executionCache.ts';
import type { StoredInputs } from './storedInputs.ts';

export interface AfterCommitOptions extends EffectsOptions {
  readonly table: { readonly executions: Pick<Executions, 'read'> };
  readonly writer: CommitWriter;
  readonly cache: ExecutionCache;
  readonly inputs: StoredInputs;
  readonly dispatcher: TaskDispatcher;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @default none */
  readonly observe?: Observer;
}

/** Others that commit to the same execution in between. */
const mostConflicts = 20;

/**
 * The work that follows a commit: done by the instance that made it, or, where that one died, by the one that meets
 * its cause again.
 */
export class AfterCommit {
  readonly #options: AfterCommitOptions;

  constructor(options: AfterCommitOptions) {
    this.#options = options;
  }

  /** Tasks first: an action can then keep only its own batch waiting, and that not for long. */
  async execute(execution: Execution, effects: readonly ExecutionEffect[]): Promise<void> {
    const tasks = effects.flatMap((effect) => (effect.type === 'dispatch' ? [effect.task] : []));
    if (tasks.length > 0) {
      await this.#defer(execution, await this.#options.dispatcher.dispatch(execution, tasks));
    }
    const abandoned = effects.flatMap((effect) => (effect.type === 'cancel' ? [effect.task] : []));
    if (abandoned.length > 0) await this.#options.dispatcher.cancel(execution, abandoned);
    await runEffects(execution, effects, this.#options);
  }

  /** Does the work that an earlier commit, of this instance or of one that died, has left. */
  async finish(execution: Execution, causes: readonly string[]): Promise<void> {
    const { observe = nobody } = this.#options;
    if (causes.length > 0) observe({ type: 'redelivered', execution, records: causes.length });
    await this.redispatch(execution, causes);
    if (execution.outbox) await this.drainOutbox(execution);
  }

  /**
   * Works commit by commit, until every other execution has its messages. The first instance that comes goes on with
   * it.
   */
  async drainOutbox(from: Execution): Promise<void> {
    let execution = (await this.#options.table.executions.read(from.executionId)) ?? from;
    for (;;) {
      const now = this.#options.now();
      const step = await this.#decided(execution, (current) => drainOutbox(current, now));
      // Without its state its next wake is not known: the clock comes back to it.
      if (step?.type !== 'commit') return;
      const outcome = await this.#options.writer.write(step);
      if (outcome.type === 'committed') {
        execution = outcome.stored ?? step.execution;
        this.#options.cache.set(execution);
        continue;
      }
      this.#options.cache.delete(from.executionId);
      if (outcome.type !== 'conflict' || !outcome.current) return;
      execution = outcome.current;
    }
  }

  /** The decision, with the execution's state where that is needed; undefined where the store does not give it. */
  async #decided(
    execution: Execution,
    decide: (current: Execution) => Advance,
  ): Promise<Decided | undefined> {
    const step = decide(execution);
    if (step.type !== 'needs') return step;
    const again = decide(await this.#options.inputs.withState(execution));
    return again.type === 'needs' ? undefined : again;
  }

  /**
   * A delivery of an applied cause means that the instance that applied it may have died before it dispatched.
   *
   * @param olderThanMs only tasks that another instance has not only just committed
   */
  async redispatch(execution: Execution, causes: readonly string[], olderThanMs = 0): Promise<void> {
    // One that was suspended meanwhile has its tasks all the same.
    const isOpen = execution.status === 'RUNNING' || execution.status === 'SUSPENDED';
    if (causes.length === 0 || !isOpen || openTasks(execution).length === 0) return;
    // A redrive hands over all that is open, once it has found its machine.
    if (execution.waiting?.isRedrive) return;
    const { dispatcher, now } = this.#options;
    const deferred = await dispatcher.redispatch(execution, causes, now(), olderThanMs);
    await this.#defer(execution, deferred);
  }

  /** Commits a later time for tasks whose functions had no capacity. */
  async #defer(dispatched: Execution, tasks: readonly OpenTask[]): Promise<void> {
    if (tasks.length === 0) return;
    let execution: Execution | undefined = dispatched;
    for (let conflicts = 0; execution && conflicts < mostConflicts; conflicts++) {
      const now = this.#options.now();
      const step = await this.#decided(execution, (current) => deferDispatch(current, tasks, now));
      // Without its state its next wake is not known: the tasks' deadlines find them.
      if (!step) break;
      if (step.type === 'nothing') return;
      const outcome = await this.#options.writer.write(step);
      if (outcome.type === 'committed') {
        this.#options.cache.set(outcome.stored ?? step.execution);
        return;
      }
      // Too large can only be by the few bytes of the log entry: the tasks' deadlines find them then.
      execution = outcome.type === 'conflict' ? outcome.current : undefined;
    }
    this.#options.cache.delete(dispatched.executionId);
  }
}
