import { type Nudge, nudgeId } from '../contract/nudge.ts';
import { MillraceError } from '../core/errors/millraceError.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { LoadMachine, MachineLookup } from '../core/execution/model/machines.ts';
import type { AdvanceLimits } from '../core/execution/step/advance.types.ts';
import type { Retention } from '../core/policy/retention.ts';
import type { TaskDispatcher } from '../dispatch/taskDispatcher.ts';
import { nobody, type Observer } from '../observability/activity.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import type { Tracing } from '../observability/tracing.ts';
import { StoredJson } from '../store/storedJson.ts';
import { UnreadableExecutionError } from '../table/executionItem.ts';
import { sortKey } from '../table/schema.ts';
import type { Table } from '../table/table.ts';
import { AfterCommit } from './afterCommit.ts';
import { Committer } from './committer.ts';
import { CommitWriter } from './commitWriter.ts';
import { DataRenewal } from './dataRenewal.ts';
import { deliveredAgain } from './delivered.ts';
import { ExecutionCache } from './executionCache.ts';
import { JournalReader } from './journalReader.ts';
import type { JournalRecord } from './journalRecord.ts';
import { Nudges } from './nudges.ts';
import { StepTaker } from './stepTaker.ts';
import { type Fetch, StoredInputs } from './storedInputs.ts';

export interface OrchestratorOptions {
  readonly table: Table;
  /** Where large data is that items refer to. @default nowhere: executions with such data wait */
  readonly data?: StoredJson;
  readonly machines: MachineLookup;
  /** Gets a machine whose definition is in the table. @default all machines are deployed */
  readonly loadMachine?: LoadMachine;
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
  /** Whether a publisher reads the emissions from the commits. @default false: nothing is written for it */
  readonly hasBus?: boolean;
  /** Is called for each step. @default none */
  readonly observe?: Observer;
  /** @default nothing is recorded */
  readonly tracing?: Tracing;
}

/** Runs of the clock overlap, and then call for the same wake at once: the second one must not dispatch, too. */
const wakesOverlapMs = 1000;
/** A commit races with others only for as long as they arrive at the same time. */
const mostConflicts = 20;

/**
 * Brings executions forward: reads what the pure step needs, commits what it answers, then executes its effects.
 * Rejects only where the table did not take a read or a write, so that the source of the records delivers them
 * again.
 */
export class Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #cache: ExecutionCache;
  readonly #journal: JournalReader;
  readonly #inputs: StoredInputs;
  readonly #steps: StepTaker;
  readonly #after: AfterCommit;
  readonly #committer: Committer;
  readonly #observe: Observer;
  readonly #renewal: DataRenewal;
  readonly #nudges: Nudges;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    this.#observe = options.observe ?? nobody;
    this.#journal = new JournalReader(options.table);
    const { table, data = new StoredJson(undefined), retention } = options;
    this.#inputs = new StoredInputs(data);
    this.#renewal = new DataRenewal({ table, data, retention });
    this.#cache = new ExecutionCache(options.cacheCharacters ?? 32_000_000);
    this.#steps = new StepTaker({ ...options, journal: this.#journal });
    const writer = new CommitWriter(options);
    this.#after = new AfterCommit({ ...options, writer, cache: this.#cache, inputs: this.#inputs });
    this.#committer = new Committer({
      ...options,
      writer,
      cache: this.#cache,
      steps: this.#steps,
      after: this.#after,
    });
    this.#nudges = new Nudges({
      table,
      now: options.now,
      journal: this.#journal,
      steps: this.#steps,
      committer: this.#committer,
      after: this.#after,
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

  /**
   * Applies an item of the journal for a nudge of its writer, without waiting for the stream: a start, the result of a task, an
   * event. Where it is applied already, only what an earlier run of the same nudge may have lost is dispatched. The stream
   * brings the item later, so whatever takes more than one step is left to it.
   *
   * @param given the item, where the nudge has it. @default it is read
   */
  async nudge(nudge: Nudge, given?: JournalEntry): Promise<void> {
    const { executionId, item = sortKey.start } = nudge;
    const id = nudgeId(nudge);
    await this.#unlessUnreadable(executionId, async () => {
      const execution = await this.#options.table.executions.read(executionId);
      if (item !== sortKey.start) {
        if (execution)
          await this.#inputs.within((fetch) => this.#nudges.apply(execution, nudge, given, fetch));
      } else if (execution) await this.#after.redispatch(execution, [id]);
      else await this.#inputs.within((fetch) => this.#catchUp(executionId, id, [id], fetch));
    });
  }

  /** Drops an execution item that another writer has written: a new delivery cannot fix it. */
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
    if (records.some((record) => record.isNudged)) {
      if (await this.#nudges.haveApplied(executionId, records)) return;
      // A nudge commits beside the stream: memory is behind it more often than not.
      execution = await this.#options.table.executions.read(executionId);
      isFresh = true;
    }
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
      const outcome = await this.#committer.commitTraced(step, input, fetch);
      if (outcome.type === 'committed') return;
      if (outcome.type === 'partly') conflicts--;
      // Entries that were read for a first commit that another instance has made are not new to the execution
      // that there is.
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
      const outcome = await this.#committer.commitTraced(step, input, fetch);
      if (outcome.type === 'committed') return;
    }
    throw new ContentionError(executionId);
  }

  /** For a parked execution. Answers whether no other commit came first. */
  async #noteRenewal(execution: Execution, now: number, fetch: Fetch): Promise<boolean> {
    const { executionId } = execution;
    const renewed = { executionId, execution, entries: [], isRenewed: true, now };
    const { step, input } = await this.#steps.take(renewed, fetch);
    return step.type === 'nothing' || (await this.#committer.commit(step, input, fetch)).type === 'committed';
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
        const outcome = await this.#committer.commit(step, input, fetch);
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
}

function distinct(entries: readonly JournalEntry[]): JournalEntry[] {
  return [...new Map(entries.map((entry) => [entry.reference, entry])).values()];
}

function startFirst(entries: readonly JournalEntry[]): JournalEntry[] {
  const starts = entries.filter((entry) => entry.kind === 'start');
  return [...starts, ...entries.filter((entry) => entry.kind !== 'start')];
}

/** Thrown when other commits to one execution came first too many times in a row: the records are delivered again. */
export class ContentionError extends MillraceError {
  override readonly code = 'Contention';
  override readonly name = 'ContentionError';
  constructor(executionId: string) {
    super(`${mostConflicts} commits in a row to the execution '${executionId}' lost to others.`);
  }
}
