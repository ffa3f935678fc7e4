import type { JournalEntry } from '../core/execution/model/entries.ts';

/** A journal item as the stream brought it. Times in milliseconds since the epoch. */
export interface JournalRecord {
  readonly entry: JournalEntry;
  /** When it was written, by DynamoDB's clock. */
  readonly createdAt: number;
  /** When it expires, as its writer says. */
  readonly expiresAt?: number;
  /** Its writer has invoked the orchestrator with it, or was about to. */
  readonly isNudged?: true;
}
