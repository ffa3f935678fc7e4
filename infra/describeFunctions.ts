import { environmentVariable, type functionNames } from '../orchestrator/configuration/configuration.ts';
import { wakeCallTimeoutSeconds, wakeTimeoutSeconds } from '../orchestrator/configuration/timeouts.ts';
import { ownProperty } from '../orchestrator/core/data/ownProperty.ts';
import type { InvocationAges } from '../orchestrator/dispatch/invocationAges.ts';
import { runSeconds } from '../orchestrator/handlers/clock.ts';
import type { DestinationDescription, EventInvokeDescription, FunctionDescription } from './description.ts';

/** The code of each function, unpacked. */
export interface FunctionCode {
  readonly orchestrator: string;
  readonly workerHost: string;
  /** Present: what executions emit, and their changes of status, leave through a bus. */
  readonly publisher?: string;
  /** Present: events of a bus start executions, or are sent to them. */
  readonly ingest?: string;
  /** Present: a function serves the API of Step Functions. */
  readonly stepFunctions?: string;
  readonly workers: readonly WorkerCode[];
  /** Until when an invocation of theirs is of use. @default as long as Lambda keeps it: 6 hours */
  readonly invocationAges?: InvocationAges;
  /** Functions that know nothing of Millrace, where they are deployed with it: on the local cloud. @default none */
  readonly unmodified?: readonly WorkerCode[];
}

export interface WorkerCode {
  readonly name: string;
  readonly codeDirectory: string;
  readonly handler: string;
  /** @default 900, the longest that Lambda allows */
  readonly timeoutSeconds?: number;
  /** @default 256 */
  readonly memorySizeMb?: number;
  /** @default none */
  readonly reservedConcurrentExecutions?: number;
}

/** Millrace's own functions: what they run is not a task of yours. */
export type OwnFunctionRole = Exclude<FunctionDescription['role'], 'worker' | 'unmodified'>;

/** Every role of Millrace's own functions. */
export const ownFunctionRoles: Readonly<Record<OwnFunctionRole, true>> = {
  orchestrator: true,
  wake: true,
  clock: true,
  failed: true,
  recovery: true,
  publisher: true,
  ingest: true,
  stepFunctions: true,
  workerHost: true,
};

/** Lambda ends a function after 15 minutes. */
export const longestFunctionSeconds = 900;
const defaultWorkerMemoryMb = 256;
/** Measured: docs/reference/benchmarks.md, bench:coldstart. Executions in memory, and large data, need most of it. */
const defaultOrchestratorMemoryMb = 512;

export interface FunctionSettings {
  readonly code: FunctionCode;
  readonly names: ReturnType<typeof functionNames>;
  /** Variables of every function. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further variables of Millrace's own functions. */
  readonly ownEnvironment: Readonly<Record<string, string>>;
  /** Further variables of functions that load machines. */
  readonly machineEnvironment: Readonly<Record<string, string>>;
  /** Further variables of functions that dispatch tasks. A function that is called hands results to `failed`, which must not need its name. */
  readonly dispatchEnvironment: Readonly<Record<string, string>>;
  /** Further variables of the worker host. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
  readonly orchestratorMemoryMb: number | undefined;
  readonly reservedConcurrency: Readonly<Partial<Record<OwnFunctionRole, number>>>;
  readonly failures: string | undefined;
  readonly eventBusName: string | undefined;
  /** Gets what functions return that know nothing of Millrace. */
  readonly resultsDestination: DestinationDescription;
}

