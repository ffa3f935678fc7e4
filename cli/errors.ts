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

/** Thrown where there is no local cloud with a bus. */
export class NoBusError extends Error {
  readonly code = 'NoBus';
  override readonly name = 'NoBusError';
}

/** Thrown when the local cloud's bus does not answer. */
export class CannotReachBusError extends Error {
  readonly code = 'CannotReachBus';
  override readonly name = 'CannotReachBusError';
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
