import { MillraceError } from '../core/errors/millraceError.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import type { Execution, ExecutionError } from '../core/execution/model/execution.ts';
import type { MachineLookup } from '../core/execution/model/machines.ts';
import type { AdvanceInput, AdvanceLimits, Decided } from '../core/execution/step/advance.types.ts';
import { failExecution, waitForRepair } from '../core/execution/step/withoutMachine.ts';
import type { Retention } from '../core/policy/retention.ts';
import type { TaskDispatcher } from '../dispatch/taskDispatcher.ts';
import { nobody, type Observer } from '../observability/activity.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import { stepSpan } from '../observability/spans.ts';
import { noTracing, type Tracing } from '../observability/tracing.ts';
import { isStoredDataError, StoredJson } from '../store/storedJson.ts';
import { UnreadableExecutionError } from '../table/executionItem.ts';
import type { CommitOutcome } from '../table/requests.ts';
import type { Table } from '../table/table.ts';
import { AfterCommit } from './afterCommit.ts';
import { CommitWriter } from './commitWriter.ts';
import { DataRenewal } from './dataRenewal.ts';
import { deliveredAgain, resultsTaken } from './delivered.ts';
import { ExecutionCache } from './executionCache.ts';
import { JournalReader } from './journalReader.ts';
import type { JournalRecord } from './journalRecord.ts';
import { StepTaker } from './stepTaker.ts';
import { dataUnavailable, type Fetch, StoredInputs } from './storedInputs.ts';

export interface OrchestratorOptions {
  readonly table: Table;
  /** Where large data is that items refer to. @default nowhere: executions with such data wait */
  readonly data?: StoredJson;
  readonly machines: MachineLookup;
  readonly dispatcher: TaskDispatcher;
  readonly limits: AdvanceLimits;
  /** @default expiries of items are left as they are */
  readonly retention?: Retention | undefined;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Characters of state that are kept in memory. @default 32 million */
  readonly cacheCharacters?: number;
  /** How long an action that is an async function is waited for. @default 5 seconds */
  readonly actionLimitMs?: number;
  /** Whether a publisher reads from the commits what they tell the bus. @default false: nothing is written for it */
  readonly hasBus?: boolean;
  /** Is told of each step. @default nobody */
  readonly observe?: Observer;
  /** @default nothing is recorded */
  readonly tracing?: Tracing;
}

/** Runs of the clock overlap, and then call for the same wake at once: whoever comes second must not dispatch, too. */
const wakesOverlapMs = 1000;
type Commit = Extract<Decided, { type: 'commit' }>;
type CommitResult =
  | { readonly type: 'committed' }
  | { readonly type: 'conflict' | 'partly'; readonly current: Execution | undefined };

/** A commit races with others only for as long as they arrive at the same time. */
const mostConflicts = 20;

/**
 * Brings executions forward: reads what the pure step needs, commits what it answers, then executes its effects. Rejects
 * only where the table did not take a read or a write, so that whoever delivered the records delivers them again.
 */
