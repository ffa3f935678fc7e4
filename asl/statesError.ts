import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
/** The reserved names of Amazon States Language that this folder raises. */
export const errorNames = {
  runtime: 'States.Runtime',
  query: 'States.QueryEvaluationError',
  intrinsic: 'States.IntrinsicFailure',
  resultPath: 'States.ResultPathMatchFailure',
  noChoice: 'States.NoChoiceMatched',
  dataLimit: 'States.DataLimitExceeded',
  timeout: 'States.Timeout',
  heartbeat: 'States.HeartbeatTimeout',
  taskFailed: 'States.TaskFailed',
  all: 'States.ALL',
  itemReader: 'States.ItemReaderFailed',
  resultWriter: 'States.ResultWriterFailed',
  threshold: 'States.ExceedToleratedFailureThreshold',
} as const;

/** A failure of a state, by Step Functions' names: what `Retry` and `Catch` match, and what they see. */
export class StatesError extends MillraceError {
  override readonly code = 'StatesError';
  override readonly name = 'StatesError';
  /** Undefined where a Fail state gives none. */
  readonly error: string | undefined;
  readonly causeText: string | undefined;

  constructor(error: string | undefined, cause: string | undefined) {
    super(cause ?? '');
    this.error = error;
    this.causeText = cause;
  }
}

/** A failure to evaluate a field: Step Functions says in its cause in which state it happened. */
export class EvaluationError extends StatesError {
  /** As Step Functions has it. */
  within(state: string, eventId: number): StatesError {
    const place = `An error occurred while executing the state '${state}' (entered at the event id #${eventId}).`;
    return new StatesError(this.error, `${place} ${this.causeText ?? ''}`);
  }
}

export function runtimeError(cause: string): EvaluationError {
  return new EvaluationError(errorNames.runtime, cause);
}

export function queryError(cause: string): EvaluationError {
  return new EvaluationError(errorNames.query, cause);
}

export function intrinsicError(cause: string): EvaluationError {
  return new EvaluationError(errorNames.intrinsic, cause);
}
