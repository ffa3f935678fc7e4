import type { JournalEntry } from '../core/execution/model/entries.ts';

/** A journal item as the stream brought it. */
export interface JournalRecord {
  readonly entry: JournalEntry;
  /** When it was written, by DynamoDB's clock, in milliseconds since the epoch. */
  readonly createdAt: number;
}
