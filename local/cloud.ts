import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { formatProblem } from '../infra/bundle/bundleError.ts';
import { type BundledFunctions, type BusCode, bundleFunctions, bundleWorkers } from '../infra/bundle.ts';
import { type DeploymentSettings, describeDeployment } from '../infra/describe.ts';
import type { DeploymentDescription } from '../infra/description.ts';
import { readDeployment } from '../infra/template/readDeployment.ts';
import type { IngestRule } from '../ingest/ingestRule.ts';
import type { BusEvent } from '../orchestrator/bus/bus.ts';
import { environmentVariable } from '../orchestrator/configuration.ts';
import { clockEnvironment, executionClock, isTimeScale } from '../orchestrator/executionClock.ts';
import { createDynamoDBClient } from '../orchestrator/table/client.ts';
import type { Units } from '../orchestrator/table/dynamoDBCalls.ts';
import { type LocalBus, type StartBusOptions, type StartedBus, startBus } from './bus.ts';
import { ConsumedCapacityCounter } from './consumedCapacityCounter.ts';
import { ensureTable } from './dynamodb/createTable.ts';
import { type LocalDynamoDB, startEngine } from './dynamodb/engine.ts';
import { startFaultProxy } from './dynamodb/faultProxy.ts';
import type { DynamoDBFaultDraws } from './dynamodb/faults.ts';
import type { LocatedEngine } from './dynamodb/findEngine.ts';
import { trimStream } from './dynamodb/trimStream.ts';
import type { EventSourceFaultDraws } from './eventSource/faults.ts';
import type { LambdaFaults } from './faults.ts';
import { type LambdaMetrics, startLambda } from './lambda/index.ts';
import { type LocalSchedules, startSchedules } from './schedules.ts';
import { startTableStream } from './tableStream.ts';

export interface LocalCloudOptions {
  /** Folder with the modules of the machines. */
  readonly machinesDirectory: string;
  /** Folder with the modules of the workers; it need not exist. */
  readonly workersDirectory: string;
  /** Keeps the table in this file, and large data in a folder beside it. @default files of its own, deleted at the end */
  readonly dataFile?: string;
  readonly settings?: DeploymentSettings;
  /**
   * Folder with the modules of functions that know nothing of Millrace: machines call each by `lambda()` and the name of its file.
   *
   * @default there are none
   */
  readonly functionsDirectory?: string;
  /** How what they return comes back: to Millrace's function, or by way of the bus. @default 'DESTINATIONS' */
  readonly functionResults?: 'DESTINATIONS' | 'BUS';
  /** What becomes of events that are put on the bus, by name of the rule. Needs a bus. @default nothing */
  readonly rules?: Readonly<Record<string, IngestRule>>;
  /**
   * Deploys what a template says that the CDK has synthesized, `cdk.out/<stack>.template.json`, with its code, and bundles
   * nothing: folders, settings and bus are the template's.
   *
   * @default the deployment of the two folders
   */
  readonly template?: string;
  /** Whether events leave through a bus, or the module that gets them beside the local one. @default true */
  readonly bus?: boolean | BusCode;
  /** Variables of every function. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Invocations that run at once, each in a process of its own. @default 10 */
  readonly maximumConcurrency?: number;
  /** Counts the capacity units that functions consume. @default false: DynamoDB is not asked */
  readonly countsConsumedCapacity?: boolean;
  /** @default any that is free */
  readonly dynamodbPort?: number;
  /** A DynamoDB that somebody else runs, with an empty table or none. @default one that is started and stopped with the cloud */
  readonly dynamodbEndpoint?: string;
  /** @default any that is free */
  readonly lambdaPort?: number;
  /** Timers, deadlines and retries pass so many times faster, 1 to 100,000. Not with `dataFile`. @default 1 */
  readonly timeScale?: number;
  readonly faults?: LocalCloudFaults;
  readonly log?: (line: LogLine) => void;
}

export interface LogLine {
  /** Name of a function, or `bundle`, `dynamodb`, `stream`, `bus`, `schedules`. */
  readonly source: string;
  readonly text: string;
}

/** What goes wrong on purpose, each part drawn from a seed of its own. */
export interface LocalCloudFaults {
  readonly lambda?: LambdaFaults;
  readonly eventSource?: EventSourceFaultDraws;
  readonly dynamodb?: DynamoDBFaultDraws;
  readonly bus?: {
    /** Of the publisher's stream. */
    readonly eventSource?: EventSourceFaultDraws;
    /** Answers why an event is refused. */
    readonly refuse?: (event: BusEvent) => string | undefined;
  };
}

