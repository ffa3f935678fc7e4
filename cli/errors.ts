/** Thrown for arguments that are wrong together, or files and JSON that cannot be read; nothing was written. */
export class InvalidInputError extends Error {
  readonly code = 'InvalidInput';
  override readonly name = 'InvalidInputError';
}

/** Thrown when a command finds no cloud to talk to. */
export class NoCloudError extends Error {
  readonly code = 'NoCloud';
  override readonly name = 'NoCloudError';
}

/** Thrown by `dev` when the directory's local cloud is running already. */
export class LocalCloudRunningError extends Error {
  readonly code = 'LocalCloudRunning';
  override readonly name = 'LocalCloudRunningError';
}

/** The reason that a command is aborted with when the user interrupts it. */
export class InterruptedError extends Error {
  readonly code = 'Interrupted';
  override readonly name = 'InterruptedError';
}
