import type { TaskPayload } from '../contract/task.ts';
import type { ResultEntry } from '../core/execution/model/entries.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { withWord } from '../core/execution/model/logCut.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';
import type { AdvanceLimits } from '../core/execution/step/advance.types.ts';
import { chainCause, chainIdOf } from '../core/execution/tasks/chainCause.ts';
import { type EffectsOptions, runEffects } from '../step/effects.ts';
import { type ResultItem, resultEntryOf } from '../table/resultItem.ts';
import { isLargerThan, mayExceed } from '../table/stored/placement.ts';
import { type ChainPayloadOptions, chainPayload, isSameTask } from './chainPayload.ts';
import { type ChainStep, chainStep } from './chainStep.ts';
import { ChainWriter, type ChainWriterOptions } from './chainWriter.ts';
import { inlinedEntry } from './inlining.ts';
import { commitBy, type PendingCommit, type TakenResult, withStep } from './pendingCommit.ts';

export interface ChainOptions extends EffectsOptions, ChainWriterOptions, ChainPayloadOptions {
  readonly limits: AdvanceLimits;
  /** Larger data goes to the object store: such a step is the orchestrator's. Infinite without a store. */
  readonly storeOverBytes: number;
  /** Waits, without keeping the process alive. */
  readonly wait: (ms: number) => Promise<unknown>;
  /** Names this run, and no other: random. */
  readonly token: string;
  /** Runs a task. Writes no result; answers it where the task was begun. */
  readonly attempt: (payload: TaskPayload) => Promise<ResultItem | undefined>;
  /** Writes a result. Answers it where it is the one in the journal now. */
  readonly write: (payload: TaskPayload, result: ResultItem) => Promise<ResultItem | undefined>;
}

/** A chain ends after so long, or so many commits: the orchestrator then goes on, and an invocation of the host ends. */
const longestChainMs = 60_000;
const mostSteps = 1000;
/** Commits lost in a row: another committer is at it, and gets the execution. */
const mostLost = 2;
/** Characters: what is not committed yet is in memory, and then in one item. */
const longestUncommittedLog = 32_000;

/**
 * Runs the tasks of an invocation of the worker host and goes on from their results: it takes the step, commits it, and runs
 * the promises that the commit opens. With the permission to inline, a small result is a part of the commit. Every other is in the
 * journal before, and the stream brings it to the orchestrator, which commits whatever the chain does not.
 *
 * Rejects where it is not known whether a commit was taken, or where the table did not take a result: Lambda then invokes
 * the function for failures, which looks after the tasks that the chain has left open.
 */
export async function runChain(payload: TaskPayload, options: ChainOptions): Promise<void> {
  await new ChainRun(payload, options).run();
}

class ChainRun {
  readonly #options: ChainOptions;
  readonly #writer: ChainWriter;
  readonly #executionId: string;
  readonly #first: readonly TaskPayload[];
  readonly #cause: string;
  readonly #inlines: boolean;
  readonly #until: number;
  /** How long steps may be uncommitted. Absent: each is committed before what it opens is begun. */
  readonly #everyMs: number | undefined;
  /** As it was committed last, by this run or before a commit that it has lost. */
  #committed: Execution | undefined;
  /** The steps since then. */
  #pending: PendingCommit | undefined;
  /** By the keys of their results: the tasks that run now. */
  readonly #running = new Map<string, TaskPayload>();
  /** The tasks that it has opened, as they were then. */
  readonly #begun = new WeakMap<TaskPayload, OpenTask>();
  readonly #branches = new Set<Promise<void>>();
  /** When the steps since the last commit are committed at the latest. */
  #commitsAt: number | undefined;
  #steps = 0;
  #lost = 0;
  #isOver = false;
  /** Commits are taken one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  /** So are actions, in the order of the commits. */
  #effects: Promise<void> = Promise.resolve();
  readonly #errors: unknown[] = [];

  constructor({ chain, ...payload }: TaskPayload, options: ChainOptions) {
    this.#options = options;
    this.#executionId = payload.executionId;
    this.#first = [payload, ...(chain?.others ?? [])];
    this.#cause = chainCause(chainIdOf(payload), options.token);
    this.#writer = new ChainWriter(options, this.#cause);
    this.#inlines = chain?.inlines === true;
    this.#until = options.now() + longestChainMs;
    const machine = options.machines.find(payload.machine, payload.machineVersion);
    this.#everyMs = this.#inlines ? machine?.checkpointMs : undefined;
  }

