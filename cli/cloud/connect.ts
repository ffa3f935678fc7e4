import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { readConfiguration } from '../../orchestrator/configuration.ts';
import { readExecutionClock } from '../../orchestrator/executionClock.ts';
import { createDynamoDBClient } from '../../orchestrator/table/client.ts';
import type { CommandContext } from '../context.ts';
import type { Cloud } from './resolveCloud.ts';

export interface Connection {
  readonly client: MillraceClient;
  close(): void;
}

/** @throws InvalidConfigurationError */
export function connect(cloud: Cloud, context: CommandContext): Connection {
  const { tableName, indexShards, retentionDays, store, storeOverKb } = readConfiguration(cloud.environment);
  const dynamodb = createDynamoDBClient(clientConfig(cloud.environment));
  const { now } = readExecutionClock(cloud.environment, context.now);
  const client = createClient({
    dynamodb,
    now,
    tableName: cloud.tableName ?? tableName,
    indexShards,
    retentionDays,
    storeOverKb,
    ...(store !== undefined && { store }),
  });
  return { client, close: () => dynamodb.destroy() };
}

/** What the environment states plainly; profiles and the like are left to the SDK. */
function clientConfig(environment: Cloud['environment']): DynamoDBClientConfig {
  const endpoint = environment.AWS_ENDPOINT_URL_DYNAMODB;
  const region = environment.AWS_REGION;
  const accessKeyId = environment.AWS_ACCESS_KEY_ID;
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY;
  const sessionToken = environment.AWS_SESSION_TOKEN;
  return {
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    ...(accessKeyId &&
      secretAccessKey && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      }),
  };
}
