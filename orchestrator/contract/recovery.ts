/** The input with which a caller that knows the executions (`millrace doctor`) invokes the recovery function. */
export interface CatchUpEvent {
  readonly executionIds: readonly string[];
  /** Names this call: the same call again dispatches what it may have lost. @default a name of the ids and the time */
  readonly catchUpId?: string;
}

export interface CatchUpResult {
  /** Executions that were not caught up, because the table did not take a read or a write. */
  readonly failed: readonly { readonly executionId: string; readonly error: string }[];
}
