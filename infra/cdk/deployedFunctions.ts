import { ArnFormat, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { CfnEventInvokeConfig, type Code, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DestinationDescription, FunctionDescription } from '../description.ts';
import { deployFunction, type FunctionOverrides, type FunctionSurroundings } from './deployedFunction.ts';
import { InvalidDeploymentError } from './errors.ts';
import {
  accessOfRole,
  allowData,
  allowInvoke,
  type DataResources,
  type FunctionRole,
  invokedByRole,
} from './permissions.ts';

/** Lambda's limit for the name of a function. */
const longestName = 64;

export interface DeployedFunction {
  readonly description: FunctionDescription;
  readonly function: LambdaFunction;
}

/** The functions of one deployment: each with the permissions of its role, and joined as their descriptions say. */
export class DeployedFunctions {
  readonly #scope: Construct;
  readonly #surroundings: FunctionSurroundings;
  readonly #data: DataResources;
  /** By function name. */
  readonly #deployed = new Map<string, DeployedFunction>();

  constructor(scope: Construct, surroundings: FunctionSurroundings, data: DataResources) {
    this.#scope = scope;
    this.#surroundings = surroundings;
    this.#data = data;
  }

  /** @throws InvalidDeploymentError */
  deploy(
    id: string,
    description: FunctionDescription,
    code: Code,
    overrides: FunctionOverrides = {},
  ): LambdaFunction {
    const { functionName, role } = description;
    if (functionName.length > longestName) {
      throw new InvalidDeploymentError(
        `The function name '${functionName}' is longer than ${longestName} characters: choose a shorter functionPrefix.`,
      );
    }
    if (this.#deployed.has(functionName)) {
      throw new InvalidDeploymentError(`Two functions would be named '${functionName}': rename the worker.`);
    }
    const scope = new Construct(this.#scope, id);
    const deployed = deployFunction(scope, description, code, this.#surroundings, overrides);
    this.#deployed.set(functionName, { description, function: deployed });
    allowData(deployed, accessOfRole[role], this.#data);
    const invoked = invokedByRole[role];
    if (invoked.length > 0) {
      // What it invokes may be deployed after it.
      const arns = () =>
        this.#where((other) => invoked.includes(other)).map((each) =>
          role === 'failed' ? arnByName(deployed, each) : each.function.functionArn,
        );
      allowInvoke(deployed, Lazy.list({ produce: arns }));
    }
    return deployed;
  }

  /** Joins a function to those that its invocations end at. All of them are deployed by then. */
  configureInvocations({ functionName, eventInvokeConfig }: FunctionDescription): void {
    if (eventInvokeConfig === undefined) return;
    const { maximumRetryAttempts, maximumEventAgeSeconds, onSuccess, onFailure } = eventInvokeConfig;
    const invoking = this.named(functionName);
    const destination = (name: DestinationDescription) => {
      if (typeof name !== 'string') {
        throw new InvalidDeploymentError(`An event bus is no destination of '${functionName}'.`);
      }
      const { functionArn } = this.named(name);
      allowInvoke(invoking, [functionArn]);
      // The CDK's own destination allows every version and alias, by a wildcard.
      return { bind: () => ({ destination: functionArn }) };
    };
    invoking.configureAsyncInvoke({
      ...(maximumRetryAttempts !== undefined && { retryAttempts: maximumRetryAttempts }),
      ...(maximumEventAgeSeconds !== undefined && { maxEventAge: Duration.seconds(maximumEventAgeSeconds) }),
      ...(onSuccess !== undefined && { onSuccess: destination(onSuccess) }),
      ...(onFailure !== undefined && { onFailure: destination(onFailure) }),
    });
  }

  /** How long an invocation of a worker is of use is known only when its machines are. */
  limitInvocationAge({ functionName, eventInvokeConfig }: FunctionDescription): void {
    const seconds = eventInvokeConfig?.maximumEventAgeSeconds;
    const config = this.named(functionName).node.tryFindChild('EventInvokeConfig')?.node.defaultChild;
    if (seconds !== undefined && config instanceof CfnEventInvokeConfig)
      config.maximumEventAgeInSeconds = seconds;
  }

  named(functionName: string): LambdaFunction {
    const found = this.#deployed.get(functionName);
    if (found) return found.function;
    throw new InvalidDeploymentError(
      `The deployment description names '${functionName}', which it does not have.`,
    );
  }

  find(role: FunctionRole): LambdaFunction | undefined {
    return [...this.#deployed.values()].find(({ description }) => description.role === role)?.function;
  }

  ofRole(role: FunctionRole): LambdaFunction {
    const found = this.find(role);
    if (found) return found;
    throw new InvalidDeploymentError(`The deployment description has no function of role '${role}'.`);
  }

  /** Those that do tasks. */
  get tasks(): readonly LambdaFunction[] {
    return this.#where(isTask).map((each) => each.function);
  }

  /** Those that orchestrate. */
  get own(): readonly DeployedFunction[] {
    return this.#where((role) => !isTask(role));
  }

  #where(holds: (role: FunctionRole) => boolean): DeployedFunction[] {
    return [...this.#deployed.values()].filter(({ description }) => holds(description.role));
  }
}

/** Workers name the function for failures, and the recovery function names workers: a reference would close the circle. */
function arnByName(scope: Construct, { description }: DeployedFunction): string {
  const { functionName } = description;
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function isTask(role: FunctionRole): boolean {
  return role === 'worker' || role === 'workerHost';
}
