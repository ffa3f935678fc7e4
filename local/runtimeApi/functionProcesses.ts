import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FunctionDescription } from '../../infra/description.ts';
import { FunctionProcess } from './functionProcess.ts';
import type { InvocationOutcome } from './runtimeApi.ts';

export interface FunctionProcessesOptions {
  readonly dynamodbEndpoint: string;
  /** Whether asynchronous invocations are accepted and not run. @default false */
  readonly dropsEvents?: boolean;
  /** Gets the functions' output. @default the output is dropped */
  readonly output?: (functionName: string, text: string) => void;
}

const region = 'us-east-1';
const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * The functions of a deployment as Lambda runs them, one process each, started when it is invoked first; and Lambda's Invoke API,
 * through which they call each other. No retries, destinations or second instances: those are the local cloud's.
 */
export class FunctionProcesses {
  readonly #functions: ReadonlyMap<string, FunctionDescription>;
  readonly #options: FunctionProcessesOptions;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #started = new Map<string, Promise<FunctionProcess>>();

  private constructor(functions: readonly FunctionDescription[], options: FunctionProcessesOptions) {
    this.#functions = new Map(functions.map((each) => [each.functionName, each]));
    this.#options = options;
  }

  static async start(
    functions: readonly FunctionDescription[],
    options: FunctionProcessesOptions,
  ): Promise<FunctionProcesses> {
    const processes = new FunctionProcesses(functions, options);
    await new Promise<void>((resolve) => processes.#server.listen(0, '127.0.0.1', resolve));
    return processes;
  }

  /** Names of the functions that were started. */
  get started(): readonly string[] {
    return [...this.#started.keys()];
  }

  /** The function's process, started if it is not yet. */
  of(functionName: string): Promise<FunctionProcess> {
    const started = this.#started.get(functionName) ?? this.startAnother(functionName);
    this.#started.set(functionName, started);
    return started;
  }

  /** One more process of a function, which the caller stops. */
  startAnother(functionName: string, settings: Partial<FunctionDescription> = {}): Promise<FunctionProcess> {
    const description = this.#functions.get(functionName);
    if (!description) throw new Error(`Function '${functionName}' does not exist.`);
    const { dynamodbEndpoint, output } = this.#options;
    return FunctionProcess.start(
      { ...description, ...settings },
      {
        region,
        environment: {
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
          AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
          AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
        },
        ...(output && { output: (printed) => output(functionName, printed) }),
      },
    );
  }

  async invoke(functionName: string, event: unknown): Promise<InvocationOutcome> {
    return (await this.of(functionName)).invoke(event);
  }

  async stop(): Promise<void> {
    for (const started of await Promise.allSettled(this.#started.values())) {
      if (started.status === 'fulfilled') await started.value.stop();
    }
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = ''] = invocationPath.exec(request.url ?? '') ?? [];
    const functionName = decodeURIComponent(name);
    const event: unknown = JSON.parse((await text(request)) || 'null');
    if (!this.#functions.has(functionName)) {
      response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' });
      response.end(JSON.stringify({ Message: `Function '${functionName}' does not exist.` }));
      return;
    }
    if (request.headers['x-amz-invocation-type'] === 'Event' && this.#options.dropsEvents === true) {
      response.writeHead(202).end();
      return;
    }
    const outcome = this.invoke(functionName, event);
    if (request.headers['x-amz-invocation-type'] === 'Event') {
      // An asynchronous caller does not learn of a failure; the function's output shows it.
      outcome.catch((error: unknown) => this.#options.output?.(functionName, String(error)));
      response.writeHead(202).end();
      return;
    }
    const result = await outcome;
    if (result.type === 'succeeded') response.writeHead(200).end(result.payload);
    else {
      response.writeHead(200, { 'x-amz-function-error': 'Unhandled' });
      response.end(JSON.stringify(result.error));
    }
  }
}
