import { randomUUID } from 'node:crypto';
import { createDynamoDBClient } from '../orchestrator/aws/client.ts';
import {
  functionNames,
  InvalidConfigurationError,
  readConfiguration,
} from '../orchestrator/configuration/configuration.ts';
import { readExecutionClock } from '../orchestrator/configuration/executionClock.ts';
import { storeUrlProblem } from '../orchestrator/store/openStore.ts';
import { DynamoDBTable } from '../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { openStoredJson, withStore } from '../orchestrator/table/stored/withStore.ts';
import type { ClientOptions } from './clientOptions.ts';
import { nudging } from './direct.ts';
import { recoveryFunction } from './doctor/recovery.ts';
import { MillraceClient } from './millraceClient.ts';
import { checkCallOptions } from './optionKeys.ts';
import { sleep } from './surroundings.ts';

export { MillraceClient } from './millraceClient.ts';

/**
 * A client for the executions of one table.
 *
 * @throws UnknownOptionError
 * @throws InvalidConfigurationError when a `MILLRACE_` variable of the environment is unusable
 */
export function createClient(options: ClientOptions = {}): MillraceClient {
  checkCallOptions('createClient', options);
  const configuration = readConfiguration(process.env);
  const {
    tableName = configuration.tableName,
    indexShards = configuration.indexShards,
    retentionDays = configuration.retentionDays,
    functionPrefix = configuration.functionPrefix,
    onConsumedCapacity,
  } = options;
  const now = options.now ?? readExecutionClock(process.env).now;
  const { store = configuration.store, storeOverKb = configuration.storeOverKb } = options;
  const problem = store === undefined ? undefined : storeUrlProblem(store);
  if (problem !== undefined) throw new InvalidConfigurationError(problem);
  const settings = { storeOverKb, ...(store !== undefined && { store }) };
  const items = new DynamoDBTable({
    client: options.dynamodb ?? createDynamoDBClient(),
    tableName,
    now,
    indexShards,
    ...(retentionDays > 0 && { retentionDays }),
    ...(onConsumedCapacity && { onConsumedCapacity }),
  });
  return new MillraceClient({
    table: withStore(items, openStoredJson(settings), settings, { fetches: true }),
    now,
    newId: options.newId ?? (() => randomUUID()),
    sleep: options.sleep ?? sleep,
    retentionDays,
    nudge: nudging(functionNames(functionPrefix).orchestrator, options.lambda),
    isDirect: options.direct ?? false,
    catchUp: recoveryFunction(functionNames(functionPrefix).recovery, options.lambda),
    // A caller that waits does so in the time of this process.
    ...(options.sleep === undefined && { waitClock: () => performance.now() }),
  });
}
