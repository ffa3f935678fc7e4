import { expect } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import { type ServiceClients, serviceWork } from '../../services/index.ts';
import { testCloud } from '../../testing/index.ts';
import { type RecordedRequest, type StandInAnswer, startRecorder } from './recorder.ts';

export type Fields = { readonly [key: string]: unknown };

/** One request that a service must be sent, and the service's answer to it. */
export interface Exchange {
  /** Method, path, and the target where the protocol has one: `POST / AWSGlue.StartJobRun`. */
  readonly request: string;
  /** The whole body: of JSON its value, of a form its fields, else its text. @default none */
  readonly body?: unknown;
  /** Headers that have to have these values, among others. */
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly answer: StandInAnswer;
}

/** How a Task state ended. */
export interface Ended {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

export interface ConversationOptions {
  /** The execution's, from the address of the stand-in where it has to know it. @default {} */
  readonly input?: object | ((endpoint: string) => object);
  /** The result that is given with the task's token. */
  readonly completed?: unknown;
  /** Further configuration of the SDK's clients. */
  readonly settings?: object;
  /** Clients that talk to the stand-in. @default those that are installed */
  readonly clients?: (endpoint: string) => ServiceClients;
}

/**
 * Runs a definition with one Task state through the service worker and the SDK's client, against a stand-in that expects exactly
 * these exchanges, in this order.
 */
export async function conversation(
  state: Fields,
  exchanges: readonly Exchange[],
  { input = {}, completed, settings, clients }: ConversationOptions = {},
): Promise<Ended> {
  let next = 0;
  await using recorder = await startRecorder(
    () => exchanges[next++]?.answer ?? { status: 500, body: { message: 'Nothing was expected here.' } },
    settings,
  );
  const definition = { StartAt: 'Call', States: { Call: { Type: 'Task', End: true, ...state } } };
  const machine = machineOf(definition, { id: 'm' });
  const cloud = testCloud([machine], {
    Call: serviceWork(clients?.(recorder.endpoint) ?? recorder.clients),
  });
  await cloud.start('m', {
    executionId: 'e',
    input: typeof input === 'function' ? input(recorder.endpoint) : input,
  });
  if (completed !== undefined) {
    await cloud.skip('1m');
    await cloud.client.completeTask(taskToken, completed);
  }
  const { status, output, error } = await cloud.runToEnd('e');
  expect(recorder.requests.map((request, place) => seen(request, exchanges[place]))).toEqual(
    exchanges.map(({ request, body, headers }) => ({
      request,
      ...(body !== undefined && { body }),
      ...(headers && { headers }),
    })),
  );
  return {
    status,
    ...(output !== undefined && { output }),
    ...(error && { error: { name: error.name, message: error.message } }),
  };
}

/** The token of the first task of a conversation. */
export const taskToken = 'e#0#1';

function seen(request: RecordedRequest, expected: Exchange | undefined) {
  const { method, path, headers, body, text } = request;
  const line = [method, path, headers['x-amz-target']].filter((each) => each !== undefined).join(' ');
  const { headers: wanted } = expected ?? {};
  return {
    request: line,
    ...((expected?.body !== undefined || text !== '') && { body: body ?? text }),
    ...(wanted && {
      headers: Object.fromEntries(Object.keys(wanted).map((name) => [name, headers[name]])),
    }),
  };
}

/** A token in the form of a UUID, which makes a second delivery harmless. */
export const clientToken: unknown = expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** How an optimized integration shows the exchange over HTTP. */
export const metadata: Fields = {
  SdkHttpMetadata: expect.objectContaining({ HttpStatusCode: 200 }),
  SdkResponseMetadata: { RequestId: 'request-1' },
};

/** An error in the JSON protocols with a target. */
export function jsonError(type: string, message: string): StandInAnswer {
  return { status: 400, body: { __type: type, message } };
}

/** An error in the JSON protocol with paths. */
export function restError(status: number, type: string, message: string): StandInAnswer {
  return { status, headers: { 'x-amzn-errortype': type }, body: { message } };
}

/** The failure of a state whose job failed: its description as cause. */
export function failedWith(described: unknown): Fields {
  return { name: 'States.TaskFailed', message: expect.toSatisfy((text) => matches(text, described)) };
}

function matches(text: unknown, described: unknown): boolean {
  expect(JSON.parse(String(text))).toEqual(described);
  return true;
}
