import { MillraceError } from '../core/errors/millraceError.ts';
/** Thrown when a start item with that id is there, with another machine or input. */
export class ExecutionAlreadyExistsError extends MillraceError {
  override readonly code = 'ExecutionAlreadyExists';
  override readonly name = 'ExecutionAlreadyExistsError';
  constructor(executionId: string) {
    super(
      `The execution '${executionId}' exists already, with another machine or input. Choose another id, or describe it.`,
    );
  }
}

/** Thrown when an item is larger than DynamoDB takes, even compressed. */
export class ItemTooLargeError extends MillraceError {
  override readonly code = 'ItemTooLarge';
  override readonly name = 'ItemTooLargeError';
  constructor(what: string, bytes: number) {
    super(
      `${what} takes ${bytes} bytes, compressed where that helps; DynamoDB's limit is 409,600. ` +
        'Configure a store for large data (MILLRACE_STORE), or store the data elsewhere and pass its address.',
    );
  }
}

/** Thrown when data is larger than what the store takes; nothing was written. */
export class StoredDataTooLargeError extends MillraceError {
  override readonly code = 'StoredDataTooLarge';
  override readonly name = 'StoredDataTooLargeError';
  readonly bytes: number;
  constructor(what: string, bytes: number, maximumBytes: number) {
    super(
      `${what} takes ${bytes} bytes as JSON; ${maximumBytes} are taken at most. Put the data into a file of your own and pass its address.`,
    );
    this.bytes = bytes;
  }
}

/** Thrown when a query needs the index of the table, and the table does not have it. */
export class IndexNotFoundError extends MillraceError {
  override readonly code = 'IndexNotFound';
  override readonly name = 'IndexNotFoundError';
  constructor(tableName: string, index: string, howToCreate: string, options?: ErrorOptions) {
    super(
      `The table '${tableName}' has no usable index '${index}', by which Millrace finds executions that are due and ` +
        `lists them. Executions can start, but their timers and retries do not fire. ${howToCreate}`,
      options,
    );
  }
}
