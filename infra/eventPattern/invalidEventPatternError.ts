/** Thrown for an event pattern that EventBridge would not take. */
export class InvalidEventPatternError extends Error {
  readonly code = 'InvalidEventPattern';
  override readonly name = 'InvalidEventPatternError';

  constructor(problem: string) {
    super(`The event pattern cannot be used: ${problem}`);
  }
}
