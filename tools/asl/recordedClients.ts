import { isArray, isObject, type Json } from '../../asl/json.ts';
import { installedClients, type ServiceClient, type ServiceClients } from '../../services/index.ts';
import { capitalized, exceptionName, memberName } from '../../services/sdk/names.ts';
import { type Member, schemasOf, shapeOf } from '../../services/sdk/schema.ts';
import type { Mock } from './aslCase.ts';

const installed = installedClients({
  region: 'us-east-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
});

/**
 * Clients that answer every command with the recorded result of a task, as the service would have answered: names, shapes and
 * errors are the service's again.
 */
export function recordedClients(mock: Mock): ServiceClients {
  return {
    async clientOf(service) {
      const client = await installed.clientOf(service);
      return {
        ...client,
        async send(command) {
          if (mock.error !== undefined && mock.error !== failedEntry)
            throw thrownBy(client, mock.error, mock.cause ?? '');
          const output = sdkStructure(schemasOf(command)?.output, answerOf(mock));
          return { output, headers: {}, statusCode: 200, requestId: '' };
        },
      };
    },
  };
}

/** The error of events of which EventBridge has refused some: its cause is EventBridge's answer. */
const failedEntry = 'EventBridge.FailedEntry';

function answerOf({ error, cause, output = {} }: Mock): Json {
  return error === failedEntry ? JSON.parse(cause ?? '{}') : output;
}

/** Whether the service has a client here. */
export async function hasClient(service: string): Promise<boolean> {
  return installed.clientOf(service).then(
    () => true,
    () => false,
  );
}

function sdkStructure(schema: unknown, recorded: Json): object {
  const shape = shapeOf(schema);
  if (shape?.kind !== 'structure' || !isObject(recorded)) return {};
  const names = (member: Member) => [memberName(member.name), capitalized(member.name), member.name];
  return Object.fromEntries(
    shape.members.flatMap((member): [string, unknown][] => {
      const key = names(member).find((name) => Object.hasOwn(recorded, name));
      return key === undefined ? [] : [[member.name, sdkValue(member.schema, recorded[key] ?? null)]];
    }),
  );
}

function sdkValue(schema: unknown, recorded: Json): unknown {
  const shape = shapeOf(schema);
  switch (shape?.kind) {
    case 'structure':
      return sdkStructure(schema, recorded);
    case 'list':
      return isArray(recorded) ? recorded.map((each) => sdkValue(shape.of, each)) : recorded;
    case 'map':
      return isObject(recorded)
        ? Object.fromEntries(Object.entries(recorded).map(([key, each]) => [key, sdkValue(shape.of, each)]))
        : recorded;
    case 'timestamp': {
      const time = new Date(typeof recorded === 'number' || typeof recorded === 'string' ? recorded : '');
      // The recordings have a word in the place of many times.
      return Number.isNaN(time.getTime()) ? recorded : time;
    }
    case 'stream':
      return streamOf(String(recorded));
    case 'blob':
      return Buffer.from(typeof recorded === 'string' ? recorded : JSON.stringify(recorded));
    default:
      return recorded;
  }
}

async function* streamOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const causes = [
  // The cause of an `aws-sdk:` resource.
  /^(?<message>.*) \(Service: [^,;]+, Status Code: (?<status>\d+), Request ID: (?<request>[^,)]*)(?:, Extended Request ID: (?<extended>[^)]*))?\)/s,
  // The cause of an optimized integration.
  /^(?<message>.*) \(Service: [^;]+; Status Code: (?<status>\d+); Error Code: (?<code>[^;]+); Request ID: (?<request>[^;)]*)/s,
];

/** The error that the SDK throws for what the service answered. */
function thrownBy({ module }: ServiceClient, error: string, cause: string): Error {
  const found = causes.map((pattern) => pattern.exec(cause)?.groups).find((each) => each !== undefined);
  if (found === undefined) return Object.assign(new Error(cause), { name: error });
  const { message = '', status, request = '', extended, code } = found;
  const [, exception = ''] = error.split('.');
  const names = Object.keys(module).filter((name) =>
    code === undefined ? exceptionName(name) === exception : name === code || name === `${code}Exception`,
  );
  const [name = code ?? 'ValidationException'] = names;
  const $metadata = {
    httpStatusCode: Number(status),
    requestId: request,
    ...(extended !== undefined && { extendedRequestId: extended }),
  };
  const fields = { $metadata, message, ...(code !== undefined && { Code: code }) };
  const Exception = names.length > 0 ? module[name] : undefined;
  if (!isExceptionClass(Exception)) return Object.assign(new Error(message), fields, { name });
  return Object.assign(new Exception({ $metadata, message }), fields);
}

function isExceptionClass(value: unknown): value is new (given: object) => Error {
  return typeof value === 'function';
}
