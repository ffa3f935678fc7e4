import { type Nudge, nudgeId } from '../contract/nudge.ts';
import { openTasks } from '../core/execution/lists/runningList.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { journalReferences } from '../core/execution/model/log.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';
import type { Executions, JournalReader as JournalOfTable } from '../table/table.ts';
import type { AfterCommit } from './afterCommit.ts';
import type { Committer } from './committer.ts';
import type { JournalReader } from './journalReader.ts';
import type { JournalRecord } from './journalRecord.ts';
import type { StepTaker } from './stepTaker.ts';
import type { Fetch } from './storedInputs.ts';

export interface NudgesOptions {
  readonly table: {
    readonly executions: Pick<Executions, 'readEventually'>;
    readonly journal: Pick<JournalOfTable, 'readEntries'>;
  };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly journal: JournalReader;
  readonly steps: StepTaker;
  readonly committer: Committer;
  readonly after: AfterCommit;
}

/** Others are at it, and the stream brings them the item, too. */
const mostConflicts = 2;
/** DynamoDB's clock and ours may differ by this much. */
const clockSkewMs = 60_000;

/**
 * The steps of nudges: the writer of a journal item invokes the orchestrator with it. The stream brings each of these items later, so
 * whatever takes more than one step is left to it.
 */
export class Nudges {
  readonly #options: NudgesOptions;
  readonly #applied = new AppliedMemory();

  constructor(options: NudgesOptions) {
    this.#options = options;
  }

  /**
   * Applies an item to an execution that was just read. Where it is applied already, only what an earlier run of the same nudge
   * may have lost is dispatched.
   *
   * @param given the item, where the nudge has it. @default it is read
   */
  async apply(read: Execution, nudge: Nudge, given: JournalEntry | undefined, fetch: Fetch): Promise<void> {
    const { table, journal, steps, committer, after, now } = this.#options;
    const { executionId, item = '' } = nudge;
    const id = nudgeId(nudge);
    const [entry] = given ? [given] : await table.journal.readEntries(executionId, [item], read);
    let execution: Execution | undefined = read;
    for (let conflicts = 0; entry && execution && conflicts < mostConflicts; conflicts++) {
      const input = journal.nudgeInput(execution, entry, id, now());
      if (!input) break;
      const { step, input: taken } = await steps.take(input, fetch);
      if (step.type === 'nothing') break;
      const outcome = await committer.commitTraced(step, taken, fetch);
      if (outcome.type === 'committed') this.#applied.add(executionId, entry.reference, now());
      if (outcome.type !== 'conflict') return;
      execution = outcome.current;
    }
    if (execution) await after.redispatch(execution, [id]);
  }

  /**
   * Whether nudges have applied all of the records: by what this instance remembers, or by a read at half the price. Both may show
   * too little, and never too much.
   */
  async haveApplied(executionId: string, records: readonly JournalRecord[]): Promise<boolean> {
    if (records.every((record) => this.#applied.has(executionId, record))) return true;
    const execution = await this.#options.table.executions.readEventually(executionId);
    return execution !== undefined && showsApplied(execution, records);
  }
}

/** The items that this instance has applied because of nudges. Bounded. */
class AppliedMemory {
  readonly #limit: number;
  /** When each was applied. */
  readonly #at = new Map<string, number>();

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  /** An execution that is started again under the same id has items of the same names, which are newer. */
  has(executionId: string, { entry, createdAt }: JournalRecord): boolean {
    const at = this.#at.get(`${executionId}/${entry.reference}`);
    return at !== undefined && at + clockSkewMs >= createdAt;
  }

  add(executionId: string, reference: string, at: number): void {
    this.#at.set(`${executionId}/${reference}`, at);
    if (this.#at.size <= this.#limit) return;
    for (const oldest of this.#at.keys()) {
      this.#at.delete(oldest);
      break;
    }
  }
}

/**
 * Whether an execution as it was once shows that its log has the records, and that their deliveries have left nothing undone.
 * One that is older than the records may be another of the same id.
 */
function showsApplied(execution: Execution, records: readonly JournalRecord[]): boolean {
  if (execution.waiting || execution.outbox) return false;
  const logged = new Set(journalReferences(execution.log));
  const isDone = ({ entry, createdAt }: JournalRecord) =>
    logged.has(entry.reference) && execution.updatedAt + clockSkewMs >= createdAt;
  const isOfRecord = (task: OpenTask) =>
    records.some(({ entry: { reference } }) => reference === task.cause || reference === taskKey(task));
  return records.every(isDone) && !openTasks(execution).some(isOfRecord);
}
