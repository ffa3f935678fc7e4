import { setTimeout as sleep } from 'node:timers/promises';
import { createDynamoDBClient } from './aws/client.ts';
import { functionNames, readConfiguration } from './configuration/configuration.ts';
import { readExecutionClock } from './configuration/executionClock.ts';
import { wakeCallTimeoutSeconds } from './configuration/timeouts.ts';
import { registeredMachines } from './core/execution/model/registeredMachines.ts';
import { checkOptions } from './core/policy/options.ts';
import { keptForEver, retentionOf } from './core/policy/retention.ts';
import { type CompileDefinition, StoredMachines } from './definitions/storedMachines.ts';
import { createLambdaClient, invokeLater, LambdaInvoker, waitingCaller } from './dispatch/dispatch.ts';
import { invocationAges } from './dispatch/invocationAges.ts';
import { neededWorkers } from './dispatch/neededWorkers.ts';
import { TaskDispatcher } from './dispatch/taskDispatcher.ts';
import { wantedNudges } from './dispatch/wantedNudges.ts';
import { clockHandler, paceAt } from './handlers/clock.ts';
import { failedHandler } from './handlers/failed.ts';
import { hasLoader, tellLoader } from './handlers/moduleLoading.ts';
import { recoverHandler } from './handlers/recover.ts';
import { type DoneBatch, doorbellHandler, streamHandler } from './handlers/stream.ts';
import { wakeHandler } from './handlers/wake.ts';
import { consumedCapacityMeter } from './observability/consumedCapacity.ts';
import { observability } from './observability/index.ts';
import { openTelemetry } from './observability/openTelemetry.ts';
import { Orchestrator } from './step/orchestrator.ts';
import { openStore } from './store/openStore.ts';
import { DynamoDBTable } from './table/dynamodb/dynamoDBTable.ts';
import { openStoredJson, withStore } from './table/stored/withStore.ts';

export interface OrchestratorModule {
  /** Modules of machines: every export that is a machine is registered, as is the default export of a JSON file. */
  readonly machines: readonly object[];
  /** Compiles the definitions that are in the table. @default there are none: machines are deployed */
  readonly compiler?: () => Promise<CompileDefinition>;
}

/**
 * The handlers of Millrace's own Lambda functions: `stream` for the table's stream, `wake` for due executions, `clock`
 * for the minute rule, `failed` for workers that died, `recover` for what the stream has not brought. Settings come from the
 * environment (configuration.ts).
 *
 * @throws MachineNotDurableError, DuplicateMachineError, AmbiguousVersionError, InvalidConfigurationError
 */
export function createOrchestrator(options: OrchestratorModule) {
  checkOptions('createOrchestrator()', options, { machines: true, compiler: true });
  const { machines: modules, compiler } = options;
  const configuration = readConfiguration(process.env);
  const { tableName, indexShards, retentionDays } = configuration;
  const names = functionNames(configuration.functionPrefix, configuration.functions);
  const clock = readExecutionClock(process.env);
  const { now } = clock;
  const { report, observe, publishMetrics } = observability(configuration);
  const layout = { indexShards, ...(retentionDays > 0 && { retentionDays }) };
  const meter = consumedCapacityMeter(configuration.reportsConsumedCapacity, report);
  const items = new DynamoDBTable({
    client: createDynamoDBClient(),
    tableName,
    now,
    ...layout,
    ...(meter.count && { onConsumedCapacity: meter.count }),
  });
  const data = openStoredJson(configuration, now);
  const table = data.isConfigured ? withStore(items, data, configuration, { fetches: false }) : items;
  const { lookup: deployed, prepared } = registeredMachines(modules, hasLoader());
  const stored = compiler && new StoredMachines(deployed, compiler);
  const machines = stored ?? deployed;
  const loading = stored && {
    loadMachine: (id: string, version: string | undefined) => stored.load(table.registry, id, version),
  };
  const activities = stored && {
    namesActivities: (id: string, version: string | undefined) => stored.isStored(id, version),
  };
  for (const { id, warnings } of prepared) {
    for (const { path, problem, instead } of warnings) {
      tellLoader(`Machine '${id}', ${path}: ${problem}. Instead: ${instead}.`);
    }
  }
  const lambda = createLambdaClient();
  const invoker = new LambdaInvoker(lambda);
  const dispatcher = new TaskDispatcher({
    invoker,
    machines,
    ...loading,
    ...activities,
    table,
    data,
    tableName,
    layout,
    functionNames: names,
    report,
    now,
    chain: { isDefault: configuration.chain, inlines: configuration.inlineResults },
    ...(configuration.nudge !== false && { nudge: { isDefault: configuration.nudge === true } }),
    observe,
    tracing: openTelemetry,
  });
  const retention = retentionOf(retentionDays);
  const limits = {
    waitForMachineMs: configuration.waitForMachineSeconds * 1000,
    ...(retention && { redrivableMs: retention.redrivableMs }),
  };
  const orchestrator = new Orchestrator({
    table,
    data,
    machines,
    ...loading,
    dispatcher,
    limits,
    retention: retention ?? keptForEver,
    report,
    now,
    hasBus: configuration.hasBus,
    observe,
    tracing: openTelemetry,
  });
  const afterInvocation = () => {
    publishMetrics();
    meter.report();
  };
  const afterBatch = ({ records, oldestAt }: DoneBatch) => {
    observe({ type: 'batchDone', records, ageMs: Math.max(0, now() - oldestAt) });
    afterInvocation();
  };
  return {
    /** The registered machines, for those who deploy them: these, and the next three, know all where the code is loaded to be checked. */
    machines: prepared.map(({ id, version }) => ({ machine: id, version })),
    invocationAges: invocationAges(prepared),
    neededWorkers: neededWorkers(prepared),
    wantedNudges: wantedNudges(prepared),
    stream: doorbellHandler(
      orchestrator,
      streamHandler(orchestrator, report, afterBatch, clock.at),
      report,
      afterInvocation,
    ),
    wake: wakeHandler(orchestrator, report, afterInvocation),
    failed: failedHandler({
      table,
      endChain: (event) => invokeLater(lambda, names.recovery, event),
      report,
      now,
      afterBatch: afterInvocation,
      functionPrefix: configuration.functionPrefix,
    }),
    recover: recoverHandler(orchestrator, {
      table,
      failures: configuration.failures === undefined ? undefined : openStore(configuration.failures),
      report,
      now,
      afterBatch: afterInvocation,
    }),
    clock: clockHandler({
      table,
      callWake: waitingCaller(names.wake, wakeCallTimeoutSeconds),
      indexShards,
      report,
      observe,
      now,
      sleep: async (ms) => void (await sleep(clock.systemDelayMs(ms))),
      pace: paceAt(clock.scale),
      afterLook: afterInvocation,
    }),
  };
}
