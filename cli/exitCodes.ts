/** The exit codes of the process. Part of the interface: docs/reference/cli.md and `--help` list them. */
export const exitCode = {
  ok: 0,
  /** An execution ended as FAILED, TIMED_OUT or ABORTED, or is PENDING_REDRIVE; or the doctor leaves something unfixed. */
  endedBadly: 1,
  /** The command line is wrong, or what it was given was refused. */
  refused: 2,
  /** There is no such execution. */
  notFound: 3,
  /** The time to wait was over. */
  timeout: 4,
  /** No cloud to talk to, or it cannot be reached. */
  environment: 5,
  /** A replay by today's machines is not what was recorded. */
  diverged: 6,
  /** A defect of millrace itself: the only case with a stack trace. */
  defect: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export const exitCodesHelp = `Exit codes:
  0    done
  1    an execution ended as FAILED, TIMED_OUT or ABORTED, or is PENDING_REDRIVE (run, wait);
       something is wrong and not fixed (doctor)
  2    wrong usage, or refused input; nothing was written
  3    the execution was not found
  4    the time to wait is over; executions go on
  5    no cloud to talk to, or it cannot be reached
  6    a replay by these machines is not what was recorded (replay, machines check),
       or an execution runs differently here than on Step Functions (migrate compare)
  70   a defect of millrace
  130  interrupted`;
