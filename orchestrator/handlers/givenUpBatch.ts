import { MillraceError } from '../core/errors/millraceError.ts';
import { journalSortKeys } from '../table/schema.ts';

/** An execution with records in a batch that the event source gave up. */
export interface GivenUpExecution {
  readonly executionId: string;
  /** Sort keys of its journal items in the batch. */
  readonly references: readonly string[];
}

/** Thrown for an object that is not a report of an event source. */
export class UnreadableBatchError extends MillraceError {
  override readonly code = 'UnreadableBatch';
  override readonly name = 'UnreadableBatchError';
  constructor(key: string) {
    super(
      `The object '${key}' is not a batch that an event source gave up: use the failure bucket for nothing else. If it is ` +
        'a damaged one, `millrace doctor` finds its executions.',
    );
  }
}

/**
 * The executions of a batch of journal items; none of a batch for the bus. From the invocation record that Lambda puts into S3: it has the whole event as text.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 *
 * @throws UnreadableBatchError
 */
export function givenUpExecutions(key: string, text: string): GivenUpExecution[] {
  const event = parsed(parsed(text)?.payload);
  if (!Array.isArray(event?.Records)) throw new UnreadableBatchError(key);
  const references = new Map<string, string[]>();
  for (const record of event.Records) {
    const keys = fieldsOf(fieldsOf(fieldsOf(record)?.dynamodb)?.Keys);
    const executionId = fieldsOf(keys?.executionId)?.S;
    const item = fieldsOf(keys?.item)?.S;
    if (typeof executionId !== 'string' || typeof item !== 'string' || !isJournalKey(item)) continue;
    references.set(executionId, [...(references.get(executionId) ?? []), item]);
  }
  return [...references].map(([executionId, items]) => ({ executionId, references: items }));
}

function isJournalKey(item: string): boolean {
  const { equals, prefixes } = journalSortKeys;
  return equals.some((key) => item === key) || prefixes.some((prefix) => item.startsWith(prefix));
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(text: unknown): Fields | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return fieldsOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}
