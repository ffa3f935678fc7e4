import type { Execution } from '../core/execution/model/execution.ts';
import { cutAs } from '../core/execution/model/logCut.ts';
import type { Advance, LogSegment } from '../core/execution/step/advance.types.ts';
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
    const cut = segment ? await this.#insertSegment(execution, segment) : execution;
    if (cut === undefined) {
      observe({ type: 'conflicted', execution });
      return { type: 'conflict', current: await table.executions.read(execution.executionId) };
    }
    const written = await table.executions.commit(cut, outgoing, hasBus ? emitted : []);
    const outcome = written.type === 'committed' && cut !== execution ? { stored: cut, ...written } : written;
    if (outcome.type === 'committed') {
      const entered = emitted.flatMap((emission) => ('status' in emission ? [emission.status] : []));
      observe({ type: 'committed', execution, results, entered });
    } else if (outcome.type === 'conflict') {
      observe({ type: 'conflicted', execution });
    }
    return outcome;
  }

  /**
   * Inserts what the commit cuts off the log. Answers the execution as it is to be committed then; undefined where another commit
   * came first.
   */
  async #insertSegment(execution: Execution, segment: LogSegment): Promise<Execution | undefined> {
    const { log, executions } = this.#options.table;
    const { executionId, version, startedAt } = execution;
    const outcome = await log.insertSegment(executionId, segment);
    if (outcome.type === 'inserted' || outcome.text === segment.text) return execution;
    // A committer of another release has cut the same log elsewhere: its commit may be yet to come.
    const recut = cutAs(outcome.text, { segment: segment.text, log: execution.log });
    if (recut !== undefined) return { ...execution, log: recut };
    const current = await executions.read(executionId);
    if (current ? current.version !== version - 1 || current.startedAt !== startedAt : version > 1)
      return undefined;
    // No committer of this execution has written it: it was left by one that had the id before.
    await log.replaceSegment(executionId, segment);
    return execution;
  }
}
