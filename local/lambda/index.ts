import type { FunctionDescription } from '../../infra/description.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { LambdaFaults } from '../faults.ts';
import type { PutDestinationEvent } from './asyncInvocations.ts';
import { environmentRuntimeFile } from './environmentRuntimeFile.ts';
import { serveHttp } from './httpApi.ts';
import type { LambdaLog } from './log.ts';
import type { LambdaMetrics } from './metrics.ts';
import { type InvocationResult, type InvokeOptions, LambdaService } from './service.ts';

export type { DestinationEvent, PutDestinationEvent } from './asyncInvocations.ts';
export {
  LambdaApiError,
  LambdaStartError,
  RequestTooLargeException,
  ResourceNotFoundException,
  ServiceException,
  TooManyRequestsException,
} from './errors.ts';
export type { LambdaLog, LambdaLogEntry } from './log.ts';
export type { FunctionMetrics, LambdaMetrics } from './metrics.ts';
export type { InvocationResult, InvocationType, InvokeOptions } from './service.ts';

export interface StartLambdaOptions {
  readonly functions: readonly FunctionDescription[];
  /** @default 0: any that is free */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Variables of every function, such as endpoints and credentials. `AWS_REGION` is the region of the ARNs. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many invocations run at once in all. @default 10 */
  readonly maximumConcurrency?: number;
  /** How long an unused environment is kept. @default 5 minutes */
  readonly environmentIdleMs?: number;
  /** Waits before the first and the second retry of an asynchronous event. @default Lambda's 1 and 2 minutes */
  readonly retryDelaysMs?: readonly number[];
  /** Time for retries, event ages and idle environments; timeouts are real time. @default the machine's clock */
  readonly clock?: Clock;
  /** Faults to inject. @default none */
  readonly faults?: LambdaFaults;
  /** Milliseconds that an asynchronous event takes on its way. @default 0 */
  readonly asyncDelayMs?: () => number;
  /** Puts an invocation record on an event bus, where one is a function's destination. @default there is no bus */
  readonly putEvent?: PutDestinationEvent;
  /** Gets each line that a function prints. @default lines are dropped */
  readonly log?: LambdaLog;
}

/** An AWS Lambda for the local cloud. `@aws-sdk/client-lambda` works with it by `endpoint` alone. */
export interface LocalLambda {
  readonly endpoint: string;
  /**
   * `Invoke` without HTTP. The payload has to be JSON text; that it is, is not checked.
   *
   * @throws ResourceNotFoundException, RequestTooLargeException, TooManyRequestsException, ServiceException
   */
  invoke(functionName: string, payload: string | Buffer, options?: InvokeOptions): Promise<InvocationResult>;
  /** Deploys these functions in place of all others. Functions whose content did not change stay warm. */
  updateFunctions(functions: readonly FunctionDescription[]): void;
  metrics(): LambdaMetrics;
  /**
   * Resolves when no asynchronous event is queued, running or waiting for a retry; those of the functions in `ignoring`
   * do not count, such as those of a clock that always runs.
   */
  idle(options?: { readonly ignoring?: readonly string[] }): Promise<void>;
  /** Kills what runs and forgets what is queued. */
  stop(): Promise<void>;
}

/**
 * Starts an AWS Lambda in this process; functions run in processes of their own.
 *
 * @throws LambdaStartError, InvalidFaultError
 */
export async function startLambda(options: StartLambdaOptions): Promise<LocalLambda> {
  const runtime = await environmentRuntimeFile();
  try {
    const environment = options.environment ?? {};
    const service = new LambdaService({
      functions: options.functions,
      runtimeFile: runtime.path,
      region: environment.AWS_REGION ?? 'us-east-1',
      environment,
      maximumConcurrency: options.maximumConcurrency ?? 10,
      environmentIdleMs: options.environmentIdleMs ?? 5 * 60 * 1000,
      retryDelaysMs: options.retryDelaysMs ?? [60_000, 120_000],
      clock: options.clock ?? systemClock,
      faults: options.faults,
      asyncDelayMs: options.asyncDelayMs ?? (() => 0),
      putEvent: options.putEvent,
      log: options.log ?? (() => {}),
    });
    const http = await serveHttp(service, options.port ?? 0, options.host ?? '127.0.0.1').catch(
      async (error: unknown) => {
        await service.stop();
        throw error;
      },
    );
    let stopped: Promise<void> | undefined;
    return {
      endpoint: http.endpoint,
      invoke: (functionName, payload, invokeOptions) => service.invoke(functionName, payload, invokeOptions),
      updateFunctions: (functions) => service.updateFunctions(functions),
      metrics: () => service.metrics(),
      idle: (idleOptions) => service.idle(idleOptions),
      stop: () => {
        stopped ??= service
          .stop()
          .then(() => http.close())
          .then(() => runtime.dispose());
        return stopped;
      },
    };
  } catch (error) {
    await runtime.dispose();
    throw error;
  }
}
