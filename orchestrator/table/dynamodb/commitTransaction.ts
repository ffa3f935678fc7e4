import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CancellationReason,
  type DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { fraction } from '../../core/execution/tasks/tasks.ts';
import { type Attributes, attributesSize } from '../attributes.ts';
import { decodeExecution } from '../executionItem.ts';
import type { CommitOutcome } from '../requests.ts';
import { maximumItemBytes } from '../schema.ts';
import { type Condition, isNotWrittenYet } from './conditions.ts';
import type { Units } from './dynamoDBCalls.ts';

export interface CommitTransactionsOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onConsumedCapacity?: (consumed: Units) => void;
  /** Waits between transactions that another one cancelled. @default the system's timers */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** DynamoDB's limit for all items of a transaction; some is kept free for keys and conditions. */
const maximumTransactionBytes = 4 * 1024 * 1024 - 64 * 1024;

/** Two transactions that meet at an item cancel each other; they go on after a pause. */
const mostConflicts = 6;
const firstPauseMs = 10;

/** Commits that write journal items of other executions, too: all of it is written, or nothing. */
export class CommitTransactions {
  readonly #options: CommitTransactionsOptions;

  constructor(options: CommitTransactionsOptions) {
    this.#options = options;
  }

  /** @param outgoing journal items of other executions; one that is there already was sent */
  async commit(
    execution: Attributes,
    condition: Condition,
    outgoing: readonly Attributes[],
  ): Promise<CommitOutcome> {
    const bytes = tooManyBytes([execution, ...outgoing]);
    if (bytes !== undefined) return { type: 'tooLarge', bytes };
    const { now, sleep: pause = sleep } = this.#options;
    let unsent = outgoing;
    for (let conflicts = 0; ; ) {
      try {
        this.#count(await this.#write(execution, condition, unsent));
        return { type: 'committed' };
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const [own, ...others] = error.CancellationReasons ?? [];
        if (own?.Code === 'ConditionalCheckFailed') {
          return { type: 'conflict', current: own.Item && decodeExecution(own.Item) };
        }
        const left = unsent.filter((_, index) => others[index]?.Code !== 'ConditionalCheckFailed');
        if (left.length < unsent.length) {
          unsent = left;
          continue;
        }
        if (!isConflict(error.CancellationReasons) || ++conflicts > mostConflicts) throw error;
        await pause(firstPauseMs * 2 ** conflicts * (0.5 + fraction(`${now()}`) / 2));
      }
    }
  }

  #write(
    execution: Attributes,
    condition: Condition,
    outgoing: readonly Attributes[],
  ): Promise<TransactWriteItemsCommandOutput> {
    const { client, tableName, onConsumedCapacity } = this.#options;
    const put = (item: Attributes, { ...expression }: Condition) => ({
      Put: {
        TableName: tableName,
        Item: item,
        ...expression,
        ReturnValuesOnConditionCheckFailure: item === execution ? ('ALL_OLD' as const) : ('NONE' as const),
      },
    });
    return client.send(
      new TransactWriteItemsCommand({
        TransactItems: [put(execution, condition), ...outgoing.map((item) => put(item, isNotWrittenYet))],
        ...(onConsumedCapacity && { ReturnConsumedCapacity: 'TOTAL' }),
      }),
    );
  }

  #count({ ConsumedCapacity: consumed = [] }: TransactWriteItemsCommandOutput): void {
    for (const { CapacityUnits: writeUnits } of consumed) {
      if (writeUnits !== undefined) this.#options.onConsumedCapacity?.({ writeUnits, readUnits: 0 });
    }
  }
}

/** The size that is too large for an item or for the transaction, in bytes. */
function tooManyBytes(items: readonly Attributes[]): number | undefined {
  const sizes = items.map(attributesSize);
  const largest = Math.max(...sizes);
  if (largest > maximumItemBytes) return largest;
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return all > maximumTransactionBytes ? all : undefined;
}

function isConflict(reasons: readonly CancellationReason[] = []): boolean {
  return reasons.some(({ Code }) => Code === 'TransactionConflict');
}