  async run(): Promise<void> {
    for (const payload of this.#first) this.#begin(payload);
    while (this.#branches.size > 0 || this.#pending) {
      await Promise.all(this.#branches);
      if (this.#branches.size === 0)
        await this.#inTurn(() => this.#commitPending()).catch((error) => this.#fail(error));
    }
    await this.#effects;
    const [error] = this.#errors;
    if (error !== undefined) throw error;
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.#errors.push(error);
  }

  /** Runs a task, and takes what it comes to. Never rejects: the other branches go on. */
  #begin(payload: TaskPayload): void {
    this.#running.set(payload.item, payload);
    const branch = this.#branch(payload).catch((error) => this.#fail(error));
    this.#branches.add(branch);
    void branch.then(() => this.#branches.delete(branch));
  }

  async #branch(payload: TaskPayload): Promise<void> {
    const result = await this.#options.attempt(payload);
    if (this.#running.get(payload.item) === payload) this.#running.delete(payload.item);
    if (result !== undefined) await this.#take(payload, result);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Takes a result into the next commit; where that is not the chain's, it becomes an item of the journal. */
  async #take(payload: TaskPayload, result: ResultItem): Promise<void> {
    try {
      const inlined = this.#inlines ? inlinedEntry(result) : undefined;
      if (inlined && (await this.#inTurn(() => this.#goOn({ payload, result, entry: inlined })))) return;
      const written = await this.#inTurn(async () => {
        await this.#commitPending();
        return this.#insert({ payload, result });
      });
      const entry = written && resultEntryOf(written);
      if (entry?.kind !== 'result' || this.#isStored(entry)) return;
      await this.#inTurn(() => this.#goOn({ payload, result, entry }));
    } catch (error) {
      // It is not known whether a commit was taken: where it was, nothing waits for the item any more.
      await this.#insert({ payload, result });
      throw error;
    }
  }

  /** Takes the step that a result leads to. Answers whether the result is in a commit now, in one to come, or in the journal. */
  async #goOn(taken: TakenResult): Promise<boolean> {
    while (!this.#isOver) {
      this.#committed ??= await this.#options.table.executions.read(this.#executionId);
      const step = this.#stepOf(taken);
      if (step) {
        this.#add(step, taken);
        if (this.#mustCommit(taken)) await this.#commitPending();
        else this.#goOnUncommitted();
        return true;
      }
      if (!this.#pending) return false;
      await this.#commitPending();
    }
    return false;
  }

  /** The execution after all steps that were taken, be they committed or not. */
  get #latest(): Execution | undefined {
    return this.#pending?.commit.execution ?? this.#committed;
  }

  #isStored({ result }: ResultEntry): boolean {
    return result.status === 'SUCCEEDED' && isLargerThan(result.output, this.#options.storeOverBytes);
  }

  #stepOf({ payload, entry }: TakenResult): ChainStep | undefined {
    const { machines, limits, now: clock, storeOverBytes } = this.#options;
    const execution = this.#latest;
    if (!execution || !this.#isOpen(execution, payload)) return undefined;
    const now = clock();
    const step = chainStep({ machines, limits, execution, entry, cause: this.#cause, now });
    if (!step || mayExceed(step.commit.execution, storeOverBytes)) return undefined;
    const steps = this.#steps + (this.#pending?.results.length ?? 0);
    const mayGoOn = steps < mostSteps && now < this.#until;
    if (!mayGoOn && step.opened.length > 0) return undefined;
    const isDear = this.#everyMs === undefined && entry.isInlined && !this.#writer.roomFor(step.commit).fits;
    return isDear ? undefined : step;
  }

  /**
   * Whether the task of a result is open. After a lost checkpoint another task may have its number: a result counts where it is of
   * the same worker, by the same input.
   */
  #isOpen(execution: Execution, payload: TaskPayload): boolean {
    const task = execution.tasks.find((open) => taskKey(open) === payload.item);
    if (!task || this.#everyMs === undefined || this.#begun.get(payload) === task) return task !== undefined;
    return isSameTask(chainPayload(execution, task, this.#options), payload);
  }

  #add(step: ChainStep, taken: TakenResult): void {
    const { execution } = step.commit;
    const every = this.#everyMs ?? 0;
    const until = commitBy(this.#options.now(), every, [this.#committed, execution]);
    // Only a committed log is cut.
    const log = withWord(execution.log, 'keep');
    const kept = { ...step, commit: { ...step.commit, execution: { ...execution, log } } };
    this.#pending = withStep(this.#pending, kept, taken, until);
  }

  /** A checkpoint waits for nothing but its own promises, and not for long. */
  #mustCommit({ entry }: TakenResult): boolean {
    const pending = this.#pending;
    if (!pending || this.#everyMs === undefined || !entry.isInlined) return true;
    const { status, log } = pending.commit.execution;
    const waitsForPromise = this.#running.size > 0 || pending.opened.some((task) => this.#isStillOpen(task));
    return (
      status !== 'RUNNING' ||
      !waitsForPromise ||
      log.length > longestUncommittedLog ||
      this.#options.now() >= pending.until
    );
  }

  #isStillOpen(task: OpenTask): boolean {
    return this.#latest?.tasks.some((open) => taskKey(open) === taskKey(task)) === true;
  }

  /** Begins what was opened, before it is committed. */
  #goOnUncommitted(): void {
    const pending = this.#pending;
    if (!pending) return;
    this.#beginOpened(pending);
    if (this.#commitsAt !== undefined && this.#commitsAt <= pending.until) return;
    this.#commitsAt = pending.until;
    const { wait, now } = this.#options;
    void wait(pending.until - now())
      .then(() => this.#inTurn(() => this.#commitDue()))
      .catch((error) => this.#fail(error));
  }

  async #commitDue(): Promise<void> {
    this.#commitsAt = undefined;
    if (!this.#pending) return;
    if (this.#pending.until <= this.#options.now()) await this.#commitPending();
    else this.#goOnUncommitted();
  }

  /** Begins the tasks that the steps have opened and that are open still, unless they run. */
  #beginOpened({ opened }: PendingCommit): void {
    const execution = this.#latest;
    if (!execution) return;
    for (const { task, attempt } of opened) {
      const open = execution.tasks.find((each) => each.task === task && each.attempt === attempt);
      const payload = open?.cause === this.#cause ? chainPayload(execution, open, this.#options) : undefined;
      if (!open || !payload || isSameTask(this.#running.get(payload.item), payload)) continue;
      this.#begun.set(payload, open);
      this.#begin(payload);
    }
  }

  /** Commits the steps since the last commit. Where another came first, their results are taken once more, as far as they fit. */
  async #commitPending(): Promise<void> {
    for (let pending = this.#pending; pending; pending = this.#pending) {
      const outcome = await this.#writer.write(pending).catch(async (error) => {
        this.#pending = undefined;
        this.#isOver = true;
        await this.#insertAll(pending.results);
        throw error;
      });
      this.#pending = undefined;
      switch (outcome.type) {
        case 'committed': {
          const { execution } = outcome;
          this.#lost = 0;
          this.#steps += pending.results.length;
          this.#committed = execution;
          const { effects } = pending.commit;
          this.#effects = this.#effects.then(() => runEffects(execution, effects, this.#options));
          this.#beginOpened(pending);
          return;
        }
        case 'conflict':
          this.#lost += 1;
          this.#committed = outcome.current;
          this.#isOver ||= this.#lost >= mostLost || outcome.current === undefined;
          break;
        case 'tooLarge':
          this.#isOver = true;
      }
      await this.#insertAll(this.#isOver ? pending.results : this.#takeAgain(pending.results));
    }
  }

  /** Answers the results that lead nowhere in the execution as it is now. */
  #takeAgain(results: readonly TakenResult[]): readonly TakenResult[] {
    const left = results.filter((taken) => {
      const step = this.#stepOf(taken);
      if (step) this.#add(step, taken);
      return step === undefined;
    });
    if (this.#everyMs !== undefined && this.#pending) this.#beginOpened(this.#pending);
    return left;
  }

  async #insertAll(results: readonly TakenResult[]): Promise<void> {
    for (const taken of results) if (taken.entry.isInlined) await this.#insert(taken);
  }

  /**
   * Writes a result as an item, unless no commit has opened its task: nothing waits for it, and the item would be in the way of
   * another task with that number.
   */
  async #insert({ payload, result }: Omit<TakenResult, 'entry'>): Promise<ResultItem | undefined> {
    const isCommitted =
      this.#everyMs === undefined ||
      this.#first.includes(payload) ||
      (this.#committed !== undefined && this.#isOpen(this.#committed, payload));
    return isCommitted ? this.#options.write(payload, result) : undefined;
  }
}
