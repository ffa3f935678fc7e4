import {
  InvokeCommand,
  LambdaClient,
  type LambdaClientConfig,
  LambdaServiceException,
} from '@aws-sdk/client-lambda';
import { forManySmallRequests, lean, quietly } from '../aws/client.ts';
import { kindOfError } from '../aws/errorKind.ts';
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

/**
 * A call that may succeed later is made again later; one that Lambda refuses as it is fails the task. An error
 * that is neither an answer nor of the connection is reported with each attempt.
 */
function outcomeOf(thrown: unknown, functionName: string): DispatchOutcome {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const deferred: DispatchOutcome = { type: 'deferred', error: `${error.name}: ${error.message}` };
  const isAnswered = error instanceof LambdaServiceException;
  const kind = kindOfError(error);
  switch (kind) {
    case 'unavailable':
    case 'timeout':
    case 'interrupted':
    case 'defect':
      return deferred;
    // Without credentials there was no call; a function that is missing, or may not be called, is the machine's affair.
    case 'environment':
      return isAnswered ? refusedBy(error, functionName) : deferred;
    case 'usage':
    case 'notFound':
    case 'conflict':
    case 'data':
    case 'diverged':
    case 'execution':
      return refusedBy(error, functionName);
    default:
      return kind satisfies never;
  }
}

function refusedBy({ name, message }: Error, functionName: string): DispatchOutcome {
  if (name !== 'ResourceNotFoundException') {
    return { type: 'failed', error: { name: `Lambda.${name}`, message } };
  }
  const missing = `The function '${functionName}' is not deployed. Deploy the worker, or handle this error in the machine.`;
  return { type: 'failed', error: { name: `Lambda.${name}`, message: missing, retryable: false } };
}

/**
 * Invokes a function and waits for it. Answers the error that its code ended with, if it did.
 *
 * @param timeoutSeconds longer than the function can run: a call that is given up would be made again while the first one runs
 */
export function waitingCaller(
  functionName: string,
  timeoutSeconds: number,
): (event: object) => Promise<string | undefined> {
  let client: LambdaClient | undefined;
  return async (event) => {
    // Only the clock calls: the other functions make no second client.
    client ??= createLambdaClient({ ...forManySmallRequests(timeoutSeconds * 1000), maxAttempts: 1 });
    const output = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'RequestResponse',
        Payload: Buffer.from(JSON.stringify(event)),
      }),
    );
    if (output.FunctionError === undefined) return undefined;
    return Buffer.from(output.Payload ?? []).toString('utf8');
  };
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
