import { CfnResource, Duration } from 'aws-cdk-lib';
import { type IGrantable, ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnEventInvokeConfig, type Code, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { functionNames } from '../../orchestrator/configuration/configuration.ts';
import type { DestinationDescription, FunctionDescription } from '../description.ts';
import {
  createLogGroup,
  deployFunction,
  type FunctionOverrides,
  type FunctionSurroundings,
  type SharedRights,
} from './deployedFunction.ts';
import { InvalidDeploymentError } from './errors.ts';
import {
  accessOfRole,
  allowData,
  allowInvoke,
  type DataResources,
  dispatchingRoles,
  type FunctionRole,
  functionByName,
  logStatement,
  workerFunctions,
} from './permissions.ts';

/** Lambda's limit for the name of a function. */
const longestName = 64;

export interface DeployedFunction {
  readonly description: FunctionDescription;
  readonly function: LambdaFunction;
  /** Its rights are those of all workers, by a policy that they share. */
  readonly sharesRights: boolean;
}

export interface FunctionsProps extends FunctionSurroundings {
  /** Begins the name of every function. */
  readonly functionPrefix: string;
  /** Whether the workers write to one log group. */
  readonly sharedWorkerLogs?: boolean;
}

/** The functions of one deployment: each with the permissions of its role, and joined as their descriptions say. */
export class DeployedFunctions {
  readonly #scope: Construct;
  readonly #props: FunctionsProps;
  readonly #data: DataResources;
  readonly #names: ReturnType<typeof functionNames>;
  /** By function name. */
  readonly #deployed = new Map<string, DeployedFunction>();
  #ofWorkers: (SharedRights & { readonly policy: ManagedPolicy }) | undefined;

  constructor(scope: Construct, props: FunctionsProps, data: DataResources) {
    this.#scope = scope;
    this.#props = props;
    this.#data = data;
    this.#names = functionNames(props.functionPrefix);
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
    // A role of the user's may be one that takes no managed policy.
    const shared = role === 'worker' && !overrides.role ? this.#sharedByWorkers() : undefined;
    const scope = new Construct(this.#scope, id);
    const deployed = deployFunction(scope, description, code, this.#props, {
      overrides,
      ...(shared && { shared }),
    });
    this.#deployed.set(functionName, { description, function: deployed, sharesRights: shared !== undefined });
    if (!shared) allowData(deployed, accessOfRole[role], this.#data);
    if (dispatchingRoles.includes(role)) {
      allowInvoke(deployed, [workerFunctions(this.#scope, this.#props.functionPrefix)]);
    }
    // Workers refer to it, and are deployed before the recovery function.
    if (role === 'failed') allowInvoke(deployed, [functionByName(this.#scope, this.#names.recovery)]);
    if (role === 'workerHost' || (role === 'worker' && !shared)) this.#allowNudges(deployed);
    if (role === 'clock') allowInvoke(deployed, [this.ofRole('wake').functionArn]);
    return deployed;
  }

  /** All workers may do the same to the table, the store and the function that hears of their death. Grants of the user are each role's own. */
  #sharedByWorkers(): SharedRights {
    if (this.#ofWorkers) return this.#ofWorkers;
    const { sharedWorkerLogs = false, logRetention } = this.#props;
    const policy = new ManagedPolicy(this.#scope, 'WorkerAccess');
    const logGroup = sharedWorkerLogs ? createLogGroup(this.#scope, 'WorkerLogs', logRetention) : undefined;
    allowData(policy, accessOfRole.worker, this.#data);
    allowInvoke(policy, [this.ofRole('failed').functionArn]);
    this.#allowNudges(policy);
    if (logGroup) policy.addStatements(logStatement(logGroup));
    this.#ofWorkers = { policy, logGroup };
    return this.#ofWorkers;
  }

  /** The orchestrator is deployed after the workers. */
  #allowNudges(grantee: IGrantable): void {
    const { nudge = false } = this.#props;
    if (nudge !== false) allowInvoke(grantee, [functionByName(this.#scope, this.#names.orchestrator)]);
  }

  /**
   * Has CloudFormation deploy workers before the functions that invoke them: machines that are new with a deployment may need
   * workers that are. Called when all workers are known.
   */
  orderDeployment(): void {
    const resourceOf = ({ node }: LambdaFunction) =>
      CfnResource.isCfnResource(node.defaultChild) ? [node.defaultChild] : [];
    const workers = this.tasks.flatMap(resourceOf);
    for (const dispatching of this.#where((role) => dispatchingRoles.includes(role))) {
      for (const resource of resourceOf(dispatching.function)) {
        resource.node.addDependency(...workers);
      }
    }
  }

  /** Joins a function to those that its invocations end at. All of them are deployed by then. */
  configureInvocations({ functionName, eventInvokeConfig }: FunctionDescription): void {
    if (eventInvokeConfig === undefined) return;
    const { maximumRetryAttempts, maximumEventAgeSeconds, onSuccess, onFailure } = eventInvokeConfig;
    const invoking = this.named(functionName);
    const sharesRights = this.#deployed.get(functionName)?.sharesRights ?? false;
    const destination = (name: DestinationDescription) => {
      if (typeof name !== 'string') {
        throw new InvalidDeploymentError(`An event bus cannot be a destination of '${functionName}'.`);
      }
      const { functionArn } = this.named(name);
      if (!sharesRights) allowInvoke(invoking, [functionArn]);
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

function isTask(role: FunctionRole): boolean {
  return role === 'worker' || role === 'workerHost';
}
