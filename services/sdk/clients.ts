import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { awsService } from '../../asl/integrations/awsServices.ts';
import { ServiceCallError } from '../serviceError.ts';

/** The module of a client. */
export type SdkModule = Readonly<Record<string, unknown>>;

/** A service through its client of the AWS SDK. */
export interface ServiceClient {
  /** The service's id in its API's model: `DynamoDB`. */
  readonly serviceId: string;
  readonly module: SdkModule;
  /** Rejects with what the SDK throws. */
  send(command: object, signal: AbortSignal): Promise<SdkAnswer>;
}

export interface SdkAnswer {
  readonly output: object;
  readonly headers: Readonly<Record<string, string>>;
  readonly statusCode: number;
  readonly requestId: string;
}

/** Gives clients of services, by their names in resources. */
export interface ServiceClients {
  /** @throws ServiceCallError where the service has no client here */
  clientOf(service: string, options?: ClientOptions): Promise<ServiceClient>;
}

export interface ClientOptions {
  /** The role to call as. @default the function's own */
  readonly roleArn?: string;
}

/**
 * The clients of Lambda's runtime, or of the project on a laptop: loaded when they are first needed, and kept warm.
 *
 * @param settings further configuration of every client, for tests
 */
export function installedClients(settings: object = {}): ServiceClients {
  const loaded = new Map<string, Promise<ServiceClient>>();
  const clients: ServiceClients = {
    clientOf(service, { roleArn } = {}) {
      const key = `${service} ${roleArn ?? ''}`;
      const known = loaded.get(key);
      if (known) return known;
      const client = loadModule(service).then((module) =>
        clientOfModule(service, module, { ...settings, ...(roleArn && credentialsOf(roleArn, clients)) }),
      );
      loaded.set(key, client);
      client.catch(() => loaded.delete(key));
      return client;
    },
  };
  return clients;
}

interface SdkClient {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<object>;
  readonly config: { readonly serviceId?: unknown };
  readonly middlewareStack: { add(middleware: unknown, options: object): void };
}

/** The client of a module, as `installedClients` makes it. */
export function clientOfModule(service: string, module: SdkModule, settings: object): ServiceClient {
  const [, Client] =
    Object.entries(module).find(
      ([name, value]) =>
        name.endsWith('Client') && name !== 'Client' && !name.startsWith('__') && isConstructor(value),
    ) ?? [];
  if (!isConstructor(Client)) throw new TypeError(`The AWS SDK's module for '${service}' has no client.`);
  const client: unknown = new Client({ ...settingsOf(service), ...settings });
  if (!isSdkClient(client)) throw new TypeError(`The AWS SDK's client for '${service}' is not one.`);
  const { serviceId } = client.config;
  return {
    serviceId: typeof serviceId === 'string' ? serviceId : service,
    module,
    async send(command, signal) {
      let headers: Readonly<Record<string, string>> = {};
      addMiddleware(command, (response) => {
        headers = response;
      });
      const output = await client.send(command, { abortSignal: signal });
      const metadata: unknown = Reflect.get(output, '$metadata');
      const { httpStatusCode = 200, requestId = '' } = isMetadata(metadata) ? metadata : {};
      return { output, headers, statusCode: httpStatusCode, requestId };
    },
  };
}

/** Retries are the state's. Files of S3 are not hashed where the service does not ask for it. */
function settingsOf(service: string): object {
  const isElsewhere = hasOwnEndpoint(service);
  return {
    maxAttempts: 1,
    // Some actions put a word before the host, as `sync-`: the address that the environment names has no such host.
    ...(isElsewhere && { disableHostPrefix: true }),
    ...(service === 's3' && {
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(isElsewhere && { forcePathStyle: true }),
    }),
    // By default, the URL of the queue would be called.
    ...(service === 'sqs' && isElsewhere && { useQueueUrlAsEndpoint: false }),
  };
}

/** Whether the environment names an endpoint for the service, by the variables that the SDK reads: `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`. */
function hasOwnEndpoint(service: string): boolean {
  return Object.entries(process.env).some(([name, value]) => {
    const [, id] = /^AWS_ENDPOINT_URL(?:_(.+))?$/.exec(name) ?? [undefined, ''];
    return value && (id === undefined || id.replaceAll('_', '').toLowerCase() === service.toLowerCase());
  });
}

/** Sees the headers of a command's answer, which the SDK does not hand out. */
function addMiddleware(command: object, seen: (headers: Readonly<Record<string, string>>) => void): void {
  const stack: unknown = Reflect.get(command, 'middlewareStack');
  if (!isMiddlewareStack(stack)) return;
  const middleware =
    (next: (args: unknown) => Promise<{ readonly response: unknown }>) => async (args: unknown) => {
      const result = await next(args);
      const { response } = result;
      const headers: unknown =
        typeof response === 'object' && response !== null ? Reflect.get(response, 'headers') : {};
      if (isHeaders(headers)) seen(headers);
      return result;
    };
  stack.add(middleware, { step: 'deserialize', priority: 'high', name: 'millraceHeaders' });
}

