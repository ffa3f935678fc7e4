/** Thrown when a start item with that id is there, with another machine or input. */
export class ExecutionAlreadyExistsError extends Error {
  readonly code = 'ExecutionAlreadyExists';
  override readonly name = 'ExecutionAlreadyExistsError';
  constructor(executionId: string) {
    super(
      `The execution '${executionId}' exists already, with another machine or input. Choose another id, or describe it.`,
    );
  }
}

/** Thrown when an item is larger than DynamoDB takes, even compressed. */
export class ItemTooLargeError extends Error {
  readonly code = 'ItemTooLarge';
  override readonly name = 'ItemTooLargeError';
  constructor(what: string, bytes: number) {
    super(
      `${what} takes ${bytes} bytes, compressed where that helps; DynamoDB's limit is 409,600. ` +
        'Store the data elsewhere (S3) and pass its address.',
    );
  }
}
