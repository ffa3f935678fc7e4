import { fromPromise } from 'xstate';
import { promiseWithPolicy, withPolicy } from '../../workers/worker.ts';
import type { Integration } from '../compile/integration.ts';
import { isObject, type Json, type JsonObject, own } from '../json.ts';
import type { TaskState } from '../model/model.ts';
import { runtimeError } from '../statesError.ts';
import type { FunctionAnswer, FunctionCall } from './invokeFunction.ts';
import { heartbeatOf, timingOf } from './timing.ts';

/** The worker host invokes the function, so that the function gets the payload and nothing else. */
const call = fromPromise<FunctionAnswer, FunctionCall>(async ({ input, signal }) => {
  // Only the worker host needs the client of AWS.
  const { invokeFunction } = await import('./invokeFunction.ts');
  return invokeFunction(input, signal);
});

/** A function by its ARN: it gets the state's arguments, and its result is the state's. */
export function lambdaByArn(arn: string, task: TaskState): Integration {
  return {
    logic: withPolicy(call, timingOf(task)),
    input: (given) => ({ input: { FunctionName: arn, Payload: given } satisfies FunctionCall }),
    result: (output) => payloadIn(output),
  };
}

/** `arn:aws:states:::lambda:invoke`: arguments and result are those of Lambda's API. */
export function lambdaInvoke(task: TaskState): Integration {
  return {
    logic: withPolicy(call, timingOf(task)),
    input: (given) => ({ input: callOf(given) }),
    result: envelopeOf,
  };
}

/** With `.waitForTaskToken`, the function starts something whose result comes by the token. */
export function lambdaWithToken(task: TaskState): Integration {
  return {
    logic: promiseWithPolicy(call, { waitForResult: true, ...heartbeatOf(task), ...timingOf(task) }),
    takesHeartbeats: true,
    input: (given) => ({ input: callOf(given) }),
    result: (output) => output,
  };
}

function callOf(given: Json): FunctionCall & JsonObject {
  const name = isObject(given) ? own(given, 'FunctionName') : undefined;
  if (!isObject(given) || typeof name !== 'string' || name === '') {
    throw runtimeError('The FunctionName of lambda:invoke must be a string');
  }
  const { InvocationType, Qualifier, ClientContext } = given;
  return {
    FunctionName: name,
    Payload: own(given, 'Payload') ?? {},
    ...(isInvocationType(InvocationType) && { InvocationType }),
    ...(typeof Qualifier === 'string' && { Qualifier }),
    ...(ClientContext !== undefined && { ClientContext }),
  };
}

function isInvocationType(value: Json | undefined): value is NonNullable<FunctionCall['InvocationType']> {
  return value === 'RequestResponse' || value === 'Event' || value === 'DryRun';
}

function payloadIn(output: Json): Json {
  return isObject(output) ? (own(output, 'Payload') ?? null) : null;
}

/** As Step Functions gives the answer of Lambda's API. */
function envelopeOf(output: Json): Json {
  const answer = isObject(output) ? output : {};
  const { Payload = null, StatusCode = 200, ExecutedVersion = '$LATEST', RequestId = '' } = answer;
  const headers = { 'x-amzn-RequestId': RequestId, 'Content-Type': 'application/json' };
  return {
    ExecutedVersion,
    Payload,
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: StatusCode,
    },
    SdkResponseMetadata: { RequestId },
    StatusCode,
  };
}
