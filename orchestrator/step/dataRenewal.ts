import { childId, childNumber } from '../core/execution/model/addresses.ts';
import { type Execution, hasEnded } from '../core/execution/model/execution.ts';
import { renewalAt } from '../core/execution/model/renewal.ts';
import type { Retention } from '../core/policy/retention.ts';
import { isStoredDataError, type StoredJson } from '../store/storedJson.ts';
import { dataFolder } from '../table/stored/dataKeys.ts';
import type { Table } from '../table/table.ts';
import type { JournalRecord } from './journalRecord.ts';

export interface DataRenewalOptions {
  readonly table: Pick<Table, 'executions' | 'expiries'>;
  readonly data: StoredJson;
  /** Absent: expiries are left as they are. */
  readonly retention?: Retention | undefined;
}

/** Writes of one wake. The rest stays due, and the clock calls again for it. */
const mostItemsAtOnce = 2000;
const mostObjectsAtOnce = 500;
/** Objects are kept a week longer than items, and may be older by as much as that leaves. */
const longestObjectToleranceMs = 86_400_000;

/** Keeps what an execution refers to from expiring before it does. */
export class DataRenewal {
  readonly #options: DataRenewalOptions;

  constructor(options: DataRenewalOptions) {
    this.#options = options;
  }

  isDue(execution: Execution, now: number): boolean {
    return (renewalAt(execution, this.#options.retention) ?? Number.POSITIVE_INFINITY) <= now;
  }

  /**
   * Writers set the expiry of their items. They may know another retention or none, or have learned it long before they
   * wrote. An expiry that is too early for an execution that begins now is postponed before the item is applied.
   */
  async postponeEarly(executionId: string, records: readonly JournalRecord[], now: number): Promise<void> {
    const { table, retention } = this.#options;
    if (!retention) return;
    const { keptMs, toleranceMs } = retention;
    const isForEver = keptMs === Number.POSITIVE_INFINITY;
    for (const { entry, createdAt, expiresAt } of records) {
      if (expiresAt === undefined) continue;
      if (!isForEver && expiresAt >= createdAt + keptMs - toleranceMs) continue;
      await table.expiries.postpone(executionId, entry.reference, isForEver ? undefined : now + keptMs);
    }
  }

  /**
   * Renews what is in the execution's own partition and folder of the store, and what it refers to elsewhere: children that have
   * ended, while it has not taken their result or may redrive them, and those that worked on its lists, whose results a
   * replay reads. Children that run renew their own. Answers whether nothing is left to be done.
   */
  async renew(execution: Execution, now: number): Promise<boolean> {
    const { retention } = this.#options;
    if (!retention) return true;
    const { keptMs, toleranceMs, skippedMs } = retention;
    const skipped = hasEnded(execution.status) ? toleranceMs : skippedMs;
    return this.#renewWith(execution, { now, until: now + keptMs, skippedMs: skipped });
  }

  async #renewWith(execution: Execution, renewal: Renewal): Promise<boolean> {
    const { executionId, machine, children = [] } = execution;
    const renewed = await this.#renewOwn(executionId, renewal);
    if (!renewed.isComplete) return false;
    const open = new Set(children.map(({ task }) => childId(executionId, task)));
    const reported = renewed.senders.filter((sender) => childNumber(sender, executionId) !== undefined);
    for (const id of new Set([...open, ...reported])) {
      const child = await this.#options.table.executions.read(id);
      if (!child || !hasEnded(child.status)) continue;
      if ((open.has(id) || isOfList(child.machine, machine)) && !(await this.#renewWith(child, renewal)))
        return false;
    }
    return true;
  }

  async #renewOwn(
    executionId: string,
    { now, until, skippedMs }: Renewal,
  ): Promise<{ readonly isComplete: boolean; readonly senders: readonly string[] }> {
    const { table, data } = this.#options;
    const items = { before: until - skippedMs, until, limit: mostItemsAtOnce };
    const { count, senders } = await table.expiries.renew(executionId, items);
    const objectsBefore = now - Math.min(skippedMs, longestObjectToleranceMs);
    try {
      const objects = await data.renew(dataFolder(executionId), objectsBefore, mostObjectsAtOnce);
      return { isComplete: count < mostItemsAtOnce && objects < mostObjectsAtOnce, senders };
    } catch (error) {
      if (!isStoredDataError(error)) throw error;
      return { isComplete: false, senders };
    }
  }
}

interface Renewal {
  /** Milliseconds since the epoch, as `until`. */
  readonly now: number;
  readonly until: number;
  /** Items that were postponed or written so recently are left as they are. */
  readonly skippedMs: number;
}

/** Executions that work on a list, or on a part of one, have machines that are named after their owner's. */
function isOfList(machine: string, owner: string): boolean {
  return machine === owner || machine.startsWith(`${owner}.`);
}
