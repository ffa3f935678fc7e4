import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Alias, IFunction, Runtime, Version } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { SendRule, StartRule } from '../../client/ingest/ingestTarget.ts';
import type { LogLevel, NudgeSetting } from '../../orchestrator/configuration/configuration.ts';
import type { BundledFunctions } from '../bundle.ts';
import type { OwnFunctionRole } from '../describeFunctions.ts';
import type { EventPattern } from '../eventPattern/eventPattern.ts';
import type { WorkerOptions } from './deployedFunction.ts';

export interface MillraceProps {
  /** Folder with the modules and JSON files of the machines. */
  readonly machines: string;

  /**
   * Folder with the modules of the workers: each that exports `handler` becomes a function. It need not exist.
   *
   * @default - no workers but those of `addWorker`
   */
  readonly workers?: string;

  /**
   * Options of the functions of workers in the folder, by the name of the worker: memory, timeout, environment, reserved
   * concurrency and the other options that a Lambda function has in the CDK. A timeout that is shorter than the time that a
   * machine gives the worker for a task is refused.
   *
   * ```ts
   * workerOptions: { charge: { memorySize: 1024, timeout: Duration.minutes(2) } }
   * ```
   *
   * @default - 256 MB and 15 minutes for each worker
   */
  readonly workerOptions?: Readonly<Record<string, WorkerOptions>>;

  /**
   * Whether all workers write to one log group, in which the name of a stream has the name of its function. This saves a
   * resource for each worker: docs/deploy.md has the count.
   *
   * @default false
   */
  readonly sharedWorkerLogs?: boolean;

  /**
   * A table of your own, with the keys, the index `mr_index` and the stream of docs/reference/items.md.
   *
   * @default - a table on demand, with point-in-time recovery and deletion protection
   */
  readonly table?: ITable | Table;

  /**
   * Customer key of the table and the buckets. It must let the account's IAM policies decide, as keys that the CDK creates
   * do. A table or bucket of your own that has another key grants its use itself.
   *
   * @default - keys of AWS
   */
  readonly encryptionKey?: IKey;

  /**
   * Bucket for data that is too large for the table's items.
   *
   * @default - a bucket whose objects expire after the items that refer to them
   */
  readonly storeBucket?: IBucket | Bucket;

  /**
   * Bucket that gets the batches of the stream that a function did not take in all attempts, and nothing else: what is
   * recovered is deleted. Let it send its events to EventBridge: without them, batches wait in it for the sweep, for up to half an hour.
   *
   * @default - a bucket that keeps them for 30 days
   */
  readonly failureBucket?: IBucket | Bucket;

  /**
   * The network in which all functions run. They need ways to DynamoDB, Lambda, S3 and CloudWatch Logs from there.
   *
   * @default - none: they run outside of any network of yours
   */
  readonly vpc?: IVpc;

  /** @default - the private subnets of `vpc` */
  readonly vpcSubnets?: SubnetSelection;

  /** @default - a security group for each function */
  readonly securityGroups?: readonly ISecurityGroup[];

  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * Memory in MB, and processor time with it, of the functions that step executions. More of it lets one shard of the stream take more
   * steps a second: docs/deploy.md has the figures.
   *
   * @default 512
   */
  readonly orchestratorMemorySize?: number;

  /**
   * Concurrent executions that Lambda reserves for each of Millrace's own functions, so that your other functions cannot take
   * them. It is also the most that the function gets: the orchestrator needs one for each shard of the stream.
   *
   * @default - none: they share the account's concurrency
   */
  readonly reservedConcurrency?: Readonly<Partial<Record<OwnFunctionRole, number>>>;

  /**
   * How much Millrace's own functions log. At DEBUG, each step is a line.
   *
   * @default - INFO: nothing of a step that goes well
   */
  readonly logLevel?: LogLevel;

  /**
   * Whether Millrace's own functions publish metrics of each machine. They are paid for by CloudWatch, as custom metrics: see
   * docs/monitoring.md. Without them there are no alarms on failed executions, on those that wait for a redrive, and on overdue wakes.
   *
   * @default true
   */
  readonly metrics?: boolean;

  /**
   * Gets a message when an alarm goes off, and when it is over.
   *
   * @default - the alarms send no message
   */
  readonly alarmTopic?: ITopic;

  /**
   * Lets status changes and emitted events leave through a bus.
   *
   * @default - nothing leaves
   */
  readonly bus?: BusProps;

  /**
   * Rules for events that come by an event bus, by name: the events start executions, or are sent to them.
   *
   * @default - nothing comes by a bus
   */
  readonly rules?: Readonly<Record<string, RuleProps>>;

  /**
   * Serves the API of Step Functions at a function URL with IAM authorization, and runs the definitions that are created through it:
   * docs/reference/stepfunctions.md has what callers set, and how to grant what those definitions call.
   *
   * @default false
   */
  readonly sfnEndpoint?: boolean;

  /**
   * Functions that machines call by `lambda(name)`, by that name: they are deployed elsewhere and know nothing of Millrace.
   *
   * @default - none
   */
  readonly functions?: Readonly<Record<string, CalledFunctionProps>>;

  /**
   * Values for `${Name}` in Step Functions definitions (`machines/*.asl.json`), such as the ARN of a function: as
   * DefinitionSubstitutions in SAM and CDK.
   *
   * @default - none
   */
  readonly substitutions?: Readonly<Record<string, string>>;

