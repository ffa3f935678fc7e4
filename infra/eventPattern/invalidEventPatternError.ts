import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
/** Thrown for an event pattern that EventBridge would not take. */
export class InvalidEventPatternError extends MillraceError {
  override readonly code = 'InvalidEventPattern';
  override readonly name = 'InvalidEventPatternError';

  constructor(problem: string) {
    super(`The event pattern cannot be used: ${problem}`);
  }
}
