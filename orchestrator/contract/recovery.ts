/** The input with which a caller that knows the executions (`millrace doctor`) invokes the recovery function. */
export interface CatchUpEvent {
  readonly executionIds: readonly string[];
  /** Names this call: the same call again dispatches what it may have lost. @default a name of the ids and the time */
  readonly catchUpId?: string;
}

/**
 * The input with which the function for failures invokes the recovery function for an invocation of the worker host that may
 * have left tasks open which it had opened itself.
 */
export interface FailedChainEvent {
  readonly failedChain: FailedChain;
}

export interface FailedChain {
  readonly executionId: string;
  /** The name of the chain in the causes of its tasks. */
  readonly chainId: string;
  /** The tasks that the host was invoked with, by the keys of their results. */
  readonly items: readonly string[];
  /** The way that the function ended, from Lambda's record of it. Absent where it never ran. */
  readonly response?: { readonly errorType?: string; readonly errorMessage?: string };
}

export interface CatchUpResult {
  /** Executions that were not caught up, because the table did not take a read or a write. */
  readonly failed: readonly { readonly executionId: string; readonly error: string }[];
}