  /**
   * ARNs of the resources that states of Step Functions definitions use in AWS services, by the actions of policies:
   * `{ 'dynamodb:PutItem': [table.tableArn] }`, or `{ 'dynamodb:*': [table.tableArn] }` for all actions of a service that the
   * definitions call. The service worker gets exactly the actions that they call. Synthesis fails with a list to fill in
   * where resources are missing.
   *
   * @default - none
   */
  readonly serviceResources?: Readonly<Record<string, readonly string[]>>;

  /**
   * Secrets with the values that connections of EventBridge add to requests of `http:invoke`, by the names of the
   * connections: docs/services.md.
   *
   * @default - none
   */
  readonly connections?: Readonly<Record<string, ISecret | Secret>>;

  /**
   * Begins the name of every function. Up to 17 characters, unique in account and region.
   *
   * @default - made of the construct's path
   */
  readonly functionPrefix?: string;

  /**
   * Partitions over which the index spreads the executions that run. Each takes 1,000 write units a second. Do not lower it
   * while executions run.
   *
   * @default 4
   */
  readonly indexShards?: number;

  /**
   * How long items are kept after they were written, in whole days. `Duration.days(0)` keeps them for ever.
   *
   * @default Duration.days(90)
   */
  readonly retention?: Duration;

  /**
   * How long an execution waits for a machine or version that is not deployed before it is PENDING_REDRIVE.
   *
   * @default Duration.minutes(15)
   */
  readonly waitForMachine?: Duration;

  /**
   * Whether the worker host takes the steps of promises itself, without the stream: docs/how-it-works.md. A machine says otherwise for
   * itself with `meta: { millrace: { chain } }`.
   *
   * @default true
   */
  readonly chain?: boolean;

  /**
   * Whether workers invoke the orchestrator with their results, beside the stream: docs/how-it-works.md. A machine says otherwise for
   * itself with `meta: { millrace: { nudge } }`, a worker with `worker({ nudge })`. With `'asked'`, only those do that say
   * `nudge: true`. The workers get the permission to invoke the orchestrator.
   *
   * @default false
   */
  readonly nudge?: NudgeSetting;

  /**
   * Whether the worker host keeps small results in the execution's log, where it takes steps: that halves their price. A version
   * without chains cannot read such a log: set it to false in the deployment that replaces such a version, and leave it out afterwards.
   *
   * @default true
   */
  readonly inlineResults?: boolean;

  /**
   * Whether the table and the buckets are kept when the stack is deleted. By default they are, except where the deployment that
   * creates them fails. With RETAIN, that deployment leaves them behind. With DESTROY, nothing is kept.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether DynamoDB refuses to delete the table, also when an administrator asks. CloudFormation cannot remove such a table either, when the
   * deployment that creates it fails: it is then kept, as with RETAIN.
   *
   * @default - true, unless `removalPolicy` is DESTROY
   */
  readonly deletionProtection?: boolean;

  /**
   * Whether the code of the functions is minified.
   *
   * @default true
   */
  readonly minify?: boolean;

  /**
   * Code that `bundleFunctions` has bundled already, of `machines`, `workers` and `bus`.
   *
   * @default - bundled during synthesis, in a process of its own
   */
  readonly code?: BundledFunctions;
}

/** A function that is deployed elsewhere and knows nothing of Millrace: docs/functions.md. */
export interface CalledFunctionProps {
  readonly function: IFunction | Alias | Version;

  /**
   * How results come back. `DESTINATIONS`: the construct configures the function's asynchronous invocation, with Millrace's own
   * function as destination and without retries; it must have no such configuration yet. `BUS`: its destinations are the
   * event bus already, on success and on failure, and a rule takes results from there.
   *
   * @default 'DESTINATIONS'
   */
  readonly results?: 'DESTINATIONS' | 'BUS';
}

/** Where events go. */
export interface BusProps {
  /**
   * The event bus of EventBridge that events are put on.
   *
   * @default - one of the deployment's own, unless there is a module or an endpoint
   */
  readonly eventBus?: IEventBus | EventBus;

  /**
   * Module whose export `bus` gets every event. Grant the rights that it needs to the construct's `publisher`.
   *
   * @default - none
   */
  readonly module?: string;

  /**
   * HTTP endpoint that events are posted to, as docs/reference/events.md has it.
   *
   * @default - none
   */
  readonly endpoint?: string;
}

/** A rule of an event bus: docs/eventbridge.md. */
export type RuleProps = (StartRule | SendRule) & {
  /** As EventBridge has it. */
  readonly eventPattern: EventPattern;

  /**
   * Whose events.
   *
   * @default - the bus of the deployment; where it has none, the default event bus of the account
   */
  readonly eventBus?: IEventBus | EventBus;
};

/** A worker in a module: bundled as those of the workers' folder are. */
export interface WorkerModuleProps extends WorkerOptions {
  /** Module that exports `handler`. */
  readonly entry: string;
}

/** A worker whose code is ready, in any language: see docs/reference/worker-contract.md. */
export interface WorkerCodeProps extends WorkerOptions {
  /** Folder or archive of the code. */
  readonly codePath: string;

  /** As Lambda has it, for example `charge.handler`. */
  readonly handler: string;

  /**
   * @default Runtime.NODEJS_24_X
   */
  readonly runtime?: Runtime;
}
