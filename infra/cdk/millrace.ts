import { join } from 'node:path';
import { Aspects, Names, RemovalPolicy, Stage } from 'aws-cdk-lib';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnRule, EventBus, IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  type EventInvokeConfig,
  type EventSourceMapping,
  type FunctionUrl,
  FunctionUrlAuthType,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { serviceWorkerName } from '../../asl/integrations/serviceCall.ts';
import { clientEnvironmentOf } from '../../orchestrator/configuration/configuration.ts';
import { type DeploymentSettings, describeDeployment } from '../describe.ts';
import type { DeploymentDescription, FunctionDescription } from '../description.ts';
import { privateBucket } from './buckets.ts';
import { joinCalledFunctions, limitAgesOfCalled } from './calledFunctions.ts';
import { checkProps } from './checkProps.ts';
import { allowFunctionsOfDefinitions, checkSubstitutions } from './definitions.ts';
import { DeployedFunctions } from './deployedFunctions.ts';
import { DeploymentCode } from './deploymentCode.ts';
import { DescribedDeployment } from './describedDeployment.ts';
import { InvalidDeploymentError } from './errors.ts';
import { createRules, eventBusOf, nameOrArnOf, refuseRulesElsewhere } from './eventBridge.ts';
import { type FunctionsOfConstruct, MillraceFunctions } from './millraceFunctions.ts';
import type { MillraceProps, WorkerCodeProps, WorkerModuleProps } from './millraceProps.ts';
import { createMonitoring, type Monitoring } from './monitoring.ts';
import { checkOwnTable } from './ownTable.ts';
import {
  accessOfGrant,
  acknowledgePatterns,
  allowData,
  allowInvoke,
  allowObjects,
  allowPutEvents,
  type DataAccess,
  type DataResources,
} from './permissions.ts';
import { failureBucketOf, recoverFrom } from './recovery.ts';
import { watchResourceCount } from './resourceCount.ts';
import { scheduleRules } from './schedule.ts';
import { allowServices, callsServices, giveConnections } from './services.ts';
import { settingsOf } from './settings.ts';
import { mapStream, type StreamMapping } from './streamMapping.ts';
import { createTable } from './table.ts';

/**
 * Millrace in your account: the table, the orchestrator with your machines, your workers, and all that joins them, as the
 * deployment description has it that the local cloud runs, too.
 *
 * ```ts
 * new Millrace(this, 'Orders', { machines: 'machines/', workers: 'workers/' });
 * ```
 */
export class Millrace extends MillraceFunctions {
  readonly table: ITable | Table;
  /** The bucket for data that is too large for the table's items. */
  readonly storeBucket: IBucket | Bucket;
  /** Gets the batches of the stream that a function did not take in all attempts. */
  readonly failureBucket: IBucket | Bucket;
  /** Event source mappings: `Journal` to the orchestrator, `Bus` to the publisher if there is one. */
  readonly eventSourceMappings: Readonly<Record<string, EventSourceMapping>>;
  /** Calls the recovery function for each batch in the failure bucket. */
  readonly recoveryRule: Rule;
  /** Rules that start functions, by function name. */
  readonly schedules: Readonly<Record<string, Rule>>;
  /** The event bus that events are put on, and whose events rules match; undefined where there is none. */
  readonly eventBus: IEventBus | EventBus | undefined;
  /** Rules that start executions, send to them, or take results of functions, by name. */
  readonly rules: Readonly<Record<string, CfnRule>>;
  /** Where the API of Step Functions is served; undefined without `sfnEndpoint`. */
  readonly sfnEndpoint: FunctionUrl | undefined;
  /** By name, as docs/monitoring.md lists them. */
  readonly alarms: Readonly<Record<string, Alarm>>;
  readonly dashboard: Dashboard;

  readonly #props: MillraceProps;
  readonly #settings: DeploymentSettings;
  readonly #described: DescribedDeployment;
  readonly #code: DeploymentCode;
  readonly #data: DataResources;
  readonly #functions: DeployedFunctions;
  readonly #functionPrefix: string;
  readonly #monitoring: Monitoring;
  #isComplete = false;

