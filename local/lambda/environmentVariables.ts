import { devNull } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { serviceWorkerName } from '../../asl/integrations/serviceCall.ts';
import type { FunctionDescription } from '../../infra/description.ts';
import { latestVersion } from './functionReference.ts';

/**
 * The environment of a function's process: Lambda's own variables, those of the deployment and those of the local cloud,
 * and nothing of the developer's shell but the path, so that nothing works here that would not in the cloud.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function environmentVariables(
  description: FunctionDescription,
  region: string,
  environment: Readonly<Record<string, string>>,
  logStreamName: string,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    NODE_NO_WARNINGS: '1',
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    // The local cloud's credentials come by variable; a profile of the developer's must never be used instead.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...ofServiceWorker(description),
    ...environment,
    ...description.environment,
    _HANDLER: description.handler,
    LAMBDA_TASK_ROOT: description.codeDirectory,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: description.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: latestVersion,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(description.memorySizeMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${description.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
  };
}

/**
 * The service worker takes the AWS SDK from Lambda's runtime: here, from the packages of the project. It may call stand-ins for
 * services, whose endpoints the developer's shell names.
 */
function ofServiceWorker({ functionName }: FunctionDescription): Record<string, string> {
  if (!functionName.endsWith(serviceWorkerName)) return {};
  const endpoints = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    name.startsWith('AWS_ENDPOINT_URL_') && value !== undefined ? [[name, value]] : [],
  );
  return { ...Object.fromEntries(endpoints), NODE_PATH: packageFolders(process.cwd()).join(delimiter) };
}

/** The folders in which a module of a folder looks for packages. */
function packageFolders(from: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = from; ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules'));
    if (folder === dirname(folder)) return folders;
  }
}
