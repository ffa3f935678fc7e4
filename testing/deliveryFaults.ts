/** How unkind AWS is, by seed. */
export interface DeliveryFaults {
  readonly seed: number;
  /** Probability that a record is delivered once more, later. */
  readonly duplicate?: number;
  /** Records are delivered after up to this many milliseconds, and so in another order. */
  readonly maximumDelayMs?: number;
  /** Probability that the orchestrator dies after a commit, before it dispatches. Its batch is delivered again. */
  readonly crashAfterCommit?: number;
  /** Probability that a commit is refused because the table is throttled. */
  readonly throttleCommit?: number;
  /** Probability that a function has no capacity. */
  readonly throttleInvoke?: number;
  /** Probability that Lambda runs an invocation twice. */
  readonly duplicateInvoke?: number;
  /** Probability that Lambda loses an invocation: the deadline has to find it. */
  readonly loseInvoke?: number;
  /** Probability that a worker's process ends before it answers. */
  readonly killWorker?: number;
  /** Probability that the wake function is called once more for the same wake, later. */
  readonly duplicateWake?: number;
  /** Wakes are carried out after up to this many milliseconds. */
  readonly maximumWakeDelayMs?: number;
}
