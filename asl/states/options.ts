import type { AnyStateNodeConfig } from 'xstate';
import type { AslMeta } from '../compile/config.ts';
import type { Json } from '../json.ts';
import type { QueryLanguage } from '../template/ast.ts';
import type { StateData, StateFunction } from '../template/stateData.ts';
import type { Value } from './expressions.ts';

/** Where a state leads to: the key of a state beside it. */
export interface Leads {
  readonly target: string;
}

/** Values of variables by name: they are set as the state is left. */
export type Assignments<State = StateData> = StateFunction<State> | { readonly [name: string]: Value<State> };

/** How data goes through a state, by the fields of Amazon States Language. */
export interface FlowOptions<State = StateData> {
  /** @default that of `states()` */
  readonly queryLanguage?: QueryLanguage;
  /** JSONata. @default the input, or the result where there is one */
  readonly output?: Value<State>;
  /** JSONPath: a path, or null for an empty object. */
  readonly inputPath?: string | null;
  /** JSONPath: a path, or null for an empty object. */
  readonly outputPath?: string | null;
  readonly assign?: Assignments<State>;
}

/** How a state runs something, and takes its result. */
export interface CallOptions<State = StateData> extends FlowOptions<State> {
  /** JSONata. @default the input */
  readonly arguments?: Value<State>;
  /** JSONPath. @default the input */
  readonly parameters?: Value<State>;
  /** JSONPath. */
  readonly resultSelector?: Value<State>;
  /** JSONPath: where the result is put in the input, or null to drop it. @default '$', in place of the input */
  readonly resultPath?: string | null;
}

export interface RetrierOptions {
  readonly errors: readonly string[];
  /** @default 1 */
  readonly intervalSeconds?: number;
  /** Retries, without the first attempt. @default 3 */
  readonly maxAttempts?: number;
  /** @default 2 */
  readonly backoffRate?: number;
  readonly maxDelaySeconds?: number;
  /** @default 'NONE' */
  readonly jitter?: 'FULL' | 'NONE';
}

export interface CatchOptions<State = StateData> {
  readonly errors: readonly string[];
  /** JSONPath: where the error is put in the input, or null to drop it. @default '$', in place of the input */
  readonly resultPath?: string | null;
  /** JSONata. @default the error */
  readonly output?: Value<State>;
  readonly assign?: Assignments<State>;
}

export interface CatcherOptions<State = StateData> extends CatchOptions<State>, Leads {}

/**
 * A catcher: leads to another state where the state has failed with one of these errors.
 *
 *     catch: [catchTo('Refund', ['CardDeclined', 'States.Timeout'], { resultPath: '$.error' })],
 */
export function catchTo<State = StateData>(
  target: string,
  errors: readonly string[],
  options: Omit<CatchOptions<State>, 'errors'> = {},
): CatcherOptions<State> {
  return { ...options, errors, target };
}

export interface HandlingOptions<State = StateData> {
  readonly retry?: readonly RetrierOptions[];
  readonly catch?: readonly CatcherOptions<State>[];
}

export interface PassOptions<State = StateData> extends CallOptions<State>, Leads {
  /** JSONPath: the result. */
  readonly result?: Json;
}

export interface TaskOptions<State = StateData> extends CallOptions<State>, HandlingOptions<State>, Leads {
  /** Evaluated: a timeout that is known belongs to the actor. */
  readonly timeoutSeconds?: Value<State>;
  /** Evaluated: a heartbeat that is known belongs to the actor. */
  readonly heartbeatSeconds?: Value<State>;
}

export interface ChoiceOptions<Guard extends string, State = StateData> extends FlowOptions<State> {
  /** The first whose guard holds is taken. */
  readonly choices: readonly ChoiceOption<Guard, State>[];
  /** Where none holds. Without it, the state fails with `States.NoChoiceMatched`. */
  readonly otherwise?: string;
}

export interface ChoiceOption<Guard extends string, State = StateData> extends Leads {
  readonly guard: Guard;
  readonly output?: Value<State>;
  readonly assign?: Assignments<State>;
}

export interface WaitOptions<State = StateData> extends FlowOptions<State>, Leads {
  readonly seconds?: Value<State>;
  /** ISO 8601, with an offset. */
  readonly timestamp?: Value<State>;
}

export interface FailOptions<State = StateData> {
  readonly queryLanguage?: QueryLanguage;
  readonly error?: Value<State>;
  readonly cause?: Value<State>;
}

/** A state of XState's configuration: entry actions, substates and all that a state of Step Functions needs. */
export interface MadeState {
  readonly meta: { readonly asl: AslMeta };
}

/** A branch of a Parallel state. */
export interface Branch {
  readonly initial: string;
  readonly states: Readonly<Record<string, MadeState | AnyStateNodeConfig>>;
}

export interface MapOptions<State = StateData> extends CallOptions<State>, HandlingOptions<State>, Leads {
  /** @default the input */
  readonly items?: Value<State>;
  /** The input of each item. @default the item */
  readonly itemSelector?: Value<State>;
  readonly itemBatcher?: {
    readonly batchInput?: Value<State>;
    readonly maxItemsPerBatch?: Value<State>;
    readonly maxInputBytesPerBatch?: Value<State>;
  };
  readonly itemReader?: {
    readonly resource: string;
    /** `Parameters`, or in JSONata `Arguments`. */
    readonly parameters?: Value<State>;
    readonly config?: Json;
  };
  readonly resultWriter?: Value<State>;
  readonly maxConcurrency?: Value<State>;
  /** Items are executions of their own that see no variables, and failed items may be tolerated. @default false */
  readonly distributed?: boolean;
  readonly toleratedFailureCount?: Value<State>;
  readonly toleratedFailurePercentage?: Value<State>;
}