/** AWS on this machine, as far as Millrace needs it: DynamoDB with streams, Lambda, and what joins them. */
export interface LocalCloud {
  readonly tableName: string;
  readonly description: DeploymentDescription;
  /** What any AWS SDK or CLI needs to use it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly dynamodb: DynamoDBClient;
  /** What executions take for the time, in milliseconds since the epoch: for clients in this process. */
  now(): number;
  /** Absent where it was started without. */
  readonly bus?: LocalBus;
  /** Capacity units that functions have consumed so far. */
  consumed(): Units;
  /** By function name. */
  functionMetrics(): ReadonlyMap<string, LambdaMetrics['functions'][string]>;
  /** How often the local Lambda has done each of its faults. */
  lambdaFaults(): LambdaMetrics['faults'];
  /** Records of the stream that the orchestrator did not take in all their deliveries. */
  recordsGivenUp(): number;
  /** Resolves when what is in the stream was delivered and no invocation is queued or running, the clock's aside. */
  settled(): Promise<void>;
  /**
   * Bundles machines and workers anew and deploys them.
   *
   * @throws BundleError: the functions of before stay deployed
   */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const region = 'us-east-1';
/** Nobody checks them; every SDK wants some. */
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Starts the local cloud and deploys the machines and workers of two folders to it, or what a template says.
 *
 * @throws NoLocalEngineError, EngineStartError, BundleError, InvalidTemplateError
 * @throws InvalidTimeScaleError
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const log = options.log ?? (() => {});
  const timeScale = checkedTimeScale(options);
  const since = Date.now();
  const clock = executionClock(timeScale, since, () => Date.now());
  const time = clockEnvironment(timeScale, since);
  const started: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    const codeDirectory = await mkdtemp(join(tmpdir(), 'millrace-'));
    started.push(() => rm(codeDirectory, { recursive: true, force: true }));
    const dataPath = options.dataFile ?? join(codeDirectory, 'table');
    const store = options.settings?.store ?? folderBeside(dataPath, 'store');
    const failures = options.settings?.failures ?? folderBeside(dataPath, 'failures');
    const deployments = new Deployments(codeDirectory, {
      ...options,
      settings: { ...options.settings, store, failures },
    });
    const first = await deployments.next();

    await trimKeptStream(options.dataFile, log);
    const engine = await startEngine({
      ...(options.dataFile !== undefined && { dataFile: options.dataFile }),
      ...(options.dynamodbPort !== undefined && { port: options.dynamodbPort }),
      ...(options.dynamodbEndpoint !== undefined && { engine: engineAt(options.dynamodbEndpoint) }),
      log: (text) => log({ source: 'dynamodb', text }),
    });
    started.push(() => engine.stop());
    const dynamodbEndpoint = await withFaults(engine, options, started);
    const dynamodb = createDynamoDBClient({ endpoint: engine.endpoint, region, credentials });
    started.push(() => dynamodb.destroy());
    const { streamArn } = await ensureTable(dynamodb, first.table);

