import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * A client for the table. Endpoint, region and credentials come from the environment, as in any AWS SDK
 * (`AWS_ENDPOINT_URL_DYNAMODB` for the local cloud).
 */
export function createDynamoDBClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({ requestHandler: connections(), maxAttempts: 4, ...config });
}

/** Connection settings that suit many small requests at once: the SDK's default of 50 sockets queues them. */
export function connections() {
  const options = { keepAlive: true, maxSockets: 128 };
  return {
    httpAgent: new HttpAgent(options),
    httpsAgent: new HttpsAgent(options),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
  };
}
