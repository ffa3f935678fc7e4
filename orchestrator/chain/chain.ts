import type { TaskPayload } from '../contract/task.ts';
import type { ResultEntry } from '../core/execution/model/entries.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { hasInlined } from '../core/execution/model/log.ts';
import type { MachineLookup } from '../core/execution/model/machines.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';
import type { AdvanceLimits } from '../core/execution/step/advance.types.ts';
import { chainCause, chainIdOf } from '../core/execution/tasks/chainCause.ts';
import { ListItems } from '../dispatch/listItems.ts';
import { taskPayloadOf } from '../dispatch/taskPayload.ts';
import type { Observer } from '../observability/activity.ts';
import { CommitWriter } from '../step/commitWriter.ts';
import { type EffectsOptions, runEffects } from '../step/effects.ts';
import { type ResultItem, resultEntryOf } from '../table/resultItem.ts';
import { expiresAt, type TableLayout } from '../table/retention.ts';
import { isLargerThan, mayExceed } from '../table/stored/placement.ts';
import type { Table } from '../table/table.ts';
import { type ChainStep, chainStep } from './chainStep.ts';
import { inlinedEntry, LogRoom } from './inlining.ts';

export interface ChainOptions extends EffectsOptions {
  readonly table: Table;
  readonly machines: MachineLookup;
  readonly limits: AdvanceLimits;
  readonly tableName: string;
  readonly layout: TableLayout;
  /** Whether a publisher reads the emissions from the commits. */
  readonly hasBus: boolean;
  /** Called for each commit. */
  readonly observe: Observer;
  /** Larger data goes to the object store: such a step is the orchestrator's. Infinite without a store. */
  readonly storeOverBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
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
  readonly #writer: CommitWriter;
  readonly #executionId: string;
  readonly #first: readonly TaskPayload[];
  readonly #cause: string;
  readonly #inlines: boolean;
  readonly #until: number;
  /** As it was committed last, by this run or before a commit that it has lost. */
  #execution: Execution | undefined;
  #steps = 0;
  #lost = 0;
  #isOver = false;
  /** Commits are taken one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  /** So are actions, in the order of the commits. */
  #effects: Promise<void> = Promise.resolve();
  readonly #errors: unknown[] = [];

  constructor({ chain, ...payload }: TaskPayload, options: ChainOptions) {
    const { table, hasBus, observe } = options;
    this.#options = options;
    this.#writer = new CommitWriter({ table, dispatcher: { lists: new ListItems(table) }, hasBus, observe });
    this.#executionId = payload.executionId;
    this.#first = [payload, ...(chain?.others ?? [])];
    this.#cause = chainCause(chainIdOf(payload), options.token);
    this.#inlines = chain?.inlines === true;
    this.#until = options.now() + longestChainMs;
  }

