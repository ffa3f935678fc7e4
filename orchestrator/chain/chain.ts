import type { TaskPayload } from '../contract/task.ts';
import type { ResultEntry } from '../core/execution/model/entries.ts';
import type { Execution } from '../core/execution/model/execution.ts';
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
  /** Runs a task and writes its result. Answers the result where it is the one in the journal now. */
  readonly run: (payload: TaskPayload) => Promise<ResultItem | undefined>;
}

/** A chain ends after so long, or so many commits: the orchestrator then goes on, and an invocation of the host ends. */
const longestChainMs = 60_000;
const mostSteps = 1000;
/** Commits lost in a row: another committer is at it, and gets the execution. */
const mostLost = 2;

/**
 * Runs the tasks of an invocation of the worker host and goes on from their results: it takes the step, commits it, and runs
 * the promises that the commit opens. Every result is in the journal before, and the stream brings it to the orchestrator, which
 * commits whatever the chain does not.
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
  readonly #first: readonly TaskPayload[];
  readonly #cause: string;
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
    this.#first = [payload, ...(chain?.others ?? [])];
    this.#cause = chainCause(chainIdOf(payload), options.token);
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
      const result = await this.#options.run(payload);
      const opened = result === undefined ? [] : await this.#inTurn(() => this.#goOn(result));
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

  /** Commits the step that a result leads to. Answers the tasks to run next. */
  async #goOn(result: ResultItem): Promise<readonly TaskPayload[]> {
    const entry = resultEntryOf(result);
    if (entry?.kind !== 'result' || this.#isStored(entry)) return [];
    while (!this.#isOver) {
      this.#execution ??= await this.#options.table.executions.read(result.executionId);
      const step = this.#execution && this.#stepOf(this.#execution, entry);
      if (!step) return [];
      const committed = await this.#commit(step);
      if (!committed) continue;
      const { effects } = step.commit;
      this.#effects = this.#effects.then(() => runEffects(committed, effects, this.#options));
      const isOpen = (task: OpenTask) => committed.tasks.some((open) => taskKey(open) === taskKey(task));
      return step.opened.filter(isOpen).map((task) => this.#payloadOf(committed, step, task));
    }
    return [];
  }

  #isStored({ result }: ResultEntry): boolean {
    return result.status === 'SUCCEEDED' && isLargerThan(result.output, this.#options.storeOverBytes);
  }

  #stepOf(execution: Execution, entry: ResultEntry): ChainStep | undefined {
    const { machines, limits, now: clock, storeOverBytes } = this.#options;
    const now = clock();
    const step = chainStep({ machines, limits, execution, entry, cause: this.#cause, now });
    if (!step || mayExceed(step.commit.execution, storeOverBytes)) return undefined;
    const hasRoom = this.#steps < mostSteps && now < this.#until;
    return hasRoom || step.opened.length === 0 ? step : undefined;
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
