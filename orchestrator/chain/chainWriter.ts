import type { Execution } from '../core/execution/model/execution.ts';
import { taskKey } from '../core/execution/model/openTask.ts';
import { ListItems } from '../dispatch/listItems.ts';
import type { Observer } from '../observability/activity.ts';
import { CommitWriter } from '../step/commitWriter.ts';
import type { TableLayout } from '../table/retention.ts';
import type { Table } from '../table/table.ts';
import type { ChainStep } from './chainStep.ts';
import { LogRoom } from './inlining.ts';
import type { PendingCommit } from './pendingCommit.ts';

export interface ChainWriterOptions {
  readonly table: Table;
  readonly layout: TableLayout;
  /** Whether a publisher reads the emissions from the commits. */
  readonly hasBus: boolean;
  /** Called for each commit. */
  readonly observe: Observer;
}

export type ChainWriteOutcome =
  | { readonly type: 'committed'; readonly execution: Execution }
  /** Another commit came first. */
  | { readonly type: 'conflict'; readonly current: Execution | undefined }
  | { readonly type: 'tooLarge' };

/** Writes the commits of one run of a chain. */
export class ChainWriter {
  readonly #options: ChainWriterOptions;
  readonly #writer: CommitWriter;
  readonly #cause: string;

  /** @param cause of the tasks that the run opens: no other run has it */
  constructor(options: ChainWriterOptions, cause: string) {
    const { table } = options;
    this.#options = options;
    this.#writer = new CommitWriter({ ...options, dispatcher: { lists: new ListItems(table) } });
    this.#cause = cause;
  }

  roomFor(commit: ChainStep['commit']): LogRoom {
    const { layout, hasBus } = this.#options;
    return new LogRoom(commit, layout, hasBus);
  }

  /** Rejects where it is not known whether the commit was taken. */
  async write({ commit, opened, results }: PendingCommit): Promise<ChainWriteOutcome> {
    const execution = { ...commit.execution, log: this.roomFor(commit).withWord() };
    try {
      const outcome = await this.#writer.write({ ...commit, execution }, results.length);
      return outcome.type === 'committed'
        ? { type: 'committed', execution: outcome.stored ?? execution }
        : outcome;
    } catch (error) {
      // It may have been taken all the same. A task that bears this run's cause shows that it was.
      const current = await this.#options.table.executions.read(execution.executionId);
      const isOwn = opened.some((task) =>
        current?.tasks.some((open) => taskKey(open) === taskKey(task) && open.cause === this.#cause),
      );
      if (current && isOwn) return { type: 'committed', execution: current };
      // No commit of a version comes after another of the same: this one will not be taken any more.
      if (current && current.version >= execution.version) return { type: 'conflict', current };
      throw error;
    }
  }
}
