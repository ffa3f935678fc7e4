import type { Caller, ServiceAction } from '../../asl/integrations/serviceCall.ts';
import { isArray, isObject, type Json, own, textOf } from '../../asl/json.ts';
import { parameterNamed } from '../parameters.ts';
import { type SdkCall, type SdkSurroundings, send } from '../sdk/callSdk.ts';
import type { SdkAnswer } from '../sdk/clients.ts';
import { optimizedError } from '../sdk/errors.ts';
import { ServiceCallError } from '../serviceError.ts';
import { invokeModel } from './bedrock.ts';
import { checkPlaced } from './containers.ts';
import { emrCall } from './elasticMapReduce.ts';
import { type OptimizedService, serviceNamed } from './services.ts';

export interface OptimizedCall extends ServiceAction {
  readonly parameters: Json;
  readonly roleArn?: string;
  readonly caller?: Caller;
  /** `submit`: the state waits for the end of what the call starts. */
  readonly step?: 'call' | 'submit';
}

export interface OptimizedSurroundings extends SdkSurroundings {
  /** Whether the state goes on only when the token is given back that the call hands on. */
  readonly waitsForToken?: boolean;
}

/** An integration in Step Functions' own form. @throws ServiceCallError */
export async function callOptimized(call: OptimizedCall, surroundings: OptimizedSurroundings): Promise<Json> {
  const { service, action, parameters, step } = call;
  const isJob = step === 'submit';
  switch (service) {
    case 'elasticmapreduce':
      return emrCall(call, (sent) => answered({ ...call, ...sent }, surroundings));
    case 'events':
      return putEvents(call, surroundings);
    case 'bedrock':
      return action === 'invokeModel' ? invokeModel(call, surroundings) : answered(call, surroundings);
    case 'batch':
      return answered(isJob ? { ...call, parameters: managedBatch(parameters) } : call, surroundings);
    case 'ecs': {
      const answer = await answered(
        isJob ? { ...call, parameters: managedTask(parameters) } : call,
        surroundings,
      );
      if (surroundings.waitsForToken) checkPlaced(answer);
      return answer;
    }
    case 'emr-serverless':
      return { ...namedApplication(call), ...(await answered(call, surroundings)) };
    case 'glue':
      return {
        ...(await answered(call, surroundings)),
        JobName: parameterNamed(parameters, 'JobName'),
      };
    default:
      return answered(call, surroundings);
  }
}

/** The answer of the service, with how the call went. */
export async function answered(
  call: OptimizedCall,
  surroundings: SdkSurroundings,
): Promise<{ [key: string]: Json }> {
  const of = serviceNamed(call.service);
  const { service: _, caller: __, step: ___, ...rest } = call;
  const { result, answer } = await sent(of, { ...rest, service: of.client }, surroundings);
  return of.hasMetadata === false ? result : { ...result, ...metadataOf(answer) };
}

async function sent(of: OptimizedService, call: SdkCall, surroundings: SdkSurroundings) {
  const outcome = await send(call, surroundings, 'optimized');
  if (outcome.type === 'failed') throw optimizedError(outcome.failure, of.errors);
  return outcome;
}

/** As Step Functions shows the HTTP exchange: Node.js has the names of headers in small letters. */
function metadataOf({ headers, statusCode, requestId }: SdkAnswer): { [key: string]: Json } {
  const named = Object.entries(headers).map(
    ([name, value]) => [writtenNames.get(name) ?? name, value] as const,
  );
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(named.map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(named),
      HttpStatusCode: statusCode,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}

const writtenNames: ReadonlyMap<string, string> = new Map(
  ['Connection', 'Content-Length', 'Content-Type', 'Date', 'Server', 'x-amzn-RequestId'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** Step Functions adds where each event comes from. An entry that EventBridge refuses fails the state. */
async function putEvents(call: OptimizedCall, surroundings: SdkSurroundings): Promise<Json> {
  const { caller, parameters } = call;
  const from = caller === undefined ? [] : [caller.stateMachine, caller.execution];
  const entries = isObject(parameters) ? own(parameters, 'Entries') : undefined;
  const withSource =
    isObject(parameters) && isArray(entries)
      ? { ...parameters, Entries: entries.map((entry) => withResources(entry, from)) }
      : parameters;
  const result = await answered({ ...call, parameters: withSource }, surroundings);
  if (result.FailedEntryCount === 0 || result.FailedEntryCount === undefined) return result;
  throw new ServiceCallError('EventBridge.FailedEntry', textOf(result));
}

function withResources(entry: Json, from: readonly string[]): Json {
  if (!isObject(entry)) return entry;
  const own = isArray(entry.Resources) ? entry.Resources : [];
  return { ...entry, Resources: [...own, ...from] };
}

/** EMR Serverless answers some calls with nothing, and Step Functions with the application. */
function namedApplication({ action, parameters }: OptimizedCall): { readonly ApplicationId?: Json } {
  const isUnanswered = ['startApplication', 'stopApplication', 'deleteApplication'].includes(action);
  return isUnanswered ? { ApplicationId: parameterNamed(parameters, 'ApplicationId') } : {};
}

/** Marks the job, as Step Functions does. */
function managedBatch(parameters: Json): Json {
  if (!isObject(parameters) || otherOverrides.some((name) => own(parameters, name) !== undefined))
    return parameters;
  const overrides = isObject(parameters.ContainerOverrides) ? parameters.ContainerOverrides : {};
  const environment = isArray(overrides.Environment) ? overrides.Environment : [];
  const mark = { Name: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' };
  return { ...parameters, ContainerOverrides: { ...overrides, Environment: [...environment, mark] } };
}

function managedTask(parameters: Json): Json {
  return isObject(parameters) ? { StartedBy: 'AWS Step Functions', ...parameters } : parameters;
}

/** A job that has them takes no overrides of one container. */
const otherOverrides = ['NodeOverrides', 'EksPropertiesOverride', 'EcsPropertiesOverride'];
