import type { Json } from '../../core/data/json.ts';
import type { OutgoingItem } from '../../core/execution/children/messages.ts';
import type { Emission } from '../../core/execution/model/emission.ts';
import type { Execution } from '../../core/execution/model/execution.ts';
import { type OpenTask, taskKey } from '../../core/execution/model/openTask.ts';
import { decodeExecution, encodeExecution, isoTime } from '../executionItem.ts';
import { logTextOf } from '../logText.ts';
import { encodeOutgoing } from '../outgoingItems.ts';
import type { CommitOutcome, HistoryItems } from '../requests.ts';
import { countedItems, expiresAt, type TableLayout } from '../retention.ts';
import { sortKey, sortKeyPrefix } from '../schema.ts';
import type { Executions } from '../table.ts';
import { CommitTransactions, type CommitTransactionsOptions } from './commitTransaction.ts';
import { isAbsentOrExpired, isStillAtVersion } from './conditions.ts';
import { type DynamoDBCalls, partitionQuery } from './dynamoDBCalls.ts';
import { entriesOf } from './dynamoDBJournal.ts';
import { segmentNumber } from './dynamoDBLog.ts';

export interface DynamoDBExecutionsOptions extends TableLayout, CommitTransactionsOptions {
  readonly calls: DynamoDBCalls;
}

/** The `execution` items, in DynamoDB. */
export class DynamoDBExecutions implements Executions {
  readonly #calls: DynamoDBCalls;
  readonly #layout: TableLayout;
  readonly #now: () => number;
  readonly #transactions: CommitTransactions;

  constructor(options: DynamoDBExecutionsOptions) {
    this.#calls = options.calls;
    this.#layout = options;
    this.#now = options.now;
    this.#transactions = new CommitTransactions(options);
  }

  read(executionId: string): Promise<Execution | undefined> {
    return this.#read(executionId, true);
  }

  readEventually(executionId: string): Promise<Execution | undefined> {
    return this.#read(executionId, false);
  }

  async #read(executionId: string, isStrong: boolean): Promise<Execution | undefined> {
    const found = await this.#calls.get(executionId, sortKey.execution, isStrong);
    const [item] = this.#calls.unexpired(found ? [found] : []);
    return item && decodeExecution(item);
  }

  async readTaskInput({ input = null }: OpenTask): Promise<Json> {
    return input;
  }

  async readHistory(executionId: string): Promise<HistoryItems> {
    const items = await this.#calls.queryAll(partitionQuery(executionId));
    const [item] = this.#calls.unexpired(items.filter((each) => each.item?.S === sortKey.execution));
    const execution = item && decodeExecution(item);
    const counted = countedItems(items, execution, this.#now());
    const segments = counted
      .filter((each) => each.item?.S?.startsWith(sortKeyPrefix.logSegment))
      .sort((a, b) => segmentNumber(a) - segmentNumber(b));
    return {
      execution,
      journal: entriesOf(counted),
      segments: segments.map((each) => logTextOf(each.log) ?? ''),
    };
  }

  async commit(
    execution: Execution,
    outgoing: readonly OutgoingItem[] = [],
    emitted: readonly Emission[] = [],
  ): Promise<CommitOutcome> {
    const encoded = encodeExecution(execution, this.#layout, emitted);
    if (encoded.type === 'tooLarge') return encoded;
    const condition =
      execution.version === 1
        ? isAbsentOrExpired(this.#now())
        : isStillAtVersion(execution.version - 1, isoTime(execution.startedAt));
    if (outgoing.length > 0) {
      const expiry = expiresAt(this.#layout, this.#now());
      const items = outgoing.map((item) => encodeOutgoing(item, expiry, execution.traceparent));
      return this.#transactions.commit(encoded.item, condition, items);
    }
    const outcome = await this.#calls.put(encoded.item, condition);
    if (outcome.type === 'written') return { type: 'committed' };
    const current = outcome.existing && decodeExecution(outcome.existing);
    // A request that was sent again by the SDK can meet its own first attempt.
    if (current && outcome.attempts > 1 && isSameCommit(current, execution)) return { type: 'committed' };
    return { type: 'conflict', current };
  }
}

/** Another run may decide the same at the same time. It opens the same tasks, by a cause of its own. */
function isSameCommit(a: Execution, b: Execution): boolean {
  return (
    a.version === b.version &&
    a.log === b.log &&
    a.snapshot === b.snapshot &&
    a.updatedAt === b.updatedAt &&
    causesOf(a) === causesOf(b)
  );
}

function causesOf({ tasks }: Execution): string {
  return tasks.map((task) => `${taskKey(task)} ${task.cause}`).join();
}
