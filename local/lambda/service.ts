import { randomUUID } from 'node:crypto';
import type { FunctionDescription } from '../../infra/description.ts';
import type { Clock } from '../clock.ts';
import { drawLambdaFaults, type LambdaFaultDraws, type LambdaFaults } from '../faults.ts';
import { AsyncInvocations, type PutDestinationEvent } from './asyncInvocations.ts';
import { Dispatcher } from './dispatcher.ts';
import type { InvocationOutcome } from './environment.ts';
import {
  LambdaStartError,
  RequestTooLargeException,
  ResourceNotFoundException,
  ServiceException,
  type ThrottleReason,
  TooManyRequestsException,
} from './errors.ts';
import { functionArn, latestVersion, resolveFunctionName } from './functionReference.ts';
import type { LambdaLog } from './log.ts';
import { type LambdaMetrics, MetricsRegister } from './metrics.ts';
import { payloadLimitBytes } from './payloadLimits.ts';

export type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

export interface InvokeOptions {
  /** @default 'RequestResponse' */
  readonly type?: InvocationType;
  readonly qualifier?: string;
}

export interface InvocationResult {
  readonly statusCode: 200 | 202 | 204;
  readonly requestId: string;
  /** JSON text: what the function returned, or its error. Empty unless the type is RequestResponse. */
  readonly payload: string;
  readonly functionError?: 'Unhandled';
  readonly executedVersion?: string;
}

export interface LambdaServiceOptions {
  readonly functions: readonly FunctionDescription[];
  readonly runtimeFile: string;
  readonly region: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly maximumConcurrency: number;
  readonly environmentIdleMs: number;
  readonly retryDelaysMs: readonly number[];
  readonly clock: Clock;
  readonly faults: LambdaFaults | undefined;
  readonly asyncDelayMs: () => number;
  readonly putEvent: PutDestinationEvent | undefined;
  readonly log: LambdaLog;
}

const housekeepingMs = 60_000;

/** Lambda without its HTTP: `Invoke` and what happens behind it. */
export class LambdaService {
  readonly #region: string;
  readonly #clock: Clock;
  readonly #faults: LambdaFaultDraws;
  readonly #metrics = new MetricsRegister();
  readonly #events: AsyncInvocations;
  readonly #dispatcher: Dispatcher;
  #cancelHousekeeping: () => void = () => {};
  #stopped = false;

  /** @throws LambdaStartError, InvalidFaultError */
  constructor(options: LambdaServiceOptions) {
    this.#region = options.region;
    this.#clock = options.clock;
    this.#faults = drawLambdaFaults(options.faults);
    this.#events = new AsyncInvocations({
      ...options,
      faults: this.#faults,
      delayMs: options.asyncDelayMs,
      metrics: this.#metrics,
      isDeployed: (functionName) => this.#dispatcher.description(functionName) !== undefined,
      eventInvokeConfig: (functionName) =>
        this.#dispatcher.description(functionName)?.eventInvokeConfig ?? {},
      onQueued: () => this.#dispatcher.dispatchQueued(),
    });
    this.#dispatcher = new Dispatcher({
      ...options,
      faults: this.#faults,
      metrics: this.#metrics,
      events: this.#events,
    });
    this.updateFunctions(options.functions);
    this.#keepHouse();
  }

  /**
   * Deploys these functions in place of all others. Environments of what changed finish their invocation and are not used
   * again; what did not change stays warm.
   *
   * @throws LambdaStartError when two have the same name
   */
  updateFunctions(functions: readonly FunctionDescription[]): void {
    const names = new Set<string>();
    for (const { functionName } of functions) {
      if (names.has(functionName)) {
        throw new LambdaStartError(
          'DuplicateFunctionName',
          `Two functions are named "${functionName}": rename one of them.`,
        );
      }
      names.add(functionName);
    }
    const removed = [...this.#dispatcher.functionNames].filter((name) => !names.has(name));
    this.#dispatcher.deploy(functions);
    for (const functionName of removed) this.#events.discard(functionName);
  }

  /**
   * `Invoke`. The payload has to be JSON text; an empty one is `{}`.
   *
   * @throws ResourceNotFoundException, RequestTooLargeException, TooManyRequestsException, ServiceException
   */
  invoke(
    reference: string,
    payload: string | Buffer,
    options: InvokeOptions = {},
  ): Promise<InvocationResult> {
    try {
      return this.#invoke(reference, payload, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  metrics(): LambdaMetrics {
    return {
      functions: this.#metrics.snapshot(),
      concurrentExecutions: this.#dispatcher.concurrentExecutions,
      environments: this.#dispatcher.environments,
      asyncEventsPending: this.#events.pending(),
      faults: this.#faults.counts(),
    };
  }

  idle(options: { readonly ignoring?: readonly string[] } = {}): Promise<void> {
    return this.#events.idle(options.ignoring ?? []);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelHousekeeping();
    this.#events.stop();
    await this.#dispatcher.stop();
  }

  #invoke(reference: string, payload: string | Buffer, options: InvokeOptions): Promise<InvocationResult> {
    if (this.#stopped) throw new ServiceException('The local Lambda was stopped.');
    const type = options.type ?? 'RequestResponse';
    const functionName = resolveFunctionName(this.#region, reference, options.qualifier);
    if (this.#dispatcher.description(functionName) === undefined) {
      throw new ResourceNotFoundException(functionArn(this.#region, functionName));
    }
    const bytes = Buffer.byteLength(payload);
    if (bytes > payloadLimitBytes[type]) {
      throw new RequestTooLargeException(bytes, type, payloadLimitBytes[type]);
    }
    const requestId = randomUUID();
    if (type === 'DryRun') return Promise.resolve({ statusCode: 204, requestId, payload: '' });
    if (this.#faults.throttles(functionName)) {
      throw this.#throttled(functionName, 'ConcurrentInvocationLimitExceeded');
    }
    const text = bytes === 0 ? '{}' : payload.toString();
    if (type === 'Event') {
      this.#events.accept(functionName, text, requestId);
      return Promise.resolve({ statusCode: 202, requestId, payload: '' });
    }
    return this.#run(functionName, text, requestId);
  }

  #run(functionName: string, payload: string, requestId: string): Promise<InvocationResult> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: InvocationOutcome) => {
        if (this.#stopped) reject(new ServiceException('The local Lambda was stopped.'));
        else resolve(resultOf(requestId, outcome));
      };
      const refusal = this.#dispatcher.invoke(functionName, {
        requestId,
        payload,
        wantsResult: true,
        settle,
      });
      if (refusal !== undefined) reject(this.#throttled(functionName, refusal));
    });
  }

  #throttled(functionName: string, reason: ThrottleReason): TooManyRequestsException {
    this.#metrics.of(functionName).throttles += 1;
    return new TooManyRequestsException(reason);
  }

  #keepHouse(): void {
    this.#cancelHousekeeping = this.#clock.after(housekeepingMs, () => {
      this.#events.dropTooOld();
      this.#dispatcher.endIdle();
      this.#keepHouse();
    });
  }
}

function resultOf(requestId: string, outcome: InvocationOutcome): InvocationResult {
  const result = {
    statusCode: 200,
    requestId,
    payload: outcome.payload,
    executedVersion: latestVersion,
  } as const;
  return outcome.functionError ? { ...result, functionError: 'Unhandled' } : result;
}