    const capacity = new ConsumedCapacityCounter();
    let bus: StartedBus | undefined;
    const lambda = await startLambda({
      functions: [],
      environment: { AWS_REGION: region },
      ...(options.lambdaPort !== undefined && { port: options.lambdaPort }),
      ...(options.maximumConcurrency !== undefined && { maximumConcurrency: options.maximumConcurrency }),
      ...(options.faults?.lambda && { faults: options.faults.lambda }),
      putEvent: async (eventBusName, entry) => {
        if (!bus) throw new Error('there is no bus');
        const [result] = await bus.eventBridge.putEvents([{ ...entry, EventBusName: eventBusName }]);
        if (result && 'ErrorCode' in result) throw new Error(`${result.ErrorCode}: ${result.ErrorMessage}`);
      },
      log: ({ functionName, message }) => {
        if (!capacity.take(message)) log({ source: functionName, text: message });
      },
    });
    started.push(() => lambda.stop());
    bus =
      first.bus || first.rules
        ? await startLocalBus(options, {
            invoke: (functionName, payload) => lambda.invoke(functionName, payload, { type: 'Event' }),
            log: (text) => log({ source: 'bus', text }),
          })
        : undefined;
    started.push(() => bus?.stop());
    const { busEndpoint } = environmentVariable;
    const busVariables = bus && { ...eventBusVariables(first, bus), [busEndpoint]: bus.endpoint };
    const endpoints = {
      ...endpointVariables(dynamodbEndpoint, lambda.endpoint),
      ...busVariables,
      // Where there is an event bus, events come to it in that way alone.
      ...(bus && { [busEndpoint]: first.bus?.eventBusName === undefined ? bus.endpoint : '' }),
      // A template's buckets are not here.
      [environmentVariable.store]: store,
      [environmentVariable.failures]: failures,
    };
    const deploy = (description: DeploymentDescription) => {
      const { bus: described, rules = [] } = description;
      bus?.eventBridge.deploy(described?.eventBusName === undefined ? [] : [described.eventBusName], rules);
      lambda.updateFunctions(
        description.functions.map((each) => ({
          ...each,
          environment: { ...each.environment, ...options.environment, ...endpoints, ...time },
        })),
      );
    };
    deploy(first);

    const { dataFile, faults } = options;
    const stream = {
      streams: { endpoint: engine.endpoint, region, credentials },
      streamArn,
      lambda,
      failures: first.failures && { ...first.failures, url: failures },
    };
    const source = startTableStream({
      ...stream,
      eventSource: first.eventSource,
      checkpointFile: dataFile && `${dataFile}.stream.json`,
      faults: faults?.eventSource,
      log: (text) => log({ source: 'stream', text }),
    });
    started.push(() => source.stop());
    const busSource =
      first.bus &&
      startTableStream({
        ...stream,
        eventSource: first.bus.eventSource,
        checkpointFile: dataFile && `${dataFile}.bus.json`,
        faults: faults?.bus?.eventSource,
        log: (text) => log({ source: 'bus', text }),
      });
    if (busSource) started.push(() => busSource.stop());
    const schedules: LocalSchedules = startSchedules(first.schedules, lambda, {
      onError: (functionName, error) =>
        log({ source: 'schedules', text: `${functionName}: ${String(error)}` }),
    });
    started.push(() => schedules.stop());

