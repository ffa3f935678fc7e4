import { expiresAt, type TableLayout } from '../retention.ts';
import type { Table } from '../table.ts';
import { DynamoDBAttempts } from './dynamoDBAttempts.ts';
import { DynamoDBCalls, type DynamoDBCallsOptions } from './dynamoDBCalls.ts';
import { DynamoDBExecutions } from './dynamoDBExecutions.ts';
import { DynamoDBExpiries } from './dynamoDBExpiries.ts';
import { DynamoDBIndex } from './dynamoDBIndex.ts';
import { DynamoDBJournal } from './dynamoDBJournal.ts';
import { DynamoDBListPages } from './dynamoDBListPages.ts';
import { DynamoDBLog } from './dynamoDBLog.ts';
import { DynamoDBOutlines } from './dynamoDBOutlines.ts';
import { DynamoDBRegistry } from './dynamoDBRegistry.ts';

export interface DynamoDBTableOptions extends TableLayout, DynamoDBCallsOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The table in DynamoDB, or in anything that speaks its API. */
export class DynamoDBTable implements Table {
  readonly journal: DynamoDBJournal;
  readonly executions: DynamoDBExecutions;
  readonly log: DynamoDBLog;
  readonly attempts: DynamoDBAttempts;
  readonly lists: DynamoDBListPages;
  readonly expiries: DynamoDBExpiries;
  readonly index: DynamoDBIndex;
  readonly outlines: DynamoDBOutlines;
  readonly registry: DynamoDBRegistry;

  constructor(options: DynamoDBTableOptions) {
    const calls = new DynamoDBCalls(options);
    const expiry = () => expiresAt(options, options.now());
    this.journal = new DynamoDBJournal(calls, expiry);
    this.executions = new DynamoDBExecutions({ ...options, calls });
    this.log = new DynamoDBLog(calls, expiry);
    this.attempts = new DynamoDBAttempts(calls, expiry, options.indexShards);
    this.lists = new DynamoDBListPages(calls, expiry);
    this.expiries = new DynamoDBExpiries(calls);
    this.index = new DynamoDBIndex(calls, options, options.now);
    this.outlines = new DynamoDBOutlines({ ...options, count: (consumed) => calls.countRead(consumed) });
    this.registry = new DynamoDBRegistry(calls);
  }
}
