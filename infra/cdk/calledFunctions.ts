import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  CfnEventInvokeConfig,
  EventInvokeConfig,
  type IFunction,
  type Function as LambdaFunction,
  Version,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ownProperty } from '../../orchestrator/core/data/ownProperty.ts';
import { unmodifiedInvokeConfig } from '../describeFunctions.ts';
import { InvalidDeploymentError } from './errors.ts';
import type { CalledFunctionProps } from './millraceProps.ts';
import { allowInvoke } from './permissions.ts';

export type CalledFunction = CalledFunctionProps['function'];
type CalledFunctions = Readonly<Record<string, CalledFunctionProps>>;

/** Functions that hand their results to a deployment: a function has one configuration, and it may be called by several. */
const joined = new WeakSet<CalledFunction>();

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
 * Lets Millrace call functions, and their results come back. All of it is made in the scope: functions may be of another stack,
 * which must not depend on this one, as this one depends on it.
 *
 * @returns the configurations of their invocations, by the names that machines call them by
 * @throws InvalidDeploymentError
 */
export function joinCalledFunctions(
  scope: Construct,
  functions: CalledFunctions,
  { callers, failed }: { readonly callers: readonly LambdaFunction[]; readonly failed: LambdaFunction },
): ReadonlyMap<string, EventInvokeConfig> {
  const configurations = new Map<string, EventInvokeConfig>();
  for (const [name, { function: called, results = 'DESTINATIONS' }] of Object.entries(functions)) {
    for (const caller of callers) allowInvoke(caller, [called.functionArn]);
    if (results === 'BUS') continue;
    configurations.set(name, returnTo(failed, called, new Construct(scope, `Called-${name}`), name));
  }
  return configurations;
}

/**
 * Lambda drops an invocation when every attempt that it can be for has failed. How long that is, machines say: it is known when
 * they are bundled.
 */
export function limitAgesOfCalled(
  configurations: ReadonlyMap<string, EventInvokeConfig>,
  ages: Readonly<Record<string, number>> = {},
): void {
  for (const [name, { node }] of configurations) {
    const seconds = ownProperty(ages, name);
    const resource = node.defaultChild;
    if (seconds !== undefined && resource instanceof CfnEventInvokeConfig) {
      resource.maximumEventAgeInSeconds = seconds;
    }
  }
}

function returnTo(
  failed: LambdaFunction,
  called: CalledFunction,
  scope: Construct,
  name: string,
): EventInvokeConfig {
  if (!called.role) {
    throw new InvalidDeploymentError(
      `The role of function '${name}' is not known, and has to be allowed to hand results over: import it with its role.`,
    );
  }
  if (joined.has(called) || called.node.tryFindChild('EventInvokeConfig')) {
    throw new InvalidDeploymentError(
      `Function '${name}' has destinations or retries of its own already: remove them, or take its results from an event bus ` +
        "by `results: 'BUS'`.",
    );
  }
  joined.add(called);
  const policy = new Policy(scope, 'HandsOver', {
    force: true,
    statements: [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [failed.functionArn] }),
    ],
  });
  called.role.attachInlinePolicy(policy);
  // Roles that must not be changed, or that are of another account, take no policy and do not say so.
  if (policy.node.validate().length > 0) {
    throw new InvalidDeploymentError(
      `The role of function '${name}' cannot be allowed to hand results over: import it as one that may be changed, or take the ` +
        "function's results from an event bus by `results: 'BUS'`.",
    );
  }
  const { maximumRetryAttempts } = unmodifiedInvokeConfig(failed.functionName);
  const destination = { bind: (_: Construct) => ({ destination: failed.functionArn }) };
  const configuration = new EventInvokeConfig(scope, 'EventInvokeConfig', {
    ...unqualified(called),
    ...(maximumRetryAttempts !== undefined && { retryAttempts: maximumRetryAttempts }),
    onSuccess: destination,
    onFailure: destination,
  });
  // Lambda takes a destination only of a role that may invoke it.
  configuration.node.addDependency(policy);
  return configuration;
}

/** The configuration of an alias or a version is made of the function and the qualifier. */
function unqualified(called: CalledFunction): { readonly function: IFunction; readonly qualifier?: string } {
  if (called instanceof Alias) return { function: called.lambda, qualifier: called.aliasName };
  if (called instanceof Version) return { function: called.lambda, qualifier: called.version };
  return { function: called };
}
