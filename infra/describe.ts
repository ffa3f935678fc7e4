import {
  type Configuration,
  defaults,
  environmentVariable,
  functionNames,
  type LogLevel,
} from '../orchestrator/configuration/configuration.ts';
import { ownProperty } from '../orchestrator/core/data/ownProperty.ts';
import { checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import type { InvocationAges } from '../orchestrator/dispatch/invocationAges.ts';
import {
  attribute,
  indexName,
  indexProjection,
  journalSortKeys,
  sortKey,
} from '../orchestrator/table/schema.ts';
import { dataPrefix } from '../orchestrator/table/stored/dataKeys.ts';
import type {
  DeploymentDescription,
  DestinationDescription,
  EventInvokeDescription,
  EventSourceDescription,
  FailuresDescription,
  FunctionDescription,
  StoreDescription,
} from './description.ts';
import type { IngestRule } from './ingestRule.ts';
import { defaultEventBusName, describeRules } from './rules.ts';

/** Where the code of each function is, unpacked. */
export interface FunctionCode {
  readonly orchestrator: string;
  readonly workerHost: string;
  /** Present: what executions emit, and their changes of status, leave through a bus. */
  readonly publisher?: string;
  /** Present: events of a bus start executions, or are sent to them. */
  readonly ingest?: string;
  readonly workers: readonly {
    readonly name: string;
    readonly codeDirectory: string;
    readonly handler: string;
  }[];
  /** Until when an invocation of theirs is of use. @default as long as Lambda keeps it: 6 hours */
  readonly invocationAges?: InvocationAges;
  /** Functions that know nothing of Millrace, where they are deployed with it: on the local cloud. @default none */
  readonly unmodified?: FunctionCode['workers'];
}

/** Of both mappings: what a function does not take in all its attempts is given up and reported, and the shard goes on. */
const streamSettings = {
  startingPosition: 'TRIM_HORIZON',
  batchSize: 500,
  maximumBatchingWindowSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 5,
  bisectBatchOnFunctionError: true,
  functionResponseTypes: ['ReportBatchItemFailures'],
} as const;

/** Commits that tell the bus something: a text where that is short, else compressed. */
const commitsForTheBus: EventSourceDescription['filters'] = (['S', 'B'] as const).map((type) => ({
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: {
    Keys: { [attribute.item]: { S: [sortKey.execution] } },
    NewImage: { [attribute.emitted]: { [type]: [{ exists: true }] } },
  },
}));

/** What a deployment has to do with EventBridge. */
export interface EventBridgeSettings {
  /** The event bus that the publisher puts events on, and whose events rules match. */
  readonly eventBusName?: string;
  /** By name. */
  readonly rules?: Readonly<Record<string, IngestRule>>;
  /** Whether a rule takes from the bus what functions return whose destination it is. @default false */
  readonly resultsOnBus?: boolean;
}

export type DeploymentSettings = Partial<Omit<Configuration, 'hasBus'>> &
  EventBridgeSettings & {
    readonly logLevel?: LogLevel;
    /** Values for `${Name}` in Step Functions definitions. @default none */
    readonly substitutions?: Readonly<Record<string, string>>;
    /** Of the functions that step executions. @default 512 */
    readonly orchestratorMemoryMb?: number;
  };

const settingKeys: KeysOf<DeploymentSettings> = {
  tableName: true,
  indexShards: true,
  retentionDays: true,
  functionPrefix: true,
  waitForMachineSeconds: true,
  store: true,
  storeOverKb: true,
  failures: true,
  reportsConsumedCapacity: true,
  chain: true,
  functions: true,
  hasMetrics: true,
  logLevel: true,
  substitutions: true,
  orchestratorMemoryMb: true,
  eventBusName: true,
  rules: true,
  resultsOnBus: true,
};

/** Measured: docs/reference/benchmarks.md, bench:coldstart. What it keeps in memory, and large data, need most of it. */
const defaultOrchestratorMemoryMb = 512;

/**
 * The deployment of these functions, as data.
 *
 * @throws InvalidRuleError, InvalidEventPatternError, InvalidEventPathError
 */
export function describeDeployment(
  code: FunctionCode,
  settings: DeploymentSettings = {},
): DeploymentDescription {
  checkOptions('the deployment settings', settings, settingKeys);
  const { eventBusName, rules = {}, resultsOnBus = false, substitutions = {}, ...configured } = settings;
  const hasBus = code.publisher !== undefined;
  const configuration: Configuration = {
    ...defaults,
    reportsConsumedCapacity: false,
    hasMetrics: false,
    ...configured,
    hasBus,
  };
  const { functionPrefix } = configuration;
  const names = functionNames(functionPrefix);
  const environment = environmentOf(configuration);
  /** Workers are tried again by their retry policy, so the platform's own retries would only repeat attempts. */
  const invokeConfig = (maximumEventAgeSeconds: number | undefined): EventInvokeDescription => ({
    maximumRetryAttempts: 0,
    ...(maximumEventAgeSeconds !== undefined && { maximumEventAgeSeconds }),
    onFailure: names.failed,
  });
  const ages = code.invocationAges;
  const ownEnvironment = {
    ...environment,
    ...observabilityEnvironment(settings),
    ...substituting(substitutions),
  };
  const own = {
    codeDirectory: code.orchestrator,
    memorySizeMb: settings.orchestratorMemoryMb ?? defaultOrchestratorMemoryMb,
    environment: ownEnvironment,
  };
  const described = describeRules({ rules, resultsOnBus }, { eventBusName, functionPrefix });
  /** Of those that dispatch tasks. A function that is called has results handed to `failed`, which must not need its name. */
  const dispatching = {
    ...ownEnvironment,
    ...calledFunctions(configuration),
    ...(configuration.chain && { [environmentVariable.chain]: 'on' }),
  };
  const functions: FunctionDescription[] = [
    {
      ...own,
      functionName: names.orchestrator,
      role: 'orchestrator',
      handler: 'index.stream',
      timeoutSeconds: 60,
      environment: dispatching,
      // Of nudges. Lambda's own retries come too late to dispatch what the first has lost.
      eventInvokeConfig: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60, onFailure: names.recovery },
    },
    {
      ...own,
      functionName: names.wake,
      role: 'wake',
      handler: 'index.wake',
      timeoutSeconds: 60,
      environment: dispatching,
    },
    {
      ...own,
      functionName: names.clock,
      role: 'clock',
      handler: 'index.clock',
      // A run of 65 seconds, and then calls of the wake function that are still in flight.
      timeoutSeconds: 130,
      // It runs all the time and does little: its memory is what an idle deployment pays for.
      memorySizeMb: 128,
      eventInvokeConfig: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 },
    },
    {
      ...own,
      functionName: names.failed,
      role: 'failed',
      handler: 'index.failed',
      timeoutSeconds: 60,
      // It loads the machines with the others, and writes one item.
      memorySizeMb: 256,
    },
    {
      ...own,
      functionName: names.recovery,
      role: 'recovery',
      handler: 'index.recover',
      // A batch of 500 executions, each with its whole journal.
      timeoutSeconds: 300,
      environment: {
        ...dispatching,
        ...(configuration.failures !== undefined && {
          [environmentVariable.failures]: configuration.failures,
        }),
      },
      // A batch that is left after that is in the bucket still, and its items are in the table for `millrace doctor`.
      eventInvokeConfig: { maximumRetryAttempts: 2 },
    },
    {
      functionName: names.workerHost,
      role: 'workerHost',
      codeDirectory: code.workerHost,
      handler: 'index.handler',
      timeoutSeconds: 900,
      memorySizeMb: 512,
      environment: {
        ...environment,
        ...substituting(substitutions),
        // Of the steps that it takes itself.
        ...(settings.hasMetrics && { [environmentVariable.metrics]: 'on' }),
      },
      eventInvokeConfig: invokeConfig(ages?.workerHost),
    },
    ...(code.publisher === undefined
      ? []
      : [
          {
            functionName: names.publisher,
            role: 'publisher',
            codeDirectory: code.publisher,
            handler: 'index.publish',
            timeoutSeconds: 60,
            memorySizeMb: 256,
            environment: {
              ...ownEnvironment,
              ...(eventBusName !== undefined && { [environmentVariable.eventBus]: eventBusName }),
            },
          } satisfies FunctionDescription,
        ]),
    ...(code.ingest === undefined
      ? []
      : [
          {
            functionName: names.ingest,
            role: 'ingest',
            codeDirectory: code.ingest,
            handler: 'index.ingest',
            timeoutSeconds: 60,
            memorySizeMb: 256,
            environment: ownEnvironment,
          } satisfies FunctionDescription,
        ]),
    ...code.workers.map(
      (worker): FunctionDescription => ({
        functionName: names.worker(worker.name),
        role: 'worker',
        codeDirectory: worker.codeDirectory,
        handler: worker.handler,
        timeoutSeconds: 900,
        memorySizeMb: 256,
        environment,
        eventInvokeConfig: invokeConfig(ownProperty(ages?.workers, worker.name)),
      }),
    ),
    ...(code.unmodified ?? []).map(
      ({ name, codeDirectory, handler }): FunctionDescription => ({
        functionName: name,
        role: 'unmodified',
        codeDirectory,
        handler,
        timeoutSeconds: 900,
        memorySizeMb: 256,
        environment: {},
        eventInvokeConfig: unmodifiedInvokeConfig(
          resultsOnBus ? eventBusDestination(eventBusName) : names.failed,
        ),
      }),
    ),
  ];
  return {
    table: {
      tableName: configuration.tableName,
      partitionKey: { name: attribute.executionId, type: 'S' },
      sortKey: { name: attribute.item, type: 'S' },
      index: {
        indexName,
        partitionKey: { name: attribute.indexPartition, type: 'S' },
        sortKey: { name: attribute.indexSort, type: 'N' },
        nonKeyAttributes: indexProjection,
      },
      streamViewType: 'NEW_IMAGE',
      timeToLiveAttribute: attribute.expiresAt,
    },
    eventSource: {
      ...streamSettings,
      functionName: names.orchestrator,
      filters: [
        {
          eventName: ['INSERT'],
          dynamodb: {
            Keys: {
              [attribute.item]: {
                S: [...journalSortKeys.equals, ...journalSortKeys.prefixes.map((prefix) => ({ prefix }))],
              },
            },
          },
        },
      ],
    },
    ...(hasBus && {
      bus: {
        eventSource: { ...streamSettings, functionName: names.publisher, filters: commitsForTheBus },
        ...(eventBusName !== undefined && { eventBusName }),
      },
    }),
    ...(described.length > 0 && { rules: described }),
    functions,
    schedules: [{ functionName: names.clock, rateMinutes: 1 }],
    ...(configuration.store !== undefined && {
      store: storeOf(configuration.store, configuration.retentionDays),
    }),
    ...(configuration.failures !== undefined && {
      failures: failuresOf(configuration.failures, names.recovery),
    }),
  };
}

