import {
  type Advance,
  type AdvanceInput,
  type AdvanceLimits,
  advance,
  deferDispatch,
  failExecution,
  waitForRepair,
} from './core/execution/advance.ts';
import type { ExecutionEffect } from './core/execution/draft.ts';
import type { JournalEntry } from './core/execution/entries.ts';
import type { Execution, ExecutionError, OpenTask } from './core/execution/execution.ts';
import type { MachineLookup } from './core/execution/machines.ts';
import { ExecutionCache } from './executionCache.ts';
import { JournalReader } from './journalReader.ts';
import { describeError, type Reporter } from './report.ts';
import { UnreadableExecutionError } from './table/executionItem.ts';
import type { CommitOutcome, Table } from './table/table.ts';
import type { TaskDispatcher } from './taskDispatcher.ts';

export interface OrchestratorOptions {
  readonly table: Table;
  readonly machines: MachineLookup;
  readonly dispatcher: TaskDispatcher;
  readonly limits: AdvanceLimits;
  readonly report: Reporter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Characters of state that are kept in memory. @default 32 million */
  readonly cacheCharacters?: number;
}

/** A journal item as the stream brought it. */
export interface JournalRecord {
  readonly entry: JournalEntry;
  /** When it was written, by DynamoDB's clock, in milliseconds since the epoch. */
  readonly createdAt: number;
}

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

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    this.#journal = new JournalReader(options.table);
    this.#cache = new ExecutionCache(options.cacheCharacters ?? 32_000_000);
  }

  /** Applies journal items of one execution, as the stream delivered them. */
  async applyRecords(executionId: string, records: readonly JournalRecord[]): Promise<void> {
    const entries = startFirst(records.map((record) => record.entry));
    let isFresh = false;
    let execution = this.#cache.get(executionId);
    for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
      const hasStart = entries.some((entry) => entry.kind === 'start');
      if (!execution && !isFresh && !hasStart) {
        const read = await this.#read(executionId);
        if (read === 'unreadable') return;
        execution = read;
        isFresh = true;
      }
      const input: AdvanceInput = {
        executionId,
        execution,
        entries: execution ? entries : await this.#journal.withStartAndEvents(executionId, entries),
        appliedBefore: execution ? await this.#journal.appliedBefore(execution, records) : new Set(),
        now: this.#options.now(),
      };
      const step = this.#advance(input);
      if (step.type === 'nothing') {
        const decided = step.duplicates.length === entries.length;
        if (decided || isFresh || !execution) {
          if (execution) await this.#redispatch(execution, step.duplicates);
          return;
        }
        // From memory it looks as if there were nothing to do: only a strong read may say so.
        this.#cache.delete(executionId);
        const current = await this.#read(executionId);
        if (current === 'unreadable') return;
        execution = current;
        isFresh = true;
        continue;
      }
      const outcome = await this.#commit(step, input);
      if (outcome.type === 'committed') return;
      execution = outcome.current;
      isFresh = true;
    }
    throw new ContentionError(executionId);
  }

  /** Fires what is due of an execution. Called by the clock, which may call early, late, twice or for nothing. */
  async wake(executionId: string, wakeId: string): Promise<void> {
    for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
      const execution = await this.#read(executionId);
      if (execution === 'unreadable' || execution?.status !== 'RUNNING') return;
      const now = this.#options.now();
      if ((execution.wakeAt ?? Number.POSITIVE_INFINITY) > now) {
        await this.#redispatch(execution, [wakeId]);
        return;
      }
      const input = await this.#journal.wakeInput(execution, wakeId, now);
      const step = this.#advance(input);
      if (step.type === 'nothing') return;
      const outcome = await this.#commit(step, input);
      if (outcome.type === 'committed') return;
    }
    throw new ContentionError(executionId);
  }

  async #read(executionId: string): Promise<Execution | undefined | 'unreadable'> {
    try {
      return await this.#options.table.readExecution(executionId);
    } catch (error) {
      if (!(error instanceof UnreadableExecutionError)) throw error;
      this.#options.report({ type: 'dropped', executionId, error: describeError(error) });
      return 'unreadable';
    }
  }

  /** The pure step. A defect in it lets the execution wait with its input unapplied, and harms no other. */
  #advance(input: AdvanceInput): Advance {
    const { machines, limits, report } = this.#options;
    const { executionId } = input;
    try {
      return advance(machines, limits, input);
    } catch (error) {
      const message = `${describeError(error)}. The execution is tried again; report this with the message.`;
      report({ type: 'waiting', executionId, error: message });
      try {
        return waitForRepair(input, { code: 'InternalError', name: 'InternalError', message }, limits);
      } catch (repairError) {
        // Not even that: somebody else has written the execution item. Its journal stays as it is.
        report({ type: 'dropped', executionId, error: describeError(repairError) });
        return { type: 'nothing', duplicates: input.entries.map((entry) => entry.reference) };
      }
    }
  }

  async #commit(
    step: Extract<Advance, { type: 'commit' }>,
    input: AdvanceInput,
  ): Promise<{ type: 'committed' } | { type: 'conflict'; current: Execution | undefined }> {
    const { execution } = step;
    const outcome = await this.#write(step);
    switch (outcome.type) {
      case 'committed':
        this.#cache.set(execution);
        await this.#execute(execution, step.effects);
        await this.#redispatch(execution, step.duplicates);
        return outcome;
      case 'conflict':
        this.#cache.delete(execution.executionId);
        return outcome;
      case 'tooLarge':
        return this.#commitTooLarge(input, outcome.bytes);
    }
  }

  /** The commit, after the log segment that it drops from the item: a crash between them loses no entry. */
  async #write({ execution, segment }: Extract<Advance, { type: 'commit' }>): Promise<CommitOutcome> {
    if (segment) await this.#options.table.writeLogSegment(execution.executionId, segment);
    return this.#options.table.commit(execution);
  }

  /** The entries one by one, so that only the one that makes the state too large ends the execution. */
  async #commitTooLarge(input: AdvanceInput, bytes: number) {
    const [first, ...rest] = input.entries;
    if (first && rest.length > 0) {
      const { wakeId: _, ...single } = input;
      const step = this.#advance({ ...single, entries: [first] });
      if (step.type === 'commit') {
        const outcome = await this.#commit(step, { ...single, entries: [first] });
        // The others meet the new version, as after any conflict.
        return outcome.type === 'conflict' ? outcome : { type: 'conflict' as const, current: step.execution };
      }
    }
    const error = stateTooLarge(bytes);
    const failed = failExecution(input, error);
    if (failed.type === 'nothing') return { type: 'committed' as const };
    const outcome = await this.#write(failed);
    if (outcome.type === 'tooLarge') {
      // Even the state of before does not fit beside the error.
      const { snapshot: _, tasks: __, ...rest } = failed.execution;
      const bare = await this.#options.table.commit({ ...rest, tasks: [] });
      return bare.type === 'conflict' ? bare : { type: 'committed' as const };
    }
    this.#cache.delete(input.executionId);
    return outcome;
  }

  async #execute(execution: Execution, effects: readonly ExecutionEffect[]): Promise<void> {
    const { executionId } = execution;
    const tasks = [];
    for (const effect of effects) {
      switch (effect.type) {
        case 'action':
          try {
            // An action that is an async function is waited for: Lambda freezes what goes on after the handler.
            await effect.run();
          } catch (error) {
            this.#options.report({
              type: 'actionFailed',
              executionId,
              action: effect.name,
              error: describeError(error),
            });
          }
          break;
        case 'log': {
          const { label, value } = effect;
          this.#options.report({ type: 'log', executionId, value, ...(label !== undefined && { label }) });
          break;
        }
        case 'emit':
          this.#options.report({ type: 'emitted', executionId, event: effect.event });
          break;
        case 'dispatch':
          tasks.push(effect.task);
          break;
        default:
          effect satisfies never;
      }
    }
    if (tasks.length > 0)
      await this.#defer(execution, await this.#options.dispatcher.dispatch(execution, tasks));
  }

  /** A delivery of an applied cause means that whoever applied it may have died before it dispatched. */
  async #redispatch(execution: Execution, causes: readonly string[]): Promise<void> {
    if (causes.length === 0 || execution.status !== 'RUNNING' || execution.tasks.length === 0) return;
    const deferred = await this.#options.dispatcher.redispatch(execution, causes, this.#options.now());
    await this.#defer(execution, deferred);
  }

  /** Commits a later time for tasks whose functions had no capacity. */
  async #defer(dispatched: Execution, tasks: readonly OpenTask[]): Promise<void> {
    if (tasks.length === 0) return;
    let execution: Execution | undefined = dispatched;
    for (let conflicts = 0; execution && conflicts < mostConflicts; conflicts++) {
      const step = deferDispatch(execution, tasks, this.#options.now());
      if (step.type === 'nothing') return;
      const outcome = await this.#write(step);
      if (outcome.type === 'committed') {
        this.#cache.set(step.execution);
        return;
      }
      // Too large can only be by the few bytes of the log entry: the tasks' deadlines find them then.
      execution = outcome.type === 'conflict' ? outcome.current : undefined;
    }
    this.#cache.delete(dispatched.executionId);
  }
}

function startFirst(entries: readonly JournalEntry[]): JournalEntry[] {
  const starts = entries.filter((entry) => entry.kind === 'start');
  return [...starts, ...entries.filter((entry) => entry.kind !== 'start')];
}

function stateTooLarge(bytes: number): ExecutionError {
  const message =
    `The execution's state takes ${bytes} bytes, compressed where that helps; an item takes 409,600. ` +
    'Keep large data in S3 and its address in the context.';
  return { code: 'StateTooLarge', name: 'StateTooLarge', message };
}

/** Thrown when other commits to one execution came first too many times in a row: the records are delivered again. */
export class ContentionError extends Error {
  readonly code = 'Contention';
  override readonly name = 'ContentionError';
  constructor(executionId: string) {
    super(`${mostConflicts} commits in a row to the execution '${executionId}' lost to others.`);
  }
}
