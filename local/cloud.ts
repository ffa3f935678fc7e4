import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { BundledFunctions } from '../infra/bundle.ts';
import type { DeploymentDescription } from '../infra/description.ts';
import { createDynamoDBClient } from '../orchestrator/aws/client.ts';
import {
  clientEnvironmentOf,
  environmentVariable,
  readConfiguration,
} from '../orchestrator/configuration/configuration.ts';
import { clockEnvironment, executionClock } from '../orchestrator/configuration/executionClock.ts';
import type { Units } from '../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import { type LocalBus, type StartBusOptions, type StartedBus, startBus } from './bus.ts';
import { checkCloudOptions, checkedTimeScale, type LocalCloudOptions } from './cloudOptions.ts';
import { ConsumedCapacityCounter } from './consumedCapacityCounter.ts';
import { Deployments } from './deployments.ts';
import { ensureTable } from './dynamodb/createTable.ts';
import { credentials, endpointVariables, eventBusVariables, folderBeside, region } from './endpoints.ts';
import { type LambdaMetrics, startLambda } from './lambda/index.ts';
import { awsLatency } from './latency.ts';
import { type LocalSchedules, startSchedules } from './schedules.ts';
import { type Started, startKeptEngine, withFaults } from './startEngine.ts';
import { startStepFunctions } from './stepFunctions.ts';
import { startTableStream } from './tableStream.ts';

/** AWS on this machine, as far as Millrace needs it: DynamoDB with streams, Lambda, and what joins them. */
export interface LocalCloud {
  readonly tableName: string;
  readonly description: DeploymentDescription;
  /** The machines that are deployed, each version. Unknown of a template. */
  readonly machines: BundledFunctions['machines'];
  /** Environment variables with which any AWS SDK or CLI uses it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly dynamodb: DynamoDBClient;
  /** The executions' time, in milliseconds since the epoch: for clients in this process. */
  now(): number;
  /** Absent where it was started without. */
  readonly bus?: LocalBus;
  /** The API of Step Functions. Absent where it was started without. */
  readonly stepFunctions?: { readonly endpoint: string };
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
   * Bundles machines and workers again and deploys them.
   *
   * @throws BundleError: the functions of before stay deployed
   */
  reload(): Promise<void>;
  /**
   * Takes no more records and invokes nothing by schedule; resolves when what was accepted has run. For a table that is
   * kept: the results are in it, and the next start takes them from there.
   */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the local cloud and deploys the machines and workers of two folders to it, or what a template says.
 *
 * @throws NoLocalEngineError, EngineStartError, BundleError, InvalidTemplateError
 * @throws InvalidTimeScaleError, LocalCloudRunningError
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  checkCloudOptions(options);
  const log = options.log ?? (() => {});
  const timeScale = checkedTimeScale(options);
  const since = Date.now();
  const clock = executionClock(timeScale, since, () => Date.now());
  const time = clockEnvironment(timeScale, since);
  const started: Started = [];
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
    options.onStage?.('code');
    // The engine waits for its first answer while the code is bundled, which takes longer.
    const [bundling, starting] = await Promise.allSettled([
      deployments.next(),
      startKeptEngine(options, log, started),
    ]);
    const first = settledValue(bundling);
    const engine = settledValue(starting);
    options.onStage?.('cloud');
    const latency = options.latency && awsLatency(options.latency.seed ?? 1);
    const dynamodbEndpoint = await withFaults(engine, options.faults?.dynamodb ?? latency?.dynamodb, started);
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
      ...(latency && !options.faults?.lambda && { asyncDelayMs: latency.asyncDelayMs }),
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
      faults: faults?.eventSource ?? latency?.eventSource,
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

    const { stepFunctions: served = false } = options;
    const deployed = clientEnvironmentOf(first.functions[0]?.environment ?? {});
    const { indexShards, retentionDays, storeOverKb, functionPrefix } = readConfiguration(deployed);
    const stepFunctions =
      served === false
        ? undefined
        : await startStepFunctions({
            ...(typeof served === 'object' && served),
            dynamodb,
            table: first.table.tableName,
            indexShards,
            retentionDays,
            storeOverKb,
            functionPrefix,
            store,
            region,
            lambda: { endpoint: lambda.endpoint, region, credentials },
            now: clock.now,
            machines: () => deployments.described(),
            substitutions: options.settings?.substitutions ?? {},
            log: (text) => log({ source: 'stepfunctions', text }),
          });
    started.push(() => stepFunctions?.stop());

    // A clock is always running.
    const clocks = first.functions.filter(({ role }) => role === 'clock').map((each) => each.functionName);
    let description = first;
    return {
      tableName: first.table.tableName,
      get description() {
        return description;
      },
      get machines() {
        return deployments.machines;
      },
      environment: {
        ...endpointVariables(engine.endpoint, lambda.endpoint),
        // The SDK for Python knows the region by no other name.
        AWS_DEFAULT_REGION: region,
        ...busVariables,
        ...(stepFunctions && {
          AWS_ENDPOINT_URL_SFN: stepFunctions.endpoint,
          // The host `sync-127.0.0.1`, to which SDKs send two of the operations, does not resolve.
          AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
        }),
        [environmentVariable.table]: first.table.tableName,
        [environmentVariable.store]: store,
        ...time,
      },
      dynamodb,
      now: clock.now,
      ...(stepFunctions && { stepFunctions: { endpoint: stepFunctions.endpoint } }),
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
            await lambda.idle({ ignoring: clocks });
            // The function's destination is the bus.
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
      drain: async () => {
        schedules.stop();
        await Promise.all([source.stop(), busSource?.stop()]);
        await lambda.idle({ ignoring: clocks });
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

function settledValue<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

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
