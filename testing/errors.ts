import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
/** Thrown for a test that asks for what cannot be: a mistake in the test, not in the machine. */
export class ImpossibleTestError extends MillraceError {
  override readonly code = 'ImpossibleTest';
  override readonly name = 'ImpossibleTestError';
}

/** Thrown when a test cloud cannot bring an execution to where the test wants it; the message says where it is. */
export class NotReachedError extends MillraceError {
  override readonly code = 'NotReached';
  override readonly name = 'NotReachedError';
}
