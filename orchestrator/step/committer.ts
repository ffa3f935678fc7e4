import type { Execution, ExecutionError } from '../core/execution/model/execution.ts';
import type { AdvanceInput, AdvanceLimits, Decided } from '../core/execution/step/advance.types.ts';
import { failExecution, waitForRepair } from '../core/execution/step/withoutMachine.ts';
import type { Reporter } from '../observability/report.ts';
import { stepSpan } from '../observability/spans.ts';
import { noTracing, type Tracing } from '../observability/tracing.ts';
import { isStoredDataError } from '../store/storedJson.ts';
import type { CommitOutcome } from '../table/requests.ts';
import type { Executions } from '../table/table.ts';
import type { AfterCommit } from './afterCommit.ts';
import type { CommitWriter } from './commitWriter.ts';
import { deliveredAgain, resultsTaken } from './delivered.ts';
import type { ExecutionCache } from './executionCache.ts';
import type { StepTaker } from './stepTaker.ts';
import { dataUnavailable, type Fetch } from './storedInputs.ts';

export interface CommitterOptions {
  readonly table: { readonly executions: Pick<Executions, 'read'> };
  readonly writer: CommitWriter;
  readonly cache: ExecutionCache;
  readonly steps: StepTaker;
  readonly after: AfterCommit;
  readonly limits: AdvanceLimits;
  readonly report: Reporter;
  /** @default nothing is recorded */
  readonly tracing?: Tracing;
}

type Commit = Extract<Decided, { type: 'commit' }>;
export type CommitResult =
  | { readonly type: 'committed' }
  | { readonly type: 'conflict' | 'partly'; readonly current: Execution | undefined };

/** Commits what a step has decided; then its effects are carried out. */
export class Committer {
  readonly #options: CommitterOptions;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** As {@link commit}, in a span of its own. */
  commitTraced(step: Commit, input: AdvanceInput, fetch: Fetch): Promise<CommitResult> {
    const { tracing = noTracing } = this.#options;
    const { error } = step.execution;
    return tracing.span(stepSpan(step.execution), async ({ fail }) => {
      if (error) fail(error);
      return this.commit(step, input, fetch);
    });
  }

  /** Commits a step and carries out its effects. */
  async commit(step: Commit, input: AdvanceInput, fetch: Fetch): Promise<CommitResult> {
    const outcome = await this.#writeOrWait(step, input);
    const execution = outcome.type === 'committed' ? (outcome.stored ?? step.execution) : step.execution;
    switch (outcome.type) {
      case 'committed':
        this.#options.cache.set(execution);
        await this.#options.after.execute(execution, step.effects);
        await this.#options.after.finish(execution, deliveredAgain(step, input));
        return outcome;
      case 'waits':
        this.#options.cache.delete(execution.executionId);
        return { type: 'committed' };
      case 'conflict':
        this.#options.cache.delete(execution.executionId);
        return outcome;
      case 'tooLarge':
        return this.#commitTooLarge(input, step.duplicates, outcome.bytes, fetch);
    }
  }

  /** The commit; where the object store does not take what belongs to it, a wait for the store with nothing applied. */
  async #writeOrWait(step: Commit, input: AdvanceInput): Promise<CommitOutcome | { type: 'waits' }> {
    try {
      return await this.#options.writer.write(step, resultsTaken(step, input));
    } catch (error) {
      if (!isStoredDataError(error)) throw error;
      const waiting = waitForRepair(input, dataUnavailable(error), this.#options.limits);
      if (waiting.type === 'nothing') throw error;
      const outcome = await this.#options.writer.write(waiting);
      return outcome.type === 'committed' ? { type: 'waits' } : outcome;
    }
  }

  /** The entries one by one, so that only the one that makes the state too large ends the execution. */
  async #commitTooLarge(
    input: AdvanceInput,
    duplicates: readonly string[],
    bytes: number,
    fetch: Fetch,
  ): Promise<CommitResult> {
    const left = input.entries.filter((entry) => !duplicates.includes(entry.reference));
    const [first] = left;
    if (first && (left.length > 1 || input.wakeId !== undefined)) {
      const { wakeId: _, ...rest } = input;
      const { step, input: single } = await this.#options.steps.take({ ...rest, entries: [first] }, fetch);
      if (step.type === 'commit') {
        const outcome = await this.commit(step, single, fetch);
        if (outcome.type === 'conflict') return outcome;
        // The committed change may be the failure in its place.
        return { type: 'partly', current: await this.#options.table.executions.read(input.executionId) };
      }
    }
    const error = stateTooLarge(bytes);
    const failed = failExecution({ ...input, entries: left }, error);
    if (failed.type === 'nothing') return { type: 'committed' as const };
    const outcome = await this.#options.writer.write(failed);
    if (outcome.type === 'tooLarge') {
      // Room for an error is kept free in every item, so only the log of very many entries at once can come here.
      const reason = `Its failure takes ${outcome.bytes} bytes itself: ${error.message}`;
      this.#options.report({ type: 'dropped', executionId: input.executionId, error: reason });
    }
    this.#options.cache.delete(input.executionId);
    return outcome.type === 'conflict' ? outcome : { type: 'committed' as const };
  }
}

function stateTooLarge(bytes: number): ExecutionError {
  const message =
    `The execution's state takes ${bytes} bytes, compressed where that helps; an item takes 409,600, and the store for large ` +
    "data (MILLRACE_STORE) 16 MB, and 6 MB of an output or a task's input. Configure a store, or keep large data elsewhere and its address in the context.";
  return { code: 'StateTooLarge', name: 'StateTooLarge', message };
}
