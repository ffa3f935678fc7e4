import { randomUUID } from 'node:crypto';
import { readConfiguration } from '../orchestrator/configuration.ts';
import { readExecutionClock } from '../orchestrator/executionClock.ts';
import { consoleReporter } from '../orchestrator/report.ts';
import { createDynamoDBClient } from '../orchestrator/table/client.ts';
import { DynamoDBTable } from '../orchestrator/table/dynamoDBTable.ts';
import { openStoredJson, withStore } from '../orchestrator/table/openTable.ts';
import { ingestHandler } from './ingest.ts';

export { type EventPath, InvalidEventPathError } from './eventPath.ts';
export type {
  IngestRequest,
  IngestRule,
  SendRule,
  SendTarget,
  StartRule,
  StartTarget,
} from './ingestRule.ts';

/**
 * The handler of the function behind the rules of an event bus, which start executions and send them events. Settings come
 * from the environment.
 *
 * @throws InvalidConfigurationError
 */
export function createIngest() {
  const configuration = readConfiguration(process.env);
  const { tableName, indexShards, retentionDays } = configuration;
  const { now } = readExecutionClock(process.env);
  const items = new DynamoDBTable({
    client: createDynamoDBClient(),
    tableName,
    now,
    indexShards,
    ...(retentionDays > 0 && { retentionDays }),
  });
  const table = withStore(items, openStoredJson(configuration), configuration, { fetches: false });
  return {
    ingest: ingestHandler({ table, now, newId: () => randomUUID() }, consoleReporter()),
  };
}