  /**
   * @throws BundleError if the workers cannot be bundled; machines are bundled when the app is synthesized
   * @throws InvalidDeploymentError
   */
  constructor(scope: Construct, id: string, props: MillraceProps) {
    super(scope, id);
    checkProps(props);
    this.#props = props;
    const { encryptionKey, removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } = props;
    const functionPrefix =
      props.functionPrefix ?? `${Names.uniqueResourceName(this, { maxLength: 16, separator: '-' })}-`;
    this.#functionPrefix = functionPrefix;
    this.#code = new DeploymentCode(
      props,
      join(Stage.of(this)?.outdir ?? 'cdk.out', `millrace-${this.node.addr}`),
    );
    this.eventBus = eventBusOf(this, 'EventBus', props.bus);
    refuseRulesElsewhere(this, props);
    const eventBusName = this.eventBus && nameOrArnOf(this, this.eventBus);
    const settings = settingsOf(props, functionPrefix, eventBusName);
    const { table, store, failures } = describeDeployment(this.#code.functionCode, settings);

    const kept = { encryptionKey, removalPolicy };
    this.table =
      props.table ??
      createTable(this, 'Table', table, { ...kept, deletionProtection: props.deletionProtection });
    this.storeBucket =
      props.storeBucket ?? privateBucket(this, 'Store', { ...kept, expirations: store?.expirations ?? [] });
    this.failureBucket =
      props.failureBucket ??
      failureBucketOf(this, { ...kept, expirations: failures ? [{ days: failures.expirationDays }] : [] });
    this.#settings = {
      ...settings,
      tableName: this.table.tableName,
      failures: `s3://${this.failureBucket.bucketName}`,
    };
    this.#described = new DescribedDeployment({
      code: this.#code,
      settings: this.#settings,
      storeBucket: this.storeBucket,
      busEndpoint: props.bus?.endpoint,
    });
    this.#data = {
      table: this.table,
      indexName: table.index.indexName,
      store: { bucket: this.storeBucket, actions: store?.permissions ?? [] },
      encryptionKey,
    };

    const { functions, eventSource, bus, schedules, rules = [] } = this.description;
    this.#functions = new DeployedFunctions(this, { ...props, functionPrefix }, this.#data);
    for (const each of functions) this.#deploy(each);
    for (const each of functions) this.#functions.configureInvocations(each);
    if (this.publisher && this.eventBus) allowPutEvents(this.publisher, this.eventBus.eventBusArn);
    this.eventSourceMappings = {
      Journal: mapStream(this, 'Journal', eventSource, this.#streamMapping(eventSource.functionName)),
      ...(bus && {
        Bus: mapStream(this, 'Bus', bus.eventSource, this.#streamMapping(bus.eventSource.functionName)),
      }),
    };
    this.recoveryRule = recoverFrom(this, this.failureBucket, this.recovery);
    allowObjects(this.recovery, failures?.recovery.permissions ?? [], this.failureBucket);
    this.sfnEndpoint = this.stepFunctions?.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
    if (this.stepFunctions) allowInvoke(this.stepFunctions, [this.orchestrator.functionArn]);
    const named = (functionName: string) => this.#functions.named(functionName);
    this.schedules = scheduleRules(schedules, named);
    this.rules = createRules(this, rules, functionPrefix, named);
    const called = joinCalledFunctions(this, props.functions ?? {}, {
      callers: [this.orchestrator, this.wake, this.recovery],
      failed: this.failed,
    });
    this.#monitoring = createMonitoring(this, this.functionsOfConstruct, {
      table: this.table,
      indexName: this.#data.indexName,
      mappings: this.eventSourceMappings,
      hasMetrics: settings.hasMetrics ?? false,
      topic: props.alarmTopic,
    });
    this.alarms = this.#monitoring.alarms;
    this.dashboard = this.#monitoring.dashboard;
    acknowledgePatterns(this, {
      buckets: [this.storeBucket, this.failureBucket],
      isInVpc: props.vpc !== undefined,
      functionPrefix,
    });
    watchResourceCount(this, () => this.#code.workers.length);
    // Machines and workers may be added until the app is synthesized.
    Aspects.of(this).add({ visit: (node) => node === this && this.#complete(called) });
  }

  /** The deployment as data, of the same making as what the local cloud runs. */
  get description(): DeploymentDescription {
    return this.#described.description;
  }

  /** By name. Grant a worker the rights that it needs: `queue.grantSendMessages(millrace.worker('charge'))`. */
  get workers(): Readonly<Record<string, LambdaFunction>> {
    return Object.fromEntries(this.#code.workers.map(({ name }) => [name, this.worker(name)]));
  }

  /** @throws InvalidDeploymentError if there is none of that name */
  worker(name: string): LambdaFunction {
    return this.#functions.named(this.#described.worker(name).functionName);
  }

  /** Calls AWS services for Step Functions definitions: deployed where it is needed, or asked for. Grant it what only data name. */
  get serviceWorker(): LambdaFunction {
    this.#addServiceWorker();
    return this.worker(serviceWorkerName);
  }

  /**
   * The variables that a program needs in its environment to be a client of this deployment (`millrace/client`, command line), beside
   * a grant.
   */
  get clientEnvironment(): Readonly<Record<string, string>> {
    return clientEnvironmentOf(this.description.functions[0]?.environment ?? {});
  }

  /**
   * Adds a worker that is not in the workers' folder, or that needs settings of its own.
   *
   * @throws BundleError
   * @throws InvalidDeploymentError if there is one of that name, or the module exports no handler
   */
  addWorker(name: string, props: WorkerModuleProps | WorkerCodeProps): LambdaFunction {
    this.#code.addWorker(name, props);
    return this.#deployWorker(name);
  }

  #addServiceWorker(): void {
    if (this.#code.hasServiceWorker) return;
    this.#code.addServiceWorker();
    this.#deployWorker(serviceWorkerName);
  }

  #deployWorker(name: string): LambdaFunction {
    const description = this.#described.worker(name);
    const worker = this.#deploy(description);
    this.#functions.configureInvocations(description);
    return worker;
  }

  /**
   * Registers the machines of a module or JSON file that is not in the machines' folder.
   *
   * @throws InvalidDeploymentError if the code was bundled before
   */
  addMachine(file: string): void {
    this.#code.addMachine(file);
  }

  /** Lets a principal start executions. */
  grantStart(grantee: IGrantable): Grant {
    return this.#grant(grantee, accessOfGrant.start);
  }

  /** Lets a principal start executions directly: the orchestrator is invoked with them, beside the stream. */
  grantDirectStart(grantee: IGrantable): Grant {
    allowInvoke(grantee, [this.orchestrator.functionArn]);
    return this.grantStart(grantee);
  }

  /** Lets a principal send events, stop, suspend, resume and redrive. */
  grantSend(grantee: IGrantable): Grant {
    return this.#grant(grantee, accessOfGrant.send);
  }

  /** Lets a principal send events directly: the orchestrator is invoked with them, beside the stream. */
  grantDirectSend(grantee: IGrantable): Grant {
    allowInvoke(grantee, [this.orchestrator.functionArn]);
    return this.grantSend(grantee);
  }

  /** Lets a principal describe and list executions, and read their history. */
  grantRead(grantee: IGrantable): Grant {
    return this.#grant(grantee, accessOfGrant.read);
  }

  /** Lets a principal take tasks of activities, and complete tasks by their tokens. */
  grantActivities(grantee: IGrantable): Grant {
    return this.#grant(grantee, accessOfGrant.activities);
  }

  /**
   * Lets a principal call the API of Step Functions at {@link sfnEndpoint}, with all its operations.
   *
   * @throws InvalidDeploymentError without `sfnEndpoint`
   */
  grantStepFunctions(grantee: IGrantable): Grant {
    if (!this.sfnEndpoint) {
      throw new InvalidDeploymentError('The API of Step Functions is not served: set `sfnEndpoint: true`.');
    }
    return this.sfnEndpoint.grantInvokeUrl(grantee);
  }

  /** Lets a principal run `millrace doctor`: read the whole table, and have executions caught up. */
  grantDoctor(grantee: IGrantable): Grant {
    allowInvoke(grantee, [this.recovery.functionArn]);
    return this.#grant(grantee, accessOfGrant.doctor);
  }

  protected override get functionsOfConstruct(): FunctionsOfConstruct {
    const called = Object.values(this.#props.functions ?? {}).map((each) => each.function);
    return { deployed: this.#functions, called: [...new Set(called)], functionPrefix: this.#functionPrefix };
  }

  #grant(grantee: IGrantable, access: DataAccess): Grant {
    const { grantPrincipal } = grantee;
    if (Construct.isConstruct(grantPrincipal)) {
      acknowledgePatterns(grantPrincipal, { buckets: [this.storeBucket] });
    }
    return allowData(grantee, access, this.#data);
  }

  #deploy(description: FunctionDescription): LambdaFunction {
    const { functionName, role } = description;
    const worker = this.#code.workers.find(
      ({ name }) => this.#described.worker(name).functionName === functionName,
    );
    const id = worker ? `Worker-${worker.name}` : `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
    const options = worker ? this.#code.optionsOf(worker.name) : {};
    return this.#functions.deploy(id, description, this.#code.codeOf(description), options);
  }

  #streamMapping(functionName: string): StreamMapping {
    return {
      target: this.#functions.named(functionName),
      table: this.table,
      encryptionKey: this.#props.encryptionKey,
      failureBucket: this.failureBucket,
      failurePermissions: this.description.failures?.permissions ?? [],
    };
  }

  /** Makes the parts that need all machines and workers. Aspects may visit a construct more than once. */
  #complete(called: ReadonlyMap<string, EventInvokeConfig>): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    if (this.#props.table) checkOwnTable(this.#props.table, this.description.table);
    this.#code.make(this);
    const { substitutions = {}, serviceResources = {}, connections = {} } = this.#props;
    // A definition that is created through the API may call any service.
    const mayNeedServices = this.stepFunctions !== undefined || callsServices(this.#code.definitions);
    if (this.#code.needsServiceWorker || mayNeedServices) this.#addServiceWorker();
    const serviceWorker = this.#code.hasServiceWorker ? this.serviceWorker : undefined;
    allowServices(serviceWorker, this.#code.definitions, serviceResources);
    if (serviceWorker) giveConnections(serviceWorker, connections);
    checkSubstitutions(this.#code.definitions, substitutions);
    allowFunctionsOfDefinitions(this, this.workerHost, this.#code.definitions, substitutions);
    for (const each of this.description.functions) this.#functions.limitInvocationAge(each);
    this.#functions.orderDeployment();
    limitAgesOfCalled(called, this.#code.functionCode.invocationAges?.functions);
    this.#monitoring.fillDashboard(this.functionsOfConstruct);
  }
}
