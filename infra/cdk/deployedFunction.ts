import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type Code,
  type FunctionOptions,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionDescription } from '../description.ts';
import { allowNetworkInterfaces } from './permissions.ts';

/** What all functions have alike. */
export interface FunctionSurroundings {
  readonly vpc?: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: readonly ISecurityGroup[];
  readonly logRetention?: RetentionDays;
}

export interface FunctionOverrides extends WorkerOptions {
  /** @default Runtime.NODEJS_24_X */
  readonly runtime?: Runtime;
}

/** What a worker may have otherwise than all functions. How it is found, retried and reported is the construct's. */
export type WorkerOptions = Omit<
  FunctionOptions,
  'functionName' | 'logGroup' | 'maxEventAge' | 'onFailure' | 'onSuccess' | 'retryAttempts'
>;

/** Stack traces in logs show the lines of the source; of the code's own source maps, not of its packages'. */
const sourceMaps = { NODE_OPTIONS: '--enable-source-maps' };

/** A function as the deployment description has it, with a role and a log group of its own. */
export function deployFunction(
  scope: Construct,
  description: FunctionDescription,
  code: Code,
  surroundings: FunctionSurroundings,
  overrides: FunctionOverrides = {},
): LambdaFunction {
  const { vpc, vpcSubnets, securityGroups, logRetention } = surroundings;
  const runtime = overrides.runtime ?? Runtime.NODEJS_24_X;
  const environment = {
    ...description.environment,
    ...(runtime.runtimeEquals(Runtime.NODEJS_24_X) && sourceMaps),
    ...overrides.environment,
  };
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role =
    overrides.role ?? new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  if (overrides.vpc ?? vpc) allowNetworkInterfaces({ grantPrincipal: role });
  const { reservedConcurrentExecutions } = description;
  return new LambdaFunction(scope, 'Function', {
    architecture: Architecture.ARM_64,
    memorySize: description.memorySizeMb,
    timeout: Duration.seconds(description.timeoutSeconds),
    ...(reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions }),
    ...(isOfFailedChain(description.role) && { recursiveLoop: RecursiveLoop.ALLOW }),
    ...(vpc && { vpc }),
    ...(vpcSubnets && { vpcSubnets }),
    ...(securityGroups && { securityGroups: [...securityGroups] }),
    ...overrides,
    functionName: description.functionName,
    runtime,
    handler: description.handler,
    code,
    environment,
    logGroup,
    role,
  });
}

/**
 * A chain that fails goes on by way of the function for failures, the recovery function and the worker host. Lambda takes a machine
 * that does so sixteen times for an endless loop, and would drop the next invocation. Each time is a failed attempt.
 */
function isOfFailedChain(role: FunctionDescription['role']): boolean {
  return role === 'failed' || role === 'recovery' || role === 'workerHost';
}
