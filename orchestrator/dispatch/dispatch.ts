import {
  InvokeCommand,
  LambdaClient,
  type LambdaClientConfig,
  LambdaServiceException,
} from '@aws-sdk/client-lambda';
import { forManySmallRequests, lean, quietly } from '../aws/client.ts';
import { keepSigners, shortPath, shortPathOptions } from '../aws/shortPath.ts';
import type { TaskPayload } from '../contract/task.ts';
import type { TaskError } from '../core/data/thrown.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import { type OpenTask, taskKey } from '../core/execution/model/openTask.ts';

/** The outcome of handing a task to its function. */
export type DispatchOutcome =
  | { readonly type: 'dispatched' }
  /** The function or Lambda has no capacity now, or did not answer: the task is to be dispatched a little later. */
  | { readonly type: 'deferred'; readonly error: string }
  /** It can never be handed over as it is: the task has failed. */
  | { readonly type: 'failed'; readonly error: TaskError };

/** Invokes functions asynchronously. */
export interface FunctionInvoker {
  /** @param event what the function gets. @default the payload, as workers do */
  invoke(functionName: string, payload: TaskPayload, event?: object): Promise<DispatchOutcome>;
}

/** Lambda's limit for an asynchronous invocation's payload. */
const maximumPayloadBytes = 1024 * 1024;

export class LambdaInvoker implements FunctionInvoker {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async invoke(
    functionName: string,
    payload: TaskPayload,
    event: object = payload,
  ): Promise<DispatchOutcome> {
    const bytes = Buffer.from(JSON.stringify(event));
    if (bytes.length > maximumPayloadBytes) {
      const message = `The input of worker '${payload.worker}' takes ${bytes.length} bytes; Lambda takes 1 MB. Configure a store for large data (MILLRACE_STORE), or pass its address.`;
      return { type: 'failed', error: { name: 'States.DataLimitExceeded', message } };
    }
    try {
      await this.#client.send(
        new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: bytes }),
      );
      return { type: 'dispatched' };
    } catch (error) {
      return outcomeOf(error, functionName);
    }
  }
}

/** @throws an error that is neither an answer of Lambda nor a failure of the connection: a defect */
function outcomeOf(error: unknown, functionName: string): DispatchOutcome {
  if (!(error instanceof Error)) throw error;
  if (!(error instanceof LambdaServiceException))
    return { type: 'deferred', error: `${error.name}: ${error.message}` };
  const status = error.$metadata.httpStatusCode ?? 500;
  if (status === 429 || status >= 500) return { type: 'deferred', error: `${error.name}: ${error.message}` };
  const isMissing = error.name === 'ResourceNotFoundException';
  const message = isMissing
    ? `The function '${functionName}' is not deployed. Deploy the worker, or handle this error in the machine.`
    : error.message;
  return {
    type: 'failed',
    error: { name: `Lambda.${error.name}`, message, ...(isMissing && { retryable: false }) },
  };
}

/** Invokes a function and waits for it. Answers the error that its code ended with, if it did. */
export async function callFunction(
  client: LambdaClient,
  functionName: string,
  event: object,
): Promise<string | undefined> {
  const output = await client.send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'RequestResponse',
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  );
  if (output.FunctionError === undefined) return undefined;
  return Buffer.from(output.Payload ?? []).toString('utf8');
}

/** Invokes a function and does not wait for it. */
export async function invokeLater(client: LambdaClient, functionName: string, event: object): Promise<void> {
  await client.send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  );
}

export function createLambdaClient(config: LambdaClientConfig = {}): LambdaClient {
  const client = lean(
    quietly(() => new LambdaClient({ ...forManySmallRequests(), maxAttempts: 2, ...config })),
  );
  client.config.signer = keepSigners(client.config.signer);
  client.middlewareStack.add(shortPath(client.config), shortPathOptions);
  return client;
}

/** Remembers what this instance has dispatched, so that a redelivered cause dispatches nothing twice. Bounded. */
export class DispatchMemory {
  readonly #limit: number;
  readonly #keys = new Set<string>();

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  has(execution: DispatchedExecution, task: OpenTask): boolean {
    return this.#keys.has(keyOf(execution, task));
  }

  add(execution: DispatchedExecution, task: OpenTask): void {
    this.#keys.add(keyOf(execution, task));
    if (this.#keys.size <= this.#limit) return;
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest);
      break;
    }
  }
}

/**
 * `startedAt` and deadline tell apart an execution that was deleted and started again, and a task that was deferred.
 */
type DispatchedExecution = Pick<Execution, 'executionId' | 'startedAt'>;

function keyOf(execution: DispatchedExecution, task: OpenTask): string {
  return `${execution.executionId}/${execution.startedAt}/${taskKey(task)}/${task.deadline ?? task.startBy}`;
}
