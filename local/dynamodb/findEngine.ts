import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { NoLocalEngineError } from './errors.ts';

const packageName = '@dynoxide/linux-x64';
const endpointVariables = ['MILLRACE_DYNAMODB_ENDPOINT', 'AWS_ENDPOINT_URL_DYNAMODB'] as const;

export type LocatedEngine =
  | { readonly kind: 'binary'; readonly path: string }
  /** No engine, but a Java that runs DynamoDB Local. */
  | { readonly kind: 'java'; readonly path: string }
  | { readonly kind: 'endpoint'; readonly endpoint: string; readonly variable: string };

/** Where to look; the default is this machine. */
export interface EngineSearch {
  readonly platform: string;
  readonly architecture: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder of an installed package, or undefined. */
  readonly packageDirectory: (name: string) => string | undefined;
}

const thisMachine: EngineSearch = {
  platform: process.platform,
  architecture: process.arch,
  environment: process.env,
  packageDirectory: installedPackageDirectory,
};

/**
 * A DynamoDB engine for this machine: the binary of the optional npm package, else `dynoxide` on the PATH, else an
 * endpoint from `MILLRACE_DYNAMODB_ENDPOINT` or `AWS_ENDPOINT_URL_DYNAMODB`, else a `java` on the PATH, which runs DynamoDB Local.
 *
 * @throws NoLocalEngineError if there is none
 */
export function findEngine(search: EngineSearch = thisMachine): LocatedEngine {
  const path = packagedBinary(search) ?? binaryOnPath(search, 'dynoxide');
  if (path !== undefined) return { kind: 'binary', path };
  for (const variable of endpointVariables) {
    const endpoint = search.environment[variable];
    if (endpoint) return { kind: 'endpoint', endpoint, variable };
  }
  const java = binaryOnPath(search, 'java');
  if (java !== undefined) return { kind: 'java', path: java };
  throw new NoLocalEngineError(whatToDo(search));
}

function packagedBinary(search: EngineSearch): string | undefined {
  if (search.platform !== 'linux' || search.architecture !== 'x64') return undefined;
  const directory = search.packageDirectory(packageName);
  if (directory === undefined) return undefined;
  const path = join(directory, 'dynoxide');
  return isExecutable(path) ? path : undefined;
}

function binaryOnPath(search: EngineSearch, name: string): string | undefined {
  const fileName = search.platform === 'win32' ? `${name}.exe` : name;
  return (search.environment.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, fileName))
    .find(isExecutable);
}

function whatToDo({ platform, architecture }: EngineSearch): string {
  const install =
    platform === 'linux' && architecture === 'x64'
      ? `Run "npm install" without --omit=optional, so that the package ${packageName} is installed`
      : `No packaged engine is available for ${platform} ${architecture}. Install dynoxide ` +
        '(https://github.com/nubo-db/dynoxide) so that "dynoxide" is on the PATH';
  return (
    `No local DynamoDB engine was found. ${install}; or install Java, which runs DynamoDB Local; or run DynamoDB Local ` +
    '("docker run -p 8000:8000 amazon/dynamodb-local") and set MILLRACE_DYNAMODB_ENDPOINT=http://127.0.0.1:8000.'
  );
}

function installedPackageDirectory(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined; // Optional: npm leaves it out on other platforms.
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
