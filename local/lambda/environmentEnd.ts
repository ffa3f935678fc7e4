import type { FunctionFailure } from './environmentProtocol.ts';

/** Why an execution environment can no longer be used. */
export type EnvironmentEnd =
  /** The function's own error, from outside of an invocation's promise. */
  | { readonly by: 'function'; readonly failure: FunctionFailure }
  /** What Lambda itself has to say, for any invocation that it hits. */
  | { readonly by: 'platform'; readonly errorType: string; readonly errorMessage: string };

/** The error payload of an invocation whose environment ended. */
export function failureOf(end: EnvironmentEnd, requestId: string): FunctionFailure {
  if (end.by === 'function') return end.failure;
  return { errorType: end.errorType, errorMessage: `RequestId: ${requestId} Error: ${end.errorMessage}` };
}

export function timedOut(timeoutSeconds: number): EnvironmentEnd {
  return {
    by: 'platform',
    errorType: 'Sandbox.Timedout',
    errorMessage: `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  };
}

export function notStarted(error: Error): EnvironmentEnd {
  return {
    by: 'platform',
    errorType: 'Runtime.ExitError',
    errorMessage: `Runtime could not be started: ${error.message}`,
  };
}

const signalNames: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
};

/** How Lambda words the end of the function's process. */
export function exited(
  exitCode: number | null,
  signal: string | null,
  ranOutOfMemory: boolean,
): EnvironmentEnd {
  if (ranOutOfMemory) {
    return {
      by: 'platform',
      errorType: 'Runtime.OutOfMemory',
      errorMessage: 'Runtime exited with error: signal: killed',
    };
  }
  const reason =
    signal !== null
      ? `Runtime exited with error: signal: ${signalNames[signal] ?? signal}`
      : exitCode === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${exitCode}`;
  return { by: 'platform', errorType: 'Runtime.ExitError', errorMessage: reason };
}