  async run(): Promise<void> {
    await Promise.all(this.#first.map((payload) => this.#branch(payload)));
    await this.#effects;
    const [error] = this.#errors;
    if (error !== undefined) throw error;
  }

  /** A task, and everything that its result leads to in this chain. Never rejects: the other branches go on. */
  async #branch(payload: TaskPayload): Promise<void> {
    try {
      const result = await this.#options.attempt(payload);
      const opened = result === undefined ? [] : await this.#take(payload, result);
      await Promise.all(opened.map((next) => this.#branch(next)));
    } catch (error) {
      this.#isOver = true;
      this.#errors.push(error);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Commits a result, with its step where that is the chain's. Answers the tasks to run next. */
  async #take(payload: TaskPayload, result: ResultItem): Promise<readonly TaskPayload[]> {
    const { write } = this.#options;
    const inlined = this.#inlines ? inlinedEntry(result) : undefined;
    if (inlined) {
      try {
        const opened = await this.#inTurn(() => this.#goOn(inlined));
        if (opened) return opened;
      } catch (error) {
        // It is not known whether the commit was taken: where it was, nothing waits for the item any more.
        await write(payload, result);
        throw error;
      }
    }
    const written = await write(payload, result);
    const entry = written && resultEntryOf(written);
    if (entry?.kind !== 'result' || this.#isStored(entry)) return [];
    return (await this.#inTurn(() => this.#goOn(entry))) ?? [];
  }

  /** Commits the step that a result leads to. Answers the tasks to run next; undefined where it was not committed. */
  async #goOn(entry: ResultEntry): Promise<readonly TaskPayload[] | undefined> {
    while (!this.#isOver) {
      this.#execution ??= await this.#options.table.executions.read(this.#executionId);
      const step = this.#execution && this.#stepOf(this.#execution, entry);
      if (!step) return undefined;
      const committed = await this.#commit(step);
      if (!committed) continue;
      const { effects } = step.commit;
      this.#effects = this.#effects.then(() => runEffects(committed, effects, this.#options));
      const isOpen = (task: OpenTask) => committed.tasks.some((open) => taskKey(open) === taskKey(task));
      return step.opened.filter(isOpen).map((task) => this.#payloadOf(committed, step, task));
    }
    return undefined;
  }

  #isStored({ result }: ResultEntry): boolean {
    return result.status === 'SUCCEEDED' && isLargerThan(result.output, this.#options.storeOverBytes);
  }

  #stepOf(execution: Execution, entry: ResultEntry): ChainStep | undefined {
    const { machines, limits, now: clock, storeOverBytes } = this.#options;
    const now = clock();
    const step = chainStep({ machines, limits, execution, entry, cause: this.#cause, now });
    if (!step || mayExceed(step.commit.execution, storeOverBytes)) return undefined;
    const mayGoOn = this.#steps < mostSteps && now < this.#until;
    return mayGoOn || step.opened.length === 0 ? this.#withRoom(step, entry) : undefined;
  }

  /** The step, with a word on how its log is cut. Undefined where the result is to be inlined and does not fit. */
  #withRoom(step: ChainStep, { isInlined }: ResultEntry): ChainStep | undefined {
    const { layout, hasBus } = this.#options;
    const { commit } = step;
    if (!hasInlined(commit.execution.log)) return step;
    const room = new LogRoom(commit, layout, hasBus);
    if (isInlined && !room.fits) return undefined;
    const execution = { ...commit.execution, log: room.withWord() };
    return { ...step, commit: { ...commit, execution } };
  }

  /** Answers the execution as it is committed; undefined where another commit came first. */
  async #commit(step: ChainStep): Promise<Execution | undefined> {
    const outcome = await this.#write(step);
    switch (outcome.type) {
      case 'committed':
        this.#lost = 0;
        this.#steps += 1;
        this.#execution = outcome.execution;
        return outcome.execution;
      case 'conflict':
        this.#lost += 1;
        this.#execution = outcome.current;
        this.#isOver = this.#lost >= mostLost || outcome.current === undefined;
        return undefined;
      case 'tooLarge':
        this.#isOver = true;
        return undefined;
    }
  }

  async #write({
    commit,
    opened,
  }: ChainStep): Promise<
    | { readonly type: 'committed'; readonly execution: Execution }
    | { readonly type: 'conflict'; readonly current: Execution | undefined }
    | { readonly type: 'tooLarge' }
  > {
    try {
      const outcome = await this.#writer.write(commit, 1);
      return outcome.type === 'committed'
        ? { type: 'committed', execution: outcome.stored ?? commit.execution }
        : outcome;
    } catch (error) {
      // It may have been taken all the same. A task that bears this run's cause shows that it was.
      const current = await this.#options.table.executions.read(commit.execution.executionId);
      const isOwn = opened.some((task) =>
        current?.tasks.some((open) => taskKey(open) === taskKey(task) && open.cause === this.#cause),
      );
      if (current && isOwn) return { type: 'committed', execution: current };
      // No commit of a version comes after another of the same: this one will not be taken any more.
      if (current && current.version >= commit.execution.version) return { type: 'conflict', current };
      throw error;
    }
  }

  /** JSON, as through Lambda: a promise that changes its input changes nothing here. */
  #payloadOf(execution: Execution, { machine }: ChainStep, task: OpenTask): TaskPayload {
    const { tableName, layout, now } = this.#options;
    const { traceparent } = execution;
    const payload = taskPayloadOf({
      execution,
      task,
      machine,
      source: machine.taskSourceOf(task.worker),
      input: task.input ?? null,
      tableName,
      expiresAt: expiresAt(layout, now()),
    });
    const traced = traceparent === undefined ? payload : { ...payload, traceparent };
    return JSON.parse(JSON.stringify(traced));
  }
}
