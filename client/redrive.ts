/** With what an execution is redriven. */
export interface RedriveOptions {
  /** Version of the machine to go on with. @default the one it is on */
  readonly version?: string;
  /** A JSON merge patch (RFC 7396) to the input of what failed: the task, or the start. */
  readonly input?: unknown;
}
