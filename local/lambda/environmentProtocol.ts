/**
 * Messages between the local Lambda and an execution environment over the IPC channel. Payloads stay JSON text, so
 * that the parent never parses what it only passes on.
 */
export type InvokeMessage = readonly [
  requestId: string,
  deadlineMs: number,
  /** False if the handler's result is not read. */
  wantsResult: boolean,
  payload: string,
];

export type EnvironmentMessage =
  /** The handler is loaded. */
  | readonly ['ready']
  /** The handler returned. */
  | readonly ['succeeded', payload: string]
  /** The handler threw; the environment can be used again. */
  | readonly ['failed', FunctionFailure]
  /** Loading failed, or something outside the handler threw: the environment ends. */
  | readonly ['fatal', FunctionFailure];

/** The payload of a function error, as Lambda answers it. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What Lambda allows a function to return. */
export const maximumResponseBytes = 6_291_556;