/** Every function of a deployment, with its limits. */
export function describeFunctions(settings: FunctionSettings): FunctionDescription[] {
  const { code, names, environment, eventBusName, failures, reservedConcurrency } = settings;
  const ownEnvironment = { ...environment, ...settings.ownEnvironment, ...settings.machineEnvironment };
  const dispatching = { ...ownEnvironment, ...settings.dispatchEnvironment };
  const ages = code.invocationAges;
  /** Workers are tried again by their retry policy, so the platform's own retries would only repeat attempts. */
  const invokeConfig = (maximumEventAgeSeconds: number | undefined): EventInvokeDescription => ({
    maximumRetryAttempts: 0,
    ...(maximumEventAgeSeconds !== undefined && { maximumEventAgeSeconds }),
    onFailure: names.failed,
  });
  const reserved = (role: OwnFunctionRole) => reservation(reservedConcurrency[role]);
  const own = {
    codeDirectory: code.orchestrator,
    memorySizeMb: settings.orchestratorMemoryMb ?? defaultOrchestratorMemoryMb,
    environment: ownEnvironment,
  };
  return [
    {
      ...own,
      functionName: names.orchestrator,
      role: 'orchestrator',
      handler: 'index.stream',
      timeoutSeconds: 60,
      environment: dispatching,
      // For nudges. Lambda's own retries come too late to dispatch tasks that the first run has lost.
      eventInvokeConfig: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60, onFailure: names.recovery },
      ...reserved('orchestrator'),
    },
    {
      ...own,
      functionName: names.wake,
      role: 'wake',
      handler: 'index.wake',
      timeoutSeconds: wakeTimeoutSeconds,
      environment: dispatching,
      ...reserved('wake'),
    },
    {
      ...own,
      functionName: names.clock,
      role: 'clock',
      handler: 'index.clock',
      // A run, and then calls of the wake function that are still in flight; the rest is for loading.
      timeoutSeconds: runSeconds + wakeCallTimeoutSeconds + 10,
      // It runs all the time and does little: its memory is what an idle deployment pays for.
      memorySizeMb: 128,
      eventInvokeConfig: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 },
      ...reserved('clock'),
    },
    {
      ...own,
      functionName: names.failed,
      role: 'failed',
      handler: 'index.failed',
      timeoutSeconds: 60,
      // It loads the machines with the others, and writes one item.
      memorySizeMb: 256,
      ...reserved('failed'),
    },
    {
      ...own,
      functionName: names.recovery,
      role: 'recovery',
      handler: 'index.recover',
      // A batch of 500 executions, each with its whole journal.
      timeoutSeconds: 300,
      environment: {
        ...dispatching,
        ...(failures !== undefined && { [environmentVariable.failures]: failures }),
      },
      // A batch that is left after that is in the bucket still, which is swept by a schedule.
      eventInvokeConfig: { maximumRetryAttempts: 2 },
      ...reserved('recovery'),
    },
    {
      functionName: names.workerHost,
      role: 'workerHost',
      codeDirectory: code.workerHost,
      handler: 'index.handler',
      timeoutSeconds: longestFunctionSeconds,
      memorySizeMb: 512,
      environment: { ...environment, ...settings.machineEnvironment, ...settings.hostEnvironment },
      eventInvokeConfig: invokeConfig(ages?.workerHost),
      ...reserved('workerHost'),
    },
    ...(code.publisher === undefined
      ? []
      : [
          {
            functionName: names.publisher,
            role: 'publisher',
            codeDirectory: code.publisher,
            handler: 'index.publish',
            timeoutSeconds: 60,
            memorySizeMb: 256,
            environment: {
              ...ownEnvironment,
              ...(eventBusName !== undefined && { [environmentVariable.eventBus]: eventBusName }),
            },
            ...reserved('publisher'),
          } satisfies FunctionDescription,
        ]),
    ...(code.ingest === undefined
      ? []
      : [
          {
            functionName: names.ingest,
            role: 'ingest',
            codeDirectory: code.ingest,
            handler: 'index.ingest',
            timeoutSeconds: 60,
            memorySizeMb: 256,
            environment: ownEnvironment,
            ...reserved('ingest'),
          } satisfies FunctionDescription,
        ]),
    ...(code.stepFunctions === undefined
      ? []
      : [
          {
            functionName: names.stepFunctions,
            role: 'stepFunctions',
            codeDirectory: code.stepFunctions,
            handler: 'index.handler',
            // StartSyncExecution waits for five minutes, GetActivityTask for one.
            timeoutSeconds: 330,
            memorySizeMb: 512,
            environment: ownEnvironment,
            ...reserved('stepFunctions'),
          } satisfies FunctionDescription,
        ]),
    ...code.workers.map((worker) => ({
      ...describeWorker(worker, 'worker', names.worker(worker.name)),
      environment,
      eventInvokeConfig: invokeConfig(ownProperty(ages?.workers, worker.name)),
    })),
    ...(code.unmodified ?? []).map((called) => ({
      ...describeWorker(called, 'unmodified', called.name),
      environment: {},
      eventInvokeConfig: unmodifiedInvokeConfig(
        settings.resultsDestination,
        ownProperty(ages?.functions, called.name),
      ),
    })),
  ];
}

function describeWorker(
  worker: WorkerCode,
  role: 'worker' | 'unmodified',
  functionName: string,
): Omit<FunctionDescription, 'environment'> {
  const { codeDirectory, handler, reservedConcurrentExecutions } = worker;
  return {
    functionName,
    role,
    codeDirectory,
    handler,
    timeoutSeconds: worker.timeoutSeconds ?? longestFunctionSeconds,
    memorySizeMb: worker.memorySizeMb ?? defaultWorkerMemoryMb,
    ...reservation(reservedConcurrentExecutions),
  };
}

function reservation(
  reservedConcurrentExecutions: number | undefined,
): Pick<FunctionDescription, 'reservedConcurrentExecutions'> {
  return reservedConcurrentExecutions === undefined ? {} : { reservedConcurrentExecutions };
}

/**
 * How a function is invoked asynchronously whose results its destinations bring. Its retries are the task's.
 *
 * @param maximumEventAgeSeconds until when an invocation is of use
 */
export function unmodifiedInvokeConfig(
  destination: DestinationDescription,
  maximumEventAgeSeconds?: number,
): EventInvokeDescription {
  return {
    maximumRetryAttempts: 0,
    ...(maximumEventAgeSeconds !== undefined && { maximumEventAgeSeconds }),
    onSuccess: destination,
    onFailure: destination,
  };
}