export class Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #cache: ExecutionCache;
  readonly #journal: JournalReader;
  readonly #inputs: StoredInputs;
  readonly #writer: CommitWriter;
  readonly #steps: StepTaker;
  readonly #after: AfterCommit;
  readonly #observe: Observer;
  readonly #renewal: DataRenewal;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    this.#observe = options.observe ?? nobody;
    this.#journal = new JournalReader(options.table);
    const { table, data = new StoredJson(undefined), retention } = options;
    this.#inputs = new StoredInputs(data);
    this.#renewal = new DataRenewal({ table, data, retention });
    this.#cache = new ExecutionCache(options.cacheCharacters ?? 32_000_000);
    this.#steps = new StepTaker({ ...options, journal: this.#journal });
    this.#writer = new CommitWriter(options);
    this.#after = new AfterCommit({
      ...options,
      writer: this.#writer,
      cache: this.#cache,
      inputs: this.#inputs,
    });
  }

  /** Applies journal items of one execution, as the stream delivered them. */
  applyRecords(executionId: string, records: readonly JournalRecord[]): Promise<void> {
    return this.#unlessUnreadable(executionId, () =>
      this.#inputs.within((fetch) => this.#applyRecords(executionId, records, fetch)),
    );
  }

  /** Fires what is due of an execution. Called by the clock, which may call early, late, twice or for nothing. */
  wake(executionId: string, wakeId: string): Promise<void> {
    return this.#unlessUnreadable(executionId, () =>
      this.#inputs.within((fetch) => this.#wake(executionId, wakeId, fetch)),
    );
  }

  /**
   * Applies whatever lies in an execution's journal and is not applied, fires what is due, and dispatches what a crash has left
   * undispatched. Harmless at any time, whatever was delivered or is being delivered.
   *
   * @param catchUpId names this catch-up: one that is repeated with the same name dispatches again what it may have lost
   * @param causes journal items whose delivery has failed, and may have been applied without being dispatched
   */
  catchUp(executionId: string, catchUpId: string, causes: readonly string[] = []): Promise<void> {
    return this.#unlessUnreadable(executionId, () =>
      this.#inputs.within((fetch) => this.#catchUp(executionId, catchUpId, [catchUpId, ...causes], fetch)),
    );
  }

  /** What somebody else has written to an execution item is dropped: no delivery can mend it. */
  async #unlessUnreadable(executionId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof UnreadableExecutionError)) throw error;
      this.#options.report({ type: 'dropped', executionId, error: describeError(error) });
    }
  }

  async #applyRecords(executionId: string, records: readonly JournalRecord[], fetch: Fetch): Promise<void> {
    await this.#renewal.postponeEarly(executionId, records, this.#options.now());
    const given = distinct(startFirst(records.map((record) => record.entry)));
    const delivered = given.map((entry) => entry.reference);
    let entries: readonly JournalEntry[] = given;
    let isFresh = false;
    let execution = this.#cache.get(executionId);
    for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
      const hasStart = entries.some((entry) => entry.kind === 'start');
      if (!execution && !isFresh && !hasStart) {
        execution = await this.#options.table.executions.read(executionId);
        isFresh = true;
      }
      if (!execution) {
        const all = distinct(await this.#journal.withStartAndEvents(executionId, entries));
        if (all.length === 0) return;
        entries = all;
      }
      entries = await this.#journal.withEarlierMessages(executionId, execution, entries);
      const toTake = {
        executionId,
        execution,
        delivered,
        ...(await this.#journal.recordsInput(execution, entries, records)),
        now: this.#options.now(),
      };
      const { step, input } = await this.#steps.take(toTake, fetch);
      if (step.type === 'nothing') {
        if (isFresh || !execution) {
          if (execution) await this.#after.finish(execution, deliveredAgain(step, input));
          return;
        }
        // From memory it looks as if there were nothing to do: only a strong read may say so.
        this.#cache.delete(executionId);
        execution = await this.#options.table.executions.read(executionId);
        isFresh = true;
        continue;
      }
      const outcome = await this.#commitTraced(step, input, fetch);
      if (outcome.type === 'committed') return;
      if (outcome.type === 'partly') conflicts--;
      // What was read for a first commit that somebody else has made is not new to the execution that there is.
      else entries = given;
      execution = outcome.current;
      isFresh = true;
    }
    throw new ContentionError(executionId);
  }

  async #wake(executionId: string, wakeId: string, fetch: Fetch): Promise<void> {
    for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
      const execution = await this.#options.table.executions.read(executionId);
      if (!execution) return;
      if (execution.outbox) await this.#after.drainOutbox(execution);
      if (execution.outbox) return;
      const now = this.#options.now();
      const isRenewed = this.#renewal.isDue(execution, now) && (await this.#renewal.renew(execution, now));
      if (execution.status !== 'RUNNING') {
        if (!isRenewed || (await this.#noteRenewal(execution, now, fetch))) return;
        continue;
      }
      if (conflicts === 0) this.#observe({ type: 'woken', execution });
      if ((execution.wakeAt ?? Number.POSITIVE_INFINITY) > now) {
        await this.#after.redispatch(execution, [wakeId], wakesOverlapMs);
        return;
      }
      const wake = await this.#journal.wakeInput(execution, wakeId, now);
      const { step, input } = await this.#steps.take({ ...wake, isRenewed }, fetch);
      if (step.type === 'nothing') return;
      const outcome = await this.#commitTraced(step, input, fetch);
      if (outcome.type === 'committed') return;
    }
    throw new ContentionError(executionId);
  }

  /** Of an execution that stands still. Answers whether no other commit came first. */
  async #noteRenewal(execution: Execution, now: number, fetch: Fetch): Promise<boolean> {
    const { executionId } = execution;
    const renewed = { executionId, execution, entries: [], isRenewed: true, now };
    const { step, input } = await this.#steps.take(renewed, fetch);
    return step.type === 'nothing' || (await this.#commit(step, input, fetch)).type === 'committed';
  }

  async #catchUp(
    executionId: string,
    catchUpId: string,
    causes: readonly string[],
    fetch: Fetch,
  ): Promise<void> {
    const { table } = this.#options;
    let leftBefore = Number.POSITIVE_INFINITY;
    for (let conflicts = 0; conflicts < mostConflicts; ) {
      let execution = await table.executions.read(executionId);
      if (execution?.outbox) {
        await this.#after.drainOutbox(execution);
        execution = await table.executions.read(executionId);
      }
      const now = this.#options.now();
      const part = await this.#journal.catchUpInput(executionId, execution, catchUpId, now);
      if (!part) return;
      // More comes than is applied, or nothing is: that must end, too.
      if (part.left >= leftBefore) conflicts++;
      leftBefore = part.left;
      const { step, input } = await this.#steps.take(part.input, fetch);
      if (step.type === 'commit') {
        const outcome = await this.#commit(step, input, fetch);
        if (outcome.type === 'conflict') conflicts++;
        if (outcome.type !== 'committed' || !part.isLast) continue;
        execution = await table.executions.read(executionId);
      }
      // Where a part is left undecided, so is what comes after it.
      if (execution) await this.#after.redispatch(execution, causes);
      return;
    }
    throw new ContentionError(executionId);
  }

  #commitTraced(step: Commit, input: AdvanceInput, fetch: Fetch): Promise<CommitResult> {
    const { tracing = noTracing } = this.#options;
    const { error } = step.execution;
    return tracing.span(stepSpan(step.execution), async ({ fail }) => {
      if (error) fail(error);
      return this.#commit(step, input, fetch);
    });
  }

  async #commit(step: Commit, input: AdvanceInput, fetch: Fetch): Promise<CommitResult> {
    const outcome = await this.#writeOrWait(step, input);
    const execution = outcome.type === 'committed' ? (outcome.stored ?? step.execution) : step.execution;
    switch (outcome.type) {
      case 'committed':
        this.#cache.set(execution);
        await this.#after.execute(execution, step.effects);
        await this.#after.finish(execution, deliveredAgain(step, input));
        return outcome;
      case 'waits':
        this.#cache.delete(execution.executionId);
        return { type: 'committed' };
      case 'conflict':
        this.#cache.delete(execution.executionId);
        return outcome;
      case 'tooLarge':
        return this.#commitTooLarge(input, step.duplicates, outcome.bytes, fetch);
    }
  }

  /** The commit; where the object store does not take what belongs to it, a wait for the store with nothing applied. */
  async #writeOrWait(step: Commit, input: AdvanceInput): Promise<CommitOutcome | { type: 'waits' }> {
    try {
      return await this.#writer.write(step, resultsTaken(step, input));
    } catch (error) {
      if (!isStoredDataError(error)) throw error;
      const waiting = waitForRepair(input, dataUnavailable(error), this.#options.limits);
      if (waiting.type === 'nothing') throw error;
      const outcome = await this.#writer.write(waiting);
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
      const { step, input: single } = await this.#steps.take({ ...rest, entries: [first] }, fetch);
      if (step.type === 'commit') {
        const outcome = await this.#commit(step, single, fetch);
        if (outcome.type === 'conflict') return outcome;
        // What was committed may be the failure in its place.
        return { type: 'partly', current: await this.#options.table.executions.read(input.executionId) };
      }
    }
    const error = stateTooLarge(bytes);
    const failed = failExecution({ ...input, entries: left }, error);
    if (failed.type === 'nothing') return { type: 'committed' as const };
    const outcome = await this.#writer.write(failed);
    if (outcome.type === 'tooLarge') {
      // Room for an error is kept free in every item, so only the log of very many entries at once can come here.
      const reason = `Its failure takes ${outcome.bytes} bytes itself: ${error.message}`;
      this.#options.report({ type: 'dropped', executionId: input.executionId, error: reason });
    }
    this.#cache.delete(input.executionId);
    return outcome.type === 'conflict' ? outcome : { type: 'committed' as const };
  }
}

function distinct(entries: readonly JournalEntry[]): JournalEntry[] {
  return [...new Map(entries.map((entry) => [entry.reference, entry])).values()];
}

function startFirst(entries: readonly JournalEntry[]): JournalEntry[] {
  const starts = entries.filter((entry) => entry.kind === 'start');
  return [...starts, ...entries.filter((entry) => entry.kind !== 'start')];
}

function stateTooLarge(bytes: number): ExecutionError {
  const message =
    `The execution's state takes ${bytes} bytes, compressed where that helps; an item takes 409,600, and the store for large ` +
    "data (MILLRACE_STORE) 16 MB, and 6 MB of an output or a task's input. Configure a store, or keep large data elsewhere and its address in the context.";
  return { code: 'StateTooLarge', name: 'StateTooLarge', message };
}

/** Thrown when other commits to one execution came first too many times in a row: the records are delivered again. */
export class ContentionError extends MillraceError {
  override readonly code = 'Contention';
  override readonly name = 'ContentionError';
  constructor(executionId: string) {
    super(`${mostConflicts} commits in a row to the execution '${executionId}' lost to others.`);
  }
}
