/**
 * The event with which a client invokes the orchestrator beside the stream: it has written a start, and the first step is not to
 * wait for the stream to bring it.
 */
export interface NudgeEvent {
  readonly nudge: Nudge;
}

export interface Nudge {
  readonly executionId: string;
  /** Cause of the tasks that the first step opens, which no delivery dispatches again: random for each nudge. */
  readonly id: string;
}
