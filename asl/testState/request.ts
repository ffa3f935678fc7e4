import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import type { Json } from '../json.ts';
import type { Variables } from '../template/evaluate.ts';

/** A test of one state, with the fields of Step Functions' API `TestState`; its JSON is parsed here. */
export interface TestStateRequest {
  /** One state, or a whole definition of which `stateName` names one. */
  readonly definition: Json;
  readonly stateName?: string;
  /** @default {} */
  readonly input?: Json;
  /** Values of `$name`. */
  readonly variables?: Variables;
  /** The context object, in place of the one that is made up. */
  readonly context?: { readonly [key: string]: Json };
  /** @default 'INFO' */
  readonly inspectionLevel?: InspectionLevel;
  readonly mock?: Mock;
  readonly stateConfiguration?: StateConfiguration;
  readonly roleArn?: string;
}

export type InspectionLevel = 'INFO' | 'DEBUG' | 'TRACE';

/** The answer of what the state runs: exactly one of the two. */
export interface Mock {
  /** JSON as text. */
  readonly result?: string;
  readonly errorOutput?: { readonly error?: string; readonly cause?: string };
  /** How the result is compared with the API of the service that the state calls. @default 'STRICT' */
  readonly fieldValidationMode?: FieldValidationMode;
}

/** `STRICT`: required fields have to be there; `PRESENT`: only fields that are there are checked; `NONE`: nothing is. */
export type FieldValidationMode = 'STRICT' | 'PRESENT' | 'NONE';

/**
 * Compares a mocked result with the API of the service that a resource names.
 *
 * @returns what is wrong, in the words of Step Functions
 */
export type ResultCheck = (
  resource: string,
  result: Json,
  mode: Exclude<FieldValidationMode, 'NONE'>,
) => Promise<string | undefined>;

export interface StateConfiguration {
  /** How often the retrier that covers the error has been used. @default 0 */
  readonly retrierRetryCount?: number;
  /** Name of the state within the Map or Parallel state that `mock.errorOutput` comes from. */
  readonly errorCausedByState?: string;
  readonly mapIterationFailureCount?: number;
  /** The items that the `ItemReader` read: a list as JSON text. */
  readonly mapItemReaderData?: string;
}

export interface TestStateResult {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  /** With `DEBUG` and `TRACE`. */
  readonly inspectionData?: InspectionData;
}

/** The data after each field that the state has gone through. Values are JSON, where Step Functions gives text. */
export interface InspectionData {
  readonly input?: Json;
  readonly afterInputPath?: Json;
  readonly afterParameters?: Json;
  readonly afterArguments?: Json;
  readonly afterItemsPath?: Json;
  readonly result?: Json;
  readonly afterResultSelector?: Json;
  readonly afterResultPath?: Json;
  readonly variables?: Variables;
  readonly maxConcurrency?: number;
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  readonly errorDetails?: ErrorDetails;
}

export interface ErrorDetails {
  /** Places in `Retry` and `Catch`. */
  readonly retryIndex?: number;
  readonly retryBackoffIntervalSeconds?: number;
  readonly catchIndex?: number;
}

/**
 * Thrown for a test that Step Functions refuses: with its message, as recorded where a recording exists.
 */
export class InvalidStateTestError extends MillraceError {
  override readonly code = 'InvalidStateTest';
  override readonly name = 'InvalidStateTestError';
  /** The part of the request that Step Functions refuses it for. */
  readonly of: 'request' | 'definition';

  constructor(message: string, of: 'request' | 'definition' = 'request') {
    super(message);
    this.of = of;
  }
}
