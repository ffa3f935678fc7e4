import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { keepSigners, shortPath, shortPathOptions } from './shortPath.ts';

/**
 * A client for the table. Endpoint, region and credentials come from the environment, as in any AWS SDK
 * (`AWS_ENDPOINT_URL_DYNAMODB` for the local cloud).
 */
export function createDynamoDBClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = lean(
    quietly(() => new DynamoDBClient({ ...forManySmallRequests(), maxAttempts: 4, ...config })),
  );
  client.config.signer = keepSigners(client.config.signer);
  client.middlewareStack.add(shortPath(client.config), shortPathOptions);
  return client;
}

/**
 * Settings that suit many small requests at once. The SDK's default of 50 sockets queues them, and without
 * `cacheMiddleware` it sorts its middleware again for each.
 */
export function forManySmallRequests(requestTimeoutMs = 10_000) {
  const options = { keepAlive: true, maxSockets: 128 };
  return {
    cacheMiddleware: true,
    requestHandler: {
      httpAgent: new HttpAgent(options),
      httpsAgent: new HttpsAgent(options),
      connectionTimeout: 3_000,
      requestTimeout: requestTimeoutMs,
      // Without it a call that hangs is warned of, and waited for.
      throwOnRequestTimeout: true,
    },
  };
}

/** The middleware that a request does not need, a fifth of the SDK's CPU for it (tools/bench/throughput.ts). */
const needlessMiddleware = ['getUserAgentMiddleware', 'loggerMiddleware'];

/** Takes middleware out of a client that only costs CPU. */
export function lean<Client extends { middlewareStack: { remove(name: string): boolean } }>(
  client: Client,
): Client {
  for (const name of needlessMiddleware) client.middlewareStack.remove(name);
  return client;
}

const supportWarning = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/**
 * Makes a client without the warning that the AWS SDK prints on Node.js 20: it is about later versions of the SDK, and the
 * ones used here are pinned.
 */
export function quietly<Client>(create: () => Client): Client {
  const before = process.env[supportWarning];
  process.env[supportWarning] = before ?? 'true';
  try {
    return create();
  } finally {
    if (before === undefined) delete process.env[supportWarning];
  }
}