function credentialsOf(roleArn: string, clients: ServiceClients): object {
  return { credentials: () => assumedRole(roleArn, clients) };
}

/** As Step Functions names the session. */
const sessionName = 'StepFunctions-TaskState';

async function assumedRole(RoleArn: string, clients: ServiceClients): Promise<object> {
  const sts = await clients.clientOf('sts');
  const command = commandOf(sts.module, 'assumeRole', { RoleArn, RoleSessionName: sessionName });
  const refused = (why: string) =>
    new ServiceCallError(
      'States.TaskFailed',
      `The service worker is not authorized to assume the task state's role, ${RoleArn}. ${why}`,
    );
  if (command === undefined) throw refused('The client of STS has no AssumeRole.');
  try {
    const { output } = await sts.send(command, AbortSignal.timeout(10_000));
    const credentials: unknown = Reflect.get(output, 'Credentials');
    if (!isCredentials(credentials)) throw new TypeError('STS answered without credentials.');
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken !== undefined && { sessionToken: SessionToken }),
      ...(Expiration !== undefined && { expiration: Expiration }),
    };
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

/** The command of an action; undefined where the client has none. */
export function commandOf(module: SdkModule, action: string, input: object): object | undefined {
  const Command = commandClass(module, action);
  const command: unknown = Command && new Command(input);
  return typeof command === 'object' && command !== null ? command : undefined;
}

function commandClass(module: SdkModule, action: string): Constructor | undefined {
  const name = `${action.charAt(0).toUpperCase()}${action.slice(1)}Command`;
  const found = Object.hasOwn(module, name) ? module[name] : undefined;
  return isConstructor(found) ? found : undefined;
}

type Constructor = new (input: object) => unknown;

function isConstructor(value: unknown): value is Constructor {
  return typeof value === 'function';
}

function isSdkClient(value: unknown): value is SdkClient {
  return typeof value === 'object' && value !== null && 'send' in value && 'config' in value;
}

function isMiddlewareStack(value: unknown): value is SdkClient['middlewareStack'] {
  return typeof value === 'object' && value !== null && 'add' in value;
}

function isHeaders(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null;
}

function isMetadata(
  value: unknown,
): value is { readonly httpStatusCode?: number; readonly requestId?: string } {
  return typeof value === 'object' && value !== null;
}

interface StsCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken?: string;
  readonly Expiration?: Date;
}

function isCredentials(value: unknown): value is StsCredentials {
  return typeof value === 'object' && value !== null && 'AccessKeyId' in value && 'SecretAccessKey' in value;
}

/** The module of a service's client. @throws ServiceCallError where there is none here */
export async function loadModule(service: string): Promise<SdkModule> {
  const name = packageOf(service);
  for (const from of [thisFile, join(process.cwd(), 'package.json')]) {
    const path = resolved(name, from);
    // The package's main file, whichever format it has.
    if (path !== undefined) return moduleIn(await import(pathToFileURL(path).href));
  }
  throw new ServiceCallError(
    'Millrace.ClientNotInstalled',
    `The service worker has no client for '${service}'. Lambda's runtime brings it; on a laptop, install it beside your machines: npm install --save-dev ${name}`,
  );
}

const thisFile = fileURLToPath(import.meta.url);

/** A module in CommonJS has its exports behind `default` as well, and names that were not found only there. */
function moduleIn(loaded: SdkModule): SdkModule {
  const { default: inner } = loaded;
  return typeof inner === 'object' && inner !== null ? { ...loaded, ...inner } : loaded;
}

/** Lambda's runtime has its packages in a folder of `NODE_PATH`. */
function resolved(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch {
    const folders = (process.env.NODE_PATH ?? '').split(delimiter).filter((each) => each !== '');
    for (const folder of folders) {
      try {
        return createRequire(join(folder, 'package.json')).resolve(join(folder, name));
      } catch {
        // It may be in the next one.
      }
    }
    return undefined;
  }
}

/** The package of a service, which a newer runtime may have though this version of Millrace does not know it. */
function packageOf(service: string): string {
  const known = awsService(service);
  if (known !== undefined) return known.packageName;
  const plain = service.toLowerCase();
  const found = packageFolders()
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
    .find((each) => [plain, `${plain}service`].includes(each.replace(/^client-/, '').replaceAll('-', '')));
  return `@aws-sdk/${found ?? `client-${plain}`}`;
}

function packageFolders(): readonly string[] {
  const ofNodePath = (process.env.NODE_PATH ?? '').split(delimiter).filter((each) => each !== '');
  const above = [dirname(thisFile), process.cwd()].flatMap((folder) => {
    const folders: string[] = [];
    for (let at = folder; ; at = dirname(at)) {
      folders.push(join(at, 'node_modules'));
      if (at === dirname(at)) return folders;
    }
  });
  return [...ofNodePath, ...above].map((folder) => join(folder, '@aws-sdk'));
}
