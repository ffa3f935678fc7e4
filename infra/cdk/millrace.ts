import { join } from 'node:path';
import { Aspects, Names, RemovalPolicy, Stage } from 'aws-cdk-lib';
import { type Alarm, Dashboard, type IMetric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnRule, EventBus, IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { clientEnvironmentOf, environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import { type MetricName, metricNamespace } from '../../orchestrator/observability/metricDefinitions.ts';
import { type DeploymentSettings, describeDeployment } from '../describe.ts';
import type { DeploymentDescription, EventSourceDescription, FunctionDescription } from '../description.ts';
import { createAlarms } from './alarms.ts';
import { privateBucket } from './buckets.ts';
import { type CalledFunction, joinCalledFunctions } from './calledFunctions.ts';
import { fillDashboard } from './dashboard.ts';
import type { FunctionOverrides } from './deployedFunction.ts';
import { DeployedFunctions } from './deployedFunctions.ts';
import { DeploymentCode } from './deploymentCode.ts';
import { InvalidDeploymentError } from './errors.ts';
import { createRule, eventBusOf, nameOrArnOf, refuseRulesElsewhere } from './eventBridge.ts';
import {
  type CountedReport,
  countReports,
  failedExecutions,
  givenUpRecords,
  type OwnMetricOptions,
  ownMetric,
  reportMetric,
  sumOver,
} from './metrics.ts';
import {
  checkProps,
  type MillraceProps,
  type WorkerCodeProps,
  type WorkerModuleProps,
} from './millraceProps.ts';
import {
  accessOfGrant,
  acknowledgePatterns,
  allowData,
  allowInvoke,
  allowObjects,
  allowPutEvents,
  allowStream,
  type DataAccess,
  type DataResources,
} from './permissions.ts';
import { failureBucketOf, recoverFrom } from './recovery.ts';
import { scheduleRule } from './schedule.ts';
import { settingsOf } from './settings.ts';
import { mapStream } from './streamMapping.ts';
import { createTable } from './table.ts';

/**
 * Millrace in your account: the table, the orchestrator with your machines, your workers, and all that joins them, as the
 * deployment description has it that the local cloud runs, too.
 *
 * ```ts
 * new Millrace(this, 'Orders', { machines: 'machines/', workers: 'workers/' });
 * ```
 */
export class Millrace extends Construct {
  readonly table: ITable | Table;
  /** Of data that is too large for the table's items. */
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
  /** By name, as docs/monitoring.md lists them. */
  readonly alarms: Readonly<Record<string, Alarm>>;
  readonly dashboard: Dashboard;

  readonly #props: MillraceProps;
  readonly #settings: DeploymentSettings;
  readonly #code: DeploymentCode;
  readonly #data: DataResources;
  readonly #functions: DeployedFunctions;
  readonly #functionPrefix: string;
  readonly #reportNamespace: string;
  #isComplete = false;

  /**
   * @throws BundleError if the workers cannot be bundled; machines are bundled when the app is synthesized
   * @throws InvalidDeploymentError
   */
  constructor(scope: Construct, id: string, props: MillraceProps) {
    super(scope, id);
    checkProps(props);
    this.#props = props;
    const { encryptionKey, removalPolicy = RemovalPolicy.RETAIN } = props;
    const functionPrefix =
      props.functionPrefix ?? `${Names.uniqueResourceName(this, { maxLength: 16, separator: '-' })}-`;
    this.#functionPrefix = functionPrefix;
    this.#reportNamespace = metricNamespace(functionPrefix);
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
    this.table = props.table ?? createTable(this, 'Table', table, kept);
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
    this.#data = {
      table: this.table,
      indexName: table.index.indexName,
      store: { bucket: this.storeBucket, actions: store?.permissions ?? [] },
      encryptionKey,
    };

    const { functions, eventSource, bus, schedules, rules = [] } = this.description;
    this.#functions = new DeployedFunctions(this, props, this.#data);
    for (const each of functions) this.#deploy(each);
    for (const each of functions) this.#functions.configureInvocations(each);
    if (this.publisher && this.eventBus) allowPutEvents(this.publisher, this.eventBus.eventBusArn);
    this.eventSourceMappings = {
      Journal: this.#mapStream('Journal', eventSource),
      ...(bus && { Bus: this.#mapStream('Bus', bus.eventSource) }),
    };
    this.recoveryRule = recoverFrom(this, this.failureBucket, this.recovery);
    allowObjects(this.recovery, failures?.recovery.permissions ?? [], this.failureBucket);
    this.schedules = Object.fromEntries(
      schedules.map(({ functionName, rateMinutes }) => [
        functionName,
        scheduleRule(this.#functions.named(functionName), rateMinutes),
      ]),
    );
    this.rules = Object.fromEntries(
      rules.map((rule) => {
        const name = rule.name.slice(functionPrefix.length);
        return [name, createRule(this, `Rule-${name}`, rule, (target) => this.#functions.named(target))];
      }),
    );
    joinCalledFunctions(this, props.functions ?? {}, {
      callers: [this.orchestrator, this.wake, this.recovery],
      failed: this.failed,
    });
    countReports(this, this.#reportNamespace, this.#functions.own);
    this.alarms = createAlarms(this, {
      table: this.table,
      indexName: this.#data.indexName,
      orchestrator: this.orchestrator,
      clock: this.clock,
      recovery: this.recovery,
      publisher: this.publisher,
      ingest: this.ingest,
      ownFunctions: this.#ownFunctions,
      mappings: this.eventSourceMappings,
      reportNamespace: this.#reportNamespace,
      functionPrefix,
      hasMetrics: settings.hasMetrics ?? false,
      topic: props.alarmTopic,
    });
    this.dashboard = new Dashboard(this, 'Dashboard');
    acknowledgePatterns(this, [this.storeBucket, this.failureBucket], props.vpc !== undefined);
    // Machines and workers may be added until the app is synthesized.
    Aspects.of(this).add({ visit: (node) => node === this && this.#complete() });
  }

  /** The deployment as data, of the same making as what the local cloud runs. */
  get description(): DeploymentDescription {
    const described = describeDeployment(this.#code.functionCode, this.#settings);
    const functions = described.functions.map((each) => ({
      ...each,
      environment: this.#environmentOf(each),
    }));
    return { ...described, functions };
  }

  /** Takes the stream. */
  get orchestrator(): LambdaFunction {
    return this.#functions.ofRole('orchestrator');
  }

  /** Fires what is due. */
  get wake(): LambdaFunction {
    return this.#functions.ofRole('wake');
  }

  /** Finds what is due. */
  get clock(): LambdaFunction {
    return this.#functions.ofRole('clock');
  }

  /** Catches up executions whose records a function did not take, and those that `millrace doctor` finds. */
  get recovery(): LambdaFunction {
    return this.#functions.ofRole('recovery');
  }

  /** Hears of workers that died, and fails their attempts. */
  get failed(): LambdaFunction {
    return this.#functions.ofRole('failed');
  }

  /** Runs the machines' plain `fromPromise` actors: what they need is granted to it. */
  get workerHost(): LambdaFunction {
    return this.#functions.ofRole('workerHost');
  }

  /** Hands events to the bus; undefined where there is none. */
  get publisher(): LambdaFunction | undefined {
    return this.#functions.find('publisher');
  }

  /** Turns events of a bus into starts and events of executions; undefined where there are no rules. */
  get ingest(): LambdaFunction | undefined {
    return this.#functions.find('ingest');
  }

  /** By name. What a worker needs is granted to it: `queue.grantSendMessages(millrace.worker('charge'))`. */
  get workers(): Readonly<Record<string, LambdaFunction>> {
    return Object.fromEntries(this.#code.workers.map(({ name }) => [name, this.worker(name)]));
  }

  /** @throws InvalidDeploymentError if there is none of that name */
  worker(name: string): LambdaFunction {
    return this.#functions.named(this.#workerDescription(name).functionName);
  }

  /**
   * What a program needs in its environment to be a client of this deployment (`millrace/client`, command line), beside
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
    const overrides = this.#code.addWorker(name, props);
    const description = this.#workerDescription(name);
    const worker = this.#deploy(description, overrides);
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

  /** Lets a principal describe and list executions, and read their history. */
  grantRead(grantee: IGrantable): Grant {
    return this.#grant(grantee, accessOfGrant.read);
  }

  /** Lets a principal run `millrace doctor`: read the whole table, and have executions caught up. */
  grantDoctor(grantee: IGrantable): Grant {
    allowInvoke(grantee, [this.recovery.functionArn]);
    return this.#grant(grantee, accessOfGrant.doctor);
  }

  /** Invocations of workers and of called functions, which may have other callers: attempts of tasks. */
  metricSteps(options?: MetricOptions): IMetric {
    return sumOver([...this.#functions.tasks, ...this.#called], 'Invocations', 'Task steps', options);
  }

  /** How far the orchestrator is behind the stream, in milliseconds. */
  metricIteratorAge(options?: MetricOptions): IMetric {
    return this.orchestrator.metric('IteratorAge', { statistic: 'Maximum', ...options });
  }

  /** Records of the stream that a function did not take in all attempts. */
  metricGivenUpRecords(mapping: EventSourceMapping, options?: MetricOptions): IMetric {
    return givenUpRecords(mapping, options);
  }

  /** Throttled invocations of Millrace's own functions. */
  metricThrottles(options?: MetricOptions): IMetric {
    return sumOver(this.#ownFunctions, 'Throttles', 'Throttled invocations', options);
  }

  /**
   * A metric that the functions publish themselves, such as `Commits`: docs/monitoring.md has them all. Without a machine, one that
   * is published of each machine is a search, which a dashboard can show and an alarm cannot take.
   */
  metric(name: MetricName, options?: OwnMetricOptions): IMetric {
    return ownMetric(this.#functionPrefix, name, options);
  }

  /** Executions that became FAILED or TIMED_OUT, of a machine or of all. */
  metricFailedExecutions(options?: OwnMetricOptions): IMetric {
    return failedExecutions(this.#functionPrefix, options);
  }

  /** How often the functions' logs have a report, such as `waiting`. */
  metricReports(report: CountedReport, options?: MetricOptions): IMetric {
    return reportMetric(this.#reportNamespace, report, options);
  }

  #grant(grantee: IGrantable, access: DataAccess): Grant {
    const { grantPrincipal } = grantee;
    if (Construct.isConstruct(grantPrincipal)) acknowledgePatterns(grantPrincipal, [this.storeBucket], false);
    return allowData(grantee, access, this.#data);
  }

  get #called(): CalledFunction[] {
    return [...new Set(Object.values(this.#props.functions ?? {}).map((each) => each.function))];
  }

  get #ownFunctions(): LambdaFunction[] {
    return this.#functions.own.map((each) => each.function);
  }

  #deploy(description: FunctionDescription, overrides?: FunctionOverrides): LambdaFunction {
    const { functionName, role } = description;
    const worker = this.#code.workers.find(
      ({ name }) => this.#workerDescription(name).functionName === functionName,
    );
    const id = worker ? `Worker-${worker.name}` : `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
    return this.#functions.deploy(id, description, this.#code.codeOf(description), overrides);
  }

  #workerDescription(name: string): FunctionDescription {
    const worker = this.#code.workers.find((each) => each.name === name);
    const alone = describeDeployment(
      { ...this.#code.functionCode, workers: worker ? [worker] : [] },
      this.#settings,
    );
    const description = alone.functions.find(({ role }) => role === 'worker');
    if (!description) throw new InvalidDeploymentError(`There is no worker '${name}'.`);
    return { ...description, environment: this.#environmentOf(description) };
  }

  #environmentOf({ role, environment }: FunctionDescription): Readonly<Record<string, string>> {
    const { store, busEndpoint } = environmentVariable;
    const endpoint = role === 'publisher' ? this.#props.bus?.endpoint : undefined;
    return {
      ...environment,
      [store]: `s3://${this.storeBucket.bucketName}`,
      ...(endpoint !== undefined && { [busEndpoint]: endpoint }),
    };
  }

  #mapStream(id: string, description: EventSourceDescription): EventSourceMapping {
    const streamArn = this.table.tableStreamArn;
    if (streamArn === undefined) {
      throw new InvalidDeploymentError(
        'The table has no stream that is known: import it with its tableStreamArn, or give it a stream.',
      );
    }
    const target = this.#functions.named(description.functionName);
    allowStream(target, streamArn, this.#props.encryptionKey);
    allowObjects(target, this.description.failures?.permissions ?? [], this.failureBucket);
    return mapStream(this, id, description, { target, streamArn, failureBucket: this.failureBucket });
  }

  /** What can be made only when all machines and workers are known. Aspects may visit a construct more than once. */
  #complete(): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    this.#code.make(this);
    for (const each of this.description.functions) this.#functions.limitInvocationAge(each);
    fillDashboard(this.dashboard, {
      table: this.table,
      indexName: this.#data.indexName,
      orchestrator: this.orchestrator,
      ownFunctions: this.#functions.own,
      workers: this.#functions.tasks,
      called: this.#called,
      alarms: Object.values(this.alarms),
      reportNamespace: this.#reportNamespace,
      functionPrefix: this.#functionPrefix,
      hasMetrics: this.#settings.hasMetrics ?? false,
    });
  }
}
