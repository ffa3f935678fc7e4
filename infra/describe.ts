import {
  type Configuration,
  defaults,
  functionNames,
  type LogLevel,
} from '../orchestrator/configuration/configuration.ts';
import { checkChoice, checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import {
  attribute,
  indexName,
  indexProjection,
  journalSortKeys,
  sortKey,
} from '../orchestrator/table/schema.ts';
import {
  describeFunctions,
  type FunctionCode,
  type OwnFunctionRole,
  ownFunctionRoles,
} from './describeFunctions.ts';
import { describeFailures, describeStore } from './describeStores.ts';
import type {
  DeploymentDescription,
  EventSourceDescription,
  ScheduleDescription,
  TableDescription,
} from './description.ts';
import {
  commonEnvironment,
  dispatchEnvironment,
  hostEnvironment,
  observabilityEnvironment,
  substitutionsEnvironment,
} from './functionEnvironment.ts';
import type { IngestRule } from './ingestRule.ts';
import { defaultEventBusName, describeRules } from './rules.ts';

export type { FunctionCode };

/** Settings of both mappings: records that a function does not take in all its attempts are given up and reported, and the shard goes on. */
const streamSettings = {
  startingPosition: 'TRIM_HORIZON',
  batchSize: 500,
  maximumBatchingWindowSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 5,
  bisectBatchOnFunctionError: true,
  functionResponseTypes: ['ReportBatchItemFailures'],
} as const;

/** Commits with events for the bus: a text where that is short, else compressed. */
const commitsForTheBus: EventSourceDescription['filters'] = (['S', 'B'] as const).map((type) => ({
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: {
    Keys: { [attribute.item]: { S: [sortKey.execution] } },
    NewImage: { [attribute.emitted]: { [type]: [{ exists: true }] } },
  },
}));

/** The settings of a deployment for EventBridge. */
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
    /** Memory of the functions that step executions. @default 512 */
    readonly orchestratorMemoryMb?: number;
    /** Concurrent executions that are reserved for each of Millrace's own functions. @default none */
    readonly reservedConcurrency?: Readonly<Partial<Record<OwnFunctionRole, number>>>;
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
  nudge: true,
  inlineResults: true,
  functions: true,
  hasMetrics: true,
  logLevel: true,
  substitutions: true,
  orchestratorMemoryMb: true,
  reservedConcurrency: true,
  eventBusName: true,
  rules: true,
  resultsOnBus: true,
};

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
  checkChoice('the deployment settings', 'nudge', settings.nudge, [true, false, 'asked']);
  checkOptions(
    'the deployment settings, reservedConcurrency',
    settings.reservedConcurrency,
    ownFunctionRoles,
  );
  const {
    eventBusName,
    rules = {},
    resultsOnBus = false,
    substitutions = {},
    reservedConcurrency = {},
    ...configured
  } = settings;
  const hasBus = code.publisher !== undefined;
  const configuration: Configuration = {
    ...defaults,
    reportsConsumedCapacity: false,
    hasMetrics: false,
    ...configured,
    hasBus,
  };
  const { functionPrefix, failures, store } = configuration;
  const names = functionNames(functionPrefix);
  const described = describeRules({ rules, resultsOnBus }, { eventBusName, functionPrefix });
  return {
    table: describeTable(configuration.tableName),
    eventSource: { ...streamSettings, functionName: names.orchestrator, filters: [journalInserts()] },
    ...(hasBus && {
      bus: {
        eventSource: { ...streamSettings, functionName: names.publisher, filters: commitsForTheBus },
        ...(eventBusName !== undefined && { eventBusName }),
      },
    }),
    ...(described.length > 0 && { rules: described }),
    functions: describeFunctions({
      code,
      names,
      environment: commonEnvironment(configuration),
      ownEnvironment: observabilityEnvironment(settings),
      machineEnvironment: substitutionsEnvironment(substitutions),
      dispatchEnvironment: dispatchEnvironment(configuration),
      hostEnvironment: hostEnvironment(settings),
      orchestratorMemoryMb: settings.orchestratorMemoryMb,
      reservedConcurrency,
      failures,
      eventBusName,
      resultsDestination: resultsOnBus ? { eventBusName: eventBusName ?? defaultEventBusName } : names.failed,
    }),
    schedules: [
      { functionName: names.clock, rateMinutes: 1 },
      ...(failures === undefined ? [] : [sweepOf(names.recovery)]),
    ],
    ...(store !== undefined && { store: describeStore(store, configuration.retentionDays) }),
    ...(failures !== undefined && { failures: describeFailures(failures, names.recovery) }),
  };
}

/** Batches that recovery did not take in its attempts are in the bucket still: it looks for them itself. */
function sweepOf(functionName: string): ScheduleDescription {
  return { functionName, rateMinutes: 15 };
}

/** The table, with the index that every deployment needs. */
export function describeTable(tableName: string): TableDescription {
  return {
    tableName,
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
  };
}

function journalInserts(): EventSourceDescription['filters'][number] {
  const sortKeys = [...journalSortKeys.equals, ...journalSortKeys.prefixes.map((prefix) => ({ prefix }))];
  return { eventName: ['INSERT'], dynamodb: { Keys: { [attribute.item]: { S: sortKeys } } } };
}
