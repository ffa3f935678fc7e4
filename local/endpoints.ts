import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeploymentDescription } from '../infra/description.ts';
import { environmentVariable } from '../orchestrator/configuration/configuration.ts';
import type { LocalBus } from './bus.ts';

export const region = 'us-east-1';
/** They are not checked, but every SDK wants some. */
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The URL of the folder for large data, or for batches that the event source gave up. */
export function folderBeside(dataFile: string, name: 'store' | 'failures'): string {
  return pathToFileURL(`${resolve(dataFile)}.${name}`).href;
}

export function eventBusVariables(
  { bus }: DeploymentDescription,
  { endpoint }: LocalBus,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint,
    ...(bus?.eventBusName !== undefined && { [environmentVariable.eventBus]: bus.eventBusName }),
  };
}

export function endpointVariables(dynamodb: string, lambda: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamodb,
    AWS_ENDPOINT_URL_LAMBDA: lambda,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
