import type { CommandContext } from '../context.ts';
import { NoCloudError } from '../errors.ts';
import { readDevFile } from './devFile.ts';
import { reloaded } from './reloaded.ts';

/** Options of every command that talks to a cloud. */
export interface CloudOptions {
  readonly table?: string;
  readonly endpoint?: string;
  /** The prefix of a deployment's functions, for commands that call one. */
  readonly functionPrefix?: string;
}

/** A table and the environment to reach it in. */
export interface Cloud {
  /** `table`: given on the command line. `dev`: running in this directory. `environment`: the endpoint variable. */
  readonly kind: 'table' | 'dev' | 'environment';
  /** Absent: as the environment says. */
  readonly tableName: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const endpointVariable = 'AWS_ENDPOINT_URL_DYNAMODB';

/**
 * The cloud a command is about: what the command line names, else the local cloud that runs in this directory, else the
 * endpoint in the environment.
 */
export async function findCloud(context: CommandContext, options: CloudOptions): Promise<Cloud | undefined> {
  const { directory, environment } = context;
  if (options.table !== undefined || options.endpoint !== undefined) {
    const endpoint = options.endpoint === undefined ? {} : { [endpointVariable]: options.endpoint };
    return { kind: 'table', tableName: options.table, environment: { ...environment, ...endpoint } };
  }
  const dev = await readDevFile(directory);
  if (dev.type === 'running') {
    const file = await reloaded(context, dev.file);
    return { kind: 'dev', tableName: file.tableName, environment: { ...environment, ...file.environment } };
  }
  if (environment[endpointVariable]) return { kind: 'environment', tableName: undefined, environment };
  return undefined;
}

/** @throws NoCloudError */
export async function resolveCloud(context: CommandContext, options: CloudOptions): Promise<Cloud> {
  const cloud = await findCloud(context, options);
  if (cloud) return cloud;
  const dev = await readDevFile(context.directory);
  const ended = dev.type === 'stale' ? 'The local cloud that ran here has ended. ' : '';
  throw new NoCloudError(
    `${ended}No local cloud is running here: start \`npx millrace dev\`, or give --table NAME for a deployed table.`,
  );
}
