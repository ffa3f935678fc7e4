import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { unmodifiedInvokeConfig } from '../describe.ts';
import { InvalidDeploymentError } from './errors.ts';
import type { CalledFunctionProps } from './millraceProps.ts';
import { allowInvoke } from './permissions.ts';

type CalledFunctions = Readonly<Record<string, CalledFunctionProps>>;

/** Their names, by those that machines call them by. */
export function namesOfCalled(functions: CalledFunctions): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, called]) => [name, called.function.functionName]),
  );
}

export function takesResultsFromBus(functions: CalledFunctions): boolean {
  return Object.values(functions).some(({ results }) => results === 'BUS');
}

/**
 * Lets Millrace call functions, and their results come back.
 *
 * @throws InvalidDeploymentError
 */
export function joinCalledFunctions(
  functions: CalledFunctions,
  { callers, failed }: { readonly callers: readonly LambdaFunction[]; readonly failed: LambdaFunction },
): void {
  for (const [name, { function: called, results = 'DESTINATIONS' }] of Object.entries(functions)) {
    for (const caller of callers) allowInvoke(caller, [called.functionArn]);
    if (results === 'DESTINATIONS') returnTo(failed, called, name);
  }
}

function returnTo(failed: LambdaFunction, called: IFunction, name: string): void {
  if (!called.role) {
    throw new InvalidDeploymentError(
      `The role of function '${name}' is not known, and has to be allowed to hand results over: import it with its role.`,
    );
  }
  const { maximumRetryAttempts } = unmodifiedInvokeConfig(failed.functionName);
  const destination = { bind: (_: Construct) => ({ destination: failed.functionArn }) };
  allowInvoke(called, [failed.functionArn]);
  called.configureAsyncInvoke({
    ...(maximumRetryAttempts !== undefined && { retryAttempts: maximumRetryAttempts }),
    onSuccess: destination,
    onFailure: destination,
  });
}
