import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { type IManagedPolicy, type IRole, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type Code,
  type FunctionOptions,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
  RuntimeFamily,
} from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { NudgeSetting } from '../../orchestrator/configuration/configuration.ts';
import type { FunctionDescription } from '../description.ts';
import { allowNetworkInterfaces, logStatement, networkInterfacesStatement } from './permissions.ts';

/** The settings that all functions have alike. */
export interface FunctionSurroundings {
  readonly vpc?: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: readonly ISecurityGroup[];
  readonly logRetention?: RetentionDays;
  /** Whether workers invoke the orchestrator. @default false */
  readonly nudge?: NudgeSetting;
}

export interface FunctionOverrides extends WorkerOptions {
  /** @default Runtime.NODEJS_24_X */
  readonly runtime?: Runtime;
}

/** The options of a worker's function. How it is found, retried, logged and reported is the construct's. */
export type WorkerOptions = Omit<
  FunctionOptions,
  | 'functionName'
  | 'logGroup'
  | 'logRetention'
  | 'logRetentionRole'
  | 'logRetentionRetryOptions'
  | 'logRemovalPolicy'
  | 'maxEventAge'
  | 'onFailure'
  | 'onSuccess'
  | 'retryAttempts'
>;

/** Stack traces show the lines of the source, in logs and in the errors of workers. */
const sourceMaps = '--enable-source-maps';

/** Rights that a function shares with others of its kind: one policy for all of them. */
export interface SharedRights {
  readonly policy: IManagedPolicy;
  /** A log group for all of them, which the policy lets them write to. @default one for each function */
  readonly logGroup: ILogGroup | undefined;
}

/**
 * A function as the deployment description has it, with a role of its own.
 *
 * @param shared rights that it does not get as its own
 */
export function deployFunction(
  scope: Construct,
  description: FunctionDescription,
  code: Code,
  surroundings: FunctionSurroundings,
  { overrides = {}, shared }: { readonly overrides?: FunctionOverrides; readonly shared?: SharedRights },
): LambdaFunction {
  const { vpc, vpcSubnets, securityGroups, logRetention } = surroundings;
  const runtime = overrides.runtime ?? Runtime.NODEJS_24_X;
  const ownLogGroup = shared?.logGroup ? undefined : createLogGroup(scope, 'Logs', logRetention);
  const logGroup = shared?.logGroup ?? ownLogGroup;
  const isInVpc = (overrides.vpc ?? vpc) !== undefined;
  const { reservedConcurrentExecutions } = description;
  return new LambdaFunction(scope, 'Function', {
    architecture: Architecture.ARM_64,
    ...(reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions }),
    ...(isInRounds(description.role, surroundings) && { recursiveLoop: RecursiveLoop.ALLOW }),
    ...(vpc && { vpc }),
    ...(vpcSubnets && { vpcSubnets }),
    ...(securityGroups && { securityGroups: [...securityGroups] }),
    ...overrides,
    memorySize: description.memorySizeMb,
    timeout: Duration.seconds(description.timeoutSeconds),
    functionName: description.functionName,
    runtime,
    handler: description.handler,
    code,
    environment: {
      ...description.environment,
      ...overrides.environment,
      ...nodeOptions(runtime, overrides.environment?.NODE_OPTIONS),
    },
    ...(logGroup && { logGroup }),
    role: overrides.role
      ? allowingSurroundings(overrides.role, ownLogGroup, isInVpc)
      : createRole(scope, ownLogGroup, isInVpc, shared?.policy),
  });
}

export function createLogGroup(scope: Construct, id: string, retention = RetentionDays.ONE_MONTH): LogGroup {
  return new LogGroup(scope, id, { retention, removalPolicy: RemovalPolicy.DESTROY });
}

/** Rights that only this function has are part of the role: a policy of its own would be a resource more for each function. */
function createRole(
  scope: Construct,
  ownLogGroup: LogGroup | undefined,
  isInVpc: boolean,
  policy: IManagedPolicy | undefined,
): Role {
  const assumedBy = new ServicePrincipal('lambda.amazonaws.com');
  if (policy === undefined) {
    return allowingSurroundings(new Role(scope, 'Role', { assumedBy }), ownLogGroup, isInVpc);
  }
  const statements = [
    ...(ownLogGroup ? [logStatement(ownLogGroup)] : []),
    ...(isInVpc ? [networkInterfacesStatement()] : []),
  ];
  return new Role(scope, 'Role', {
    assumedBy,
    managedPolicies: [policy],
    ...(statements.length > 0 && { inlinePolicies: { Own: new PolicyDocument({ statements }) } }),
  });
}

function allowingSurroundings<SomeRole extends IRole>(
  role: SomeRole,
  ownLogGroup: LogGroup | undefined,
  isInVpc: boolean,
): SomeRole {
  ownLogGroup?.grantWrite(role);
  if (isInVpc) allowNetworkInterfaces({ grantPrincipal: role });
  return role;
}

/** The user's options for Node.js, and source maps. Nothing for other languages. */
function nodeOptions(runtime: Runtime, options: string | undefined): { readonly NODE_OPTIONS?: string } {
  if (runtime.family !== RuntimeFamily.NODEJS) return {};
  if (options === undefined) return { NODE_OPTIONS: sourceMaps };
  return { NODE_OPTIONS: options.includes(sourceMaps) ? options : `${options} ${sourceMaps}` };
}

/**
 * Functions that invoke each other in rounds that end. Lambda takes a round that comes for the sixteenth time for an endless loop,
 * and would drop the next invocation. A nudged step is a round of the orchestrator and a worker. A chain that fails goes on by way
 * of the function for failures, the recovery function and the worker host, and each time is a failed attempt.
 */
function isInRounds(
  role: FunctionDescription['role'],
  { nudge = false }: Pick<FunctionSurroundings, 'nudge'>,
): boolean {
  if (role === 'worker') return nudge !== false;
  return role === 'orchestrator' || role === 'failed' || role === 'recovery' || role === 'workerHost';
}
