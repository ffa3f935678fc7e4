import type { Advance } from './core/execution/advance.ts';
import type { CommitOutcome, Table } from './table/table.ts';
import type { TaskDispatcher } from './taskDispatcher.ts';

export interface CommitWriterOptions {
  readonly table: Table;
  readonly dispatcher: Pick<TaskDispatcher, 'lists'>;
  /** Whether a publisher reads from the commits what they tell the bus. @default false: nothing is written for it */
  readonly hasBus?: boolean;
}

/** Writes what the pure step has decided on, with all that has to be there before it. */
export class CommitWriter {
  readonly #options: CommitWriterOptions;

  constructor(options: CommitWriterOptions) {
    this.#options = options;
  }

  /** The commit, after the log segment that it drops from the item: a crash between them loses no entry. */
  async write({
    execution,
    segment,
    itemLists,
    outgoing,
    emitted,
  }: Extract<Advance, { type: 'commit' }>): Promise<CommitOutcome> {
    const { table, dispatcher, hasBus } = this.#options;
    for (const list of itemLists) await dispatcher.lists.write(execution.executionId, list);
    if (segment) await table.writeLogSegment(execution.executionId, segment);
    return table.commit(execution, outgoing, hasBus ? emitted : []);
  }
}
