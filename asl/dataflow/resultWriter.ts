import { isArray, isObject, type Json, type JsonObject, own } from '../json.ts';
import type { MapState } from '../model/model.ts';
import { errorNames, StatesError } from '../statesError.ts';
import { evaluate } from '../template/evaluate.ts';
import { type At, expressionScope, pathScope } from './at.ts';
import { effectiveInput } from './flow.ts';

type Transformation = 'NONE' | 'COMPACT' | 'FLATTEN';

/** A `ResultWriter` with its fields evaluated. */
export interface ResultWriting {
  /** Where it writes to. Absent: the results are the state's own. */
  readonly to?: { readonly bucket: string; readonly prefix: string };
  readonly transformation: Transformation;
  readonly isLines: boolean;
}

/** @throws EvaluationError */
export function resultWritingOf(state: MapState, at: At): ResultWriting | undefined {
  const writer = state.resultWriter?.();
  if (writer === undefined) return undefined;
  const data = effectiveInput(state.flow(), at);
  const value = evaluate(writer, state.language === 'JSONata' ? expressionScope(at) : pathScope(at, data));
  const fields = isObject(value) ? value : {};
  const { Bucket, Prefix = '' } = objectIn(fields, 'Arguments') ?? objectIn(fields, 'Parameters') ?? {};
  const { Transformation = 'NONE', OutputType = 'JSON' } = objectIn(fields, 'WriterConfig') ?? {};
  if (!isTransformation(Transformation)) {
    throw writerFailed(
      `Transformation is ${JSON.stringify(Transformation)}, and may be NONE, COMPACT or FLATTEN.`,
    );
  }
  const rest = { transformation: Transformation, isLines: OutputType === 'JSONL' };
  if (fields.Resource === undefined) return rest;
  if (typeof Bucket !== 'string' || Bucket === '' || typeof Prefix !== 'string') {
    throw writerFailed('The ResultWriter names no Bucket.');
  }
  return { ...rest, to: { bucket: Bucket, prefix: Prefix } };
}

/** The outcome of an item. */
export type ItemOutcome =
  | { readonly output: Json }
  | { readonly failure: { readonly error: string; readonly cause: string } }
  /** The run failed before its end, or before its start. */
  | { readonly undone: 'stopped' | 'notStarted' };

export interface NumberedOutcome {
  /** Place of the item in the whole list. */
  readonly index: number;
  readonly outcome: ItemOutcome;
}

/** Results by the file that they are in: stopped items are among those that failed. */
export type WrittenResults = {
  readonly succeeded: readonly Json[];
  readonly failed: readonly Json[];
  readonly pending: readonly Json[];
};

/** The facts that all results of a Map state share. */
export interface MapRun {
  readonly stateMachineArn: string;
  /** Without the name at its end. */
  readonly executionArn: string;
  readonly run: string;
  /** ISO 8601. */
  readonly started: string;
  readonly stopped: string;
  readonly inputs: readonly Json[];
}

/** The results of items, as files or the state have them. */
export function writtenResults(
  outcomes: readonly NumberedOutcome[],
  transformation: Transformation,
  run: MapRun,
): WrittenResults {
  const succeeded: Json[] = [];
  const failed: Json[] = [];
  const pending: Json[] = [];
  for (const { index, outcome } of outcomes) {
    const about = aboutItem(index, run);
    if ('output' in outcome) {
      const { output } = outcome;
      if (transformation === 'NONE') succeeded.push(succeededResult(about, output));
      else if (transformation === 'FLATTEN' && isArray(output)) succeeded.push(...output);
      else succeeded.push(output);
    } else if ('failure' in outcome) {
      const { error, cause } = outcome.failure;
      failed.push({ ...about, Cause: cause, Error: error, Status: 'FAILED' });
    } else if (outcome.undone === 'stopped') {
      failed.push({ ...about, Status: 'ABORTED' });
    } else {
      const { StartDate: _, StopDate: __, ...rest } = about;
      pending.push({ ...rest, Status: 'PENDING' });
    }
  }
  return { succeeded, failed, pending };
}

function aboutItem(
  index: number,
  { stateMachineArn, executionArn, run, started, stopped, inputs }: MapRun,
): JsonObject {
  const name = `${run}-${index}`;
  return {
    ExecutionArn: `${executionArn}:${name}`,
    Input: JSON.stringify(inputs[index] ?? null),
    InputDetails: { Included: true },
    Name: name,
    StartDate: started,
    StateMachineArn: stateMachineArn,
    StopDate: stopped,
  };
}

function succeededResult(about: JsonObject, output: Json): Json {
  return {
    ...about,
    Output: JSON.stringify(output),
    OutputDetails: { Included: true },
    Status: 'SUCCEEDED',
  };
}

function isTransformation(value: Json): value is Transformation {
  return value === 'NONE' || value === 'COMPACT' || value === 'FLATTEN';
}

function objectIn(fields: { readonly [key: string]: Json }, key: string) {
  const value = own(fields, key);
  return isObject(value) ? value : undefined;
}

function writerFailed(cause: string): Error {
  return new StatesError(errorNames.resultWriter, cause);
}
