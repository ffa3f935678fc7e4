import type { Advance } from '../core/execution/step/advance.types.ts';
import type { TaskDispatcher } from '../dispatch/taskDispatcher.ts';
import { nobody, type Observer } from '../observability/activity.ts';
import type { CommitOutcome } from '../table/requests.ts';
import type { Table } from '../table/table.ts';

export interface CommitWriterOptions {
  readonly table: Table;
  readonly dispatcher: Pick<TaskDispatcher, 'lists'>;
  /** Whether a publisher reads the emissions from the commits. @default false: nothing is written for it */
  readonly hasBus?: boolean;
  /** @default none */
  readonly observe?: Observer;
}

/** Writes what the pure step has decided on, with all that has to be there before it. */
export class CommitWriter {
  readonly #options: CommitWriterOptions;

  constructor(options: CommitWriterOptions) {
    this.#options = options;
  }

  /**
   * The commit, after the log segment that it drops from the item: a crash between them loses no entry.
   *
   * @param results how many results of task attempts it takes
   */
  async write(
    { execution, segment, itemLists, outgoing, emitted }: Extract<Advance, { type: 'commit' }>,
    results = 0,
  ): Promise<CommitOutcome> {
    const { table, dispatcher, hasBus, observe = nobody } = this.#options;
    for (const list of itemLists) await dispatcher.lists.write(execution.executionId, list);
    if (segment) await table.log.writeSegment(execution.executionId, segment);
    const outcome = await table.executions.commit(execution, outgoing, hasBus ? emitted : []);
    if (outcome.type === 'committed') {
      const entered = emitted.flatMap((emission) => ('status' in emission ? [emission.status] : []));
      observe({ type: 'committed', execution, results, entered });
    } else if (outcome.type === 'conflict') {
      observe({ type: 'conflicted', execution });
    }
    return outcome;
  }
}
