import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { createDynamoDBClient } from '../../orchestrator/aws/client.ts';
import { readConfiguration } from '../../orchestrator/configuration/configuration.ts';
import { readExecutionClock } from '../../orchestrator/configuration/executionClock.ts';
import type { Units } from '../../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import type { CommandContext } from '../context.ts';
import type { Cloud } from './resolveCloud.ts';

export interface Connection {
  readonly client: MillraceClient;
  readonly tableName: string;
  /** The table's time, in milliseconds since the epoch. */
  readonly now: () => number;
  close(): void;
}

export interface ConnectOptions {
  /** Begins the names of the functions. @default as the environment says */
  readonly functionPrefix?: string;
  /** Told the units that each call took. @default not asked for */
  readonly onConsumedCapacity?: (consumed: Units) => void;
}

/** @throws InvalidConfigurationError */
export function connect(cloud: Cloud, context: CommandContext, options: ConnectOptions = {}): Connection {
  const configuration = readConfiguration(cloud.environment);
  const { indexShards, retentionDays, store, storeOverKb } = configuration;
  const tableName = cloud.tableName ?? configuration.tableName;
  const dynamodb = createDynamoDBClient(clientConfig(cloud.environment, 'AWS_ENDPOINT_URL_DYNAMODB'));
  const { now } = readExecutionClock(cloud.environment, context.now);
  const client = createClient({
    dynamodb,
    now,
    tableName,
    indexShards,
    retentionDays,
    storeOverKb,
    functionPrefix: options.functionPrefix ?? configuration.functionPrefix,
    lambda: clientConfig(cloud.environment, 'AWS_ENDPOINT_URL_LAMBDA'),
    ...(store !== undefined && { store }),
    ...(options.onConsumedCapacity && { onConsumedCapacity: options.onConsumedCapacity }),
  });
  return { client, tableName, now, close: () => dynamodb.destroy() };
}

/** The settings that the environment states plainly; profiles and the like are left to the SDK. */
function clientConfig(
  environment: Cloud['environment'],
  endpointVariable: 'AWS_ENDPOINT_URL_DYNAMODB' | 'AWS_ENDPOINT_URL_LAMBDA',
): Pick<DynamoDBClientConfig & LambdaClientConfig, 'endpoint' | 'region' | 'credentials'> {
  const endpoint = environment[endpointVariable];
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