function failuresOf(url: string, functionName: string): FailuresDescription {
  // The name of a bucket that is still to be deployed is no host.
  const bucketName = /^s3:\/\/([^/]+)/.exec(url)?.[1];
  return {
    url,
    ...(bucketName !== undefined && { bucketName }),
    permissions: ['s3:PutObject', 's3:ListBucket'],
    recovery: { functionName, permissions: ['s3:GetObject', 's3:DeleteObject', 's3:ListBucket'] },
    expirationDays: 30,
  };
}

/** How a function is invoked asynchronously whose results its destinations bring. Its retries are the task's. */
export function unmodifiedInvokeConfig(destination: DestinationDescription): EventInvokeDescription {
  return { maximumRetryAttempts: 0, onSuccess: destination, onFailure: destination };
}

function eventBusDestination(eventBusName = defaultEventBusName): DestinationDescription {
  return { eventBusName };
}

/** Days that objects outlive the items that refer to them, so that no item ever refers to nothing. */
const objectGraceDays = 8;

function storeOf(url: string, retentionDays: number): StoreDescription {
  const { protocol, hostname, pathname } = new URL(url);
  const prefix = pathname.replace(/^\/+|\/+$/g, '');
  const within = protocol === 's3:' && prefix !== '' ? `${prefix}/` : '';
  return {
    url,
    ...(protocol === 's3:' && { bucketName: hostname }),
    // The state of executions that run is deleted by the orchestrator when a commit has replaced it, and never by age.
    expirations:
      retentionDays > 0
        ? [{ prefix: `${within}${dataPrefix.data}`, days: retentionDays + objectGraceDays }]
        : [],
    permissions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'],
  };
}

