import { randomUUID } from 'node:crypto';
import { createDynamoDBClient } from '../../orchestrator/aws/client.ts';
import { readConfiguration } from '../../orchestrator/configuration/configuration.ts';
import { readExecutionClock } from '../../orchestrator/configuration/executionClock.ts';
import { serviceName } from '../../orchestrator/observability/metricDefinitions.ts';
import { createLogger, structuredReporter } from '../../orchestrator/observability/structuredLog.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { openStoredJson, withStore } from '../../orchestrator/table/stored/withStore.ts';
import { ingestHandler } from './ingest.ts';

export { type EventPath, InvalidEventPathError } from './eventPath.ts';
export type { IngestRequest, SendRule, SendTarget, StartRule, StartTarget } from './ingestTarget.ts';

/**
 * The handler of the function behind the rules of an event bus, which start executions and send them events. Settings come
 * from the environment.
 *
 * @throws InvalidConfigurationError
 */
export function createIngest() {
  const configuration = readConfiguration(process.env);
  const { tableName, indexShards, retentionDays, functionPrefix } = configuration;
  const { now } = readExecutionClock(process.env);
  const items = new DynamoDBTable({
    client: createDynamoDBClient(),
    tableName,
    now,
    indexShards,
    ...(retentionDays > 0 && { retentionDays }),
  });
  const table = withStore(items, openStoredJson(configuration), configuration, { fetches: false });
  const report = structuredReporter(createLogger(serviceName(functionPrefix)));
  return { ingest: ingestHandler({ table, now, newId: () => randomUUID() }, report) };
}
