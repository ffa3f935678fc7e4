import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
/** Thrown when this machine has neither a dynoxide to run nor the endpoint of another DynamoDB engine. */
export class NoLocalEngineError extends MillraceError {
  override readonly code = 'NoLocalEngine';
  override readonly name = 'NoLocalEngineError';
}

/** Thrown when the engine was found and did not come up. The message ends with what the engine printed. */
export class EngineStartError extends MillraceError {
  override readonly code = 'EngineStartFailed';
  override readonly name = 'EngineStartError';
}

/** Thrown when a table of that name exists and is not the one that the deployment describes. */
export class TableMismatchError extends MillraceError {
  override readonly code = 'TableMismatch';
  override readonly name = 'TableMismatchError';
}