    let description = first;
    return {
      tableName: first.table.tableName,
      get description() {
        return description;
      },
      environment: {
        ...endpointVariables(engine.endpoint, lambda.endpoint),
        ...busVariables,
        [environmentVariable.table]: first.table.tableName,
        [environmentVariable.store]: store,
        ...time,
      },
      dynamodb,
      now: clock.now,
      ...(bus && { bus }),
      consumed: () => capacity.total,
      functionMetrics: () => new Map(Object.entries(lambda.metrics().functions)),
      lambdaFaults: () => lambda.metrics().faults,
      recordsGivenUp: () => source.metrics().recordsDiscarded,
      settled: async () => {
        // A delivered record invokes workers, and their results are records.
        const delivered = () =>
          source.metrics().recordsDelivered + (busSource?.metrics().recordsDelivered ?? 0);
        const targetsIdle = async () => {
          do {
            await bus?.eventBridge.idle();
            await lambda.idle({ ignoring: first.schedules.map((schedule) => schedule.functionName) });
            // Of a function whose destination is the bus.
          } while (bus?.eventBridge.isBusy);
        };
        await targetsIdle();
        for (let before = -1; before !== delivered(); ) {
          before = delivered();
          await source.drained();
          await busSource?.drained();
          await targetsIdle();
        }
      },
      reload: async () => {
        description = await deployments.next();
        deploy(description);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Thrown for a `timeScale` that no cloud can have. */
export class InvalidTimeScaleError extends Error {
  readonly code = 'InvalidTimeScale';
  override readonly name = 'InvalidTimeScaleError';
}

function checkedTimeScale({ timeScale = 1, dataFile }: LocalCloudOptions): number {
  if (!isTimeScale(timeScale)) {
    throw new InvalidTimeScaleError(`Time cannot pass ${timeScale} times faster: give 1 to 100,000.`);
  }
  if (timeScale !== 1 && dataFile !== undefined) {
    throw new InvalidTimeScaleError(
      'A table that is kept in a file has the real time: leave out the file, or the time scale.',
    );
  }
  return timeScale;
}

/** The URL of the folder for large data, or for batches that the event source gave up. */
function folderBeside(dataFile: string, name: 'store' | 'failures'): string {
  return pathToFileURL(`${resolve(dataFile)}.${name}`).href;
}

/** How far the stream was delivered is kept beside the table. */
function checkpointFileOf(dataFile: string): string {
  return `${dataFile}.stream.json`;
}

async function trimKeptStream(dataFile: string | undefined, log: (line: LogLine) => void): Promise<void> {
  if (dataFile === undefined) return;
  const checkpointFile = checkpointFileOf(dataFile);
  const say = (text: string) => log({ source: 'stream', text });
  try {
    const trimmed = await trimStream({ dataFile, checkpointFile, now: Date.now() });
    if (trimmed > 0) say(`${trimmed} records that are older than a day were taken out of ${dataFile}.`);
  } catch (error) {
    say(`${dataFile} keeps its old stream records: ${String(error)}`);
  }
}

/** Bundles into a folder of its own each time: running functions still read the one before. */
class Deployments {
  readonly #codeDirectory: string;
  readonly #options: LocalCloudOptions;
  #count = 0;

  constructor(codeDirectory: string, options: LocalCloudOptions) {
    this.#codeDirectory = codeDirectory;
    this.#options = options;
  }

  async next(): Promise<DeploymentDescription> {
    const { template } = this.#options;
    return template === undefined ? this.#bundled() : readDeployment(template);
  }

  async #bundled(): Promise<DeploymentDescription> {
    const {
      machinesDirectory,
      workersDirectory,
      settings,
      countsConsumedCapacity,
      bus = true,
      rules,
      functionsDirectory,
      functionResults,
    } = this.#options;
    const outDirectory = join(this.#codeDirectory, String(this.#count++));
    const bundled: BundledFunctions = await bundleFunctions({
      machinesDirectory,
      workersDirectory,
      outDirectory,
      ...(bus !== false && { bus: bus === true ? {} : bus }),
      ...(rules && { ingest: true }),
    });
    for (const warning of bundled.warnings ?? []) {
      this.#options.log?.({ source: 'bundle', text: formatProblem(warning) });
    }
    return describeDeployment(
      {
        orchestrator: bundled.orchestrator.codeDirectory,
        workerHost: bundled.workerHost.codeDirectory,
        ...(bundled.publisher && { publisher: bundled.publisher.codeDirectory }),
        ...(bundled.ingest && { ingest: bundled.ingest.codeDirectory }),
        workers: bundled.workers,
        ...(functionsDirectory !== undefined && {
          unmodified: await bundleWorkers({
            workers: functionsDirectory,
            outDirectory: join(outDirectory, 'functions'),
          }),
        }),
      },
      {
        ...settings,
        ...(countsConsumedCapacity && { reportsConsumedCapacity: true }),
        ...(bus !== false && { eventBusName: localEventBusName }),
        ...(rules && { rules }),
        ...(functionResults === 'BUS' && { resultsOnBus: true }),
      },
    );
  }
}

function engineAt(endpoint: string): LocatedEngine {
  return { kind: 'endpoint', endpoint, variable: 'dynamodbEndpoint' };
}

async function withFaults(
  engine: LocalDynamoDB,
  options: LocalCloudOptions,
  started: (() => Promise<void> | void)[],
): Promise<string> {
  if (!options.faults?.dynamodb) return engine.endpoint;
  const proxy = await startFaultProxy({ target: engine.endpoint, faults: options.faults.dynamodb });
  started.push(() => proxy.stop());
  return proxy.endpoint;
}

const localEventBusName = 'millrace';

function startLocalBus(
  { dataFile, faults }: LocalCloudOptions,
  { invoke, log }: Required<Pick<StartBusOptions, 'invoke' | 'log'>>,
) {
  const refuse = faults?.bus?.refuse;
  return startBus({
    invoke,
    log,
    ...(dataFile !== undefined && { file: `${dataFile}.events.ndjson` }),
    ...(refuse && { refuse }),
  });
}

function eventBusVariables({ bus }: DeploymentDescription, { endpoint }: LocalBus): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint,
    ...(bus?.eventBusName !== undefined && { [environmentVariable.eventBus]: bus.eventBusName }),
  };
}

function endpointVariables(dynamodb: string, lambda: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamodb,
    AWS_ENDPOINT_URL_LAMBDA: lambda,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
