import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '../../../asl/json.ts';

/** An API of AWS over HTTP that answers what a test says, and records what it was asked. */
export interface AccountStandIn {
  /** For commands. */
  readonly environment: Readonly<Record<string, string>>;
  /** `Operation {"Member":…}`, in order. */
  readonly requests: readonly { readonly operation: string; readonly body: JsonObject }[];
  stop(): Promise<void>;
}

/** @param answers by operation; one that throws is an error of the API, by its name and message */
export async function accountStandIn(
  answers: Readonly<Record<string, (body: JsonObject) => Json>>,
): Promise<AccountStandIn> {
  const requests: { operation: string; body: JsonObject }[] = [];
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const body: JsonObject = JSON.parse(await textOf(request));
    requests.push({ operation, body });
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    try {
      const answer = answers[operation];
      if (answer === undefined) throw named('UnknownOperationException', operation);
      response.end(JSON.stringify(answer(body)));
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: 'Failure', message: String(error) };
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: name, message }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    environment: {
      AWS_ENDPOINT_URL_SFN: url,
      AWS_ENDPOINT_URL_CLOUDWATCH: url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
    requests,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