function calledFunctions({ functions }: Configuration): Record<string, string> {
  return Object.keys(functions).length === 0
    ? {}
    : { [environmentVariable.functions]: JSON.stringify(functions) };
}

/** Of functions that load machines. */
function substituting(substitutions: Readonly<Record<string, string>>): Record<string, string> {
  return Object.keys(substitutions).length === 0
    ? {}
    : { [environmentVariable.substitutions]: JSON.stringify(substitutions) };
}

/** Of Millrace's own functions: the logs and metrics of workers are their own. */
function observabilityEnvironment({ hasMetrics, logLevel }: DeploymentSettings): Record<string, string> {
  return {
    ...(hasMetrics && { [environmentVariable.metrics]: 'on' }),
    ...(logLevel !== undefined && { [environmentVariable.logLevel]: logLevel }),
  };
}

function environmentOf(configuration: Configuration): Record<string, string> {
  return {
    [environmentVariable.table]: configuration.tableName,
    [environmentVariable.indexShards]: String(configuration.indexShards),
    [environmentVariable.retentionDays]: String(configuration.retentionDays),
    [environmentVariable.functionPrefix]: configuration.functionPrefix,
    [environmentVariable.waitForMachineSeconds]: String(configuration.waitForMachineSeconds),
    ...(configuration.store !== undefined && {
      [environmentVariable.store]: configuration.store,
      [environmentVariable.storeOverKb]: String(configuration.storeOverKb),
    }),
    ...(configuration.reportsConsumedCapacity && { [environmentVariable.consumedCapacity]: 'report' }),
    ...(configuration.hasBus && { [environmentVariable.bus]: 'on' }),
  };
}
