import { createHash } from 'node:crypto';
import type { ServiceCall, Submitted } from '../asl/integrations/serviceCall.ts';
import { byteLength, type Json } from '../asl/json.ts';
import { jobOf } from './jobs/jobs.ts';
import { callApiGateway } from './optimized/apiGateway.ts';
import { callHttp } from './optimized/http.ts';
import { callOptimized } from './optimized/optimized.ts';
import { callSdk } from './sdk/callSdk.ts';
import type { ServiceClients } from './sdk/clients.ts';
import { mostResultBytes, tooLarge } from './serviceError.ts';

/** Where a call is made from. */
export interface CallSurroundings {
  readonly clients: ServiceClients;
  readonly signal: AbortSignal;
  /** The same for every delivery of the attempt: two deliveries of it must not start a job twice. */
  readonly clientToken: string;
  /** Whether the state goes on only when the token is given back that the call hands on. @default false */
  readonly waitsForToken?: boolean;
  /** When a look at a job has to have its answer, in milliseconds since the epoch. @default at any time */
  readonly deadline?: number;
}

/** Services may not know a job yet that they have just started. */
const unknownForMs = 60_000;

/**
 * Does the work of one task of a definition's state: one call of a service.
 *
 * @returns undefined where the job that the state waits for goes on
 * @throws ServiceCallError by Step Functions' names
 */
export async function callService(
  call: ServiceCall,
  surroundings: CallSurroundings,
): Promise<Json | undefined> {
  switch (call.step) {
    case 'call':
      return limited(call, await called(call, surroundings));
    case 'submit': {
      const { service, action, roleArn } = call;
      const answer = await called(call, surroundings);
      const submitted: Submitted = {
        answer,
        job: jobOf(service, action).identify(answer, call.parameters),
        ...(roleArn !== undefined && { roleArn }),
      };
      return limited(call, { ...submitted });
    }
    case 'describe': {
      const { service, action, job, roleArn, startedAt } = call;
      const { deadline } = surroundings;
      const found = await jobOf(service, action).describe(job, {
        ...surroundings,
        ...(roleArn !== undefined && { roleArn }),
        // The deadline of a look is the time of the next one, by the clock that has the start.
        mayBeUnknown:
          startedAt === undefined || (deadline !== undefined && deadline - startedAt <= unknownForMs),
      });
      return found === undefined ? undefined : limited(call, found);
    }
    default:
      return call satisfies never;
  }
}

function called(
  call: Exclude<ServiceCall, { readonly step: 'describe' }>,
  surroundings: CallSurroundings,
): Promise<Json> {
  if (call.isSdk) return callSdk(call, surroundings);
  switch (call.service) {
    case 'http':
      return callHttp(call, surroundings);
    case 'apigateway':
      return callApiGateway(call, surroundings);
    default:
      return callOptimized(call, surroundings);
  }
}

function limited({ service }: ServiceCall, result: Json): Json {
  if (byteLength(result) <= mostResultBytes) return result;
  throw tooLarge(service);
}

/** A token in the form of a UUID, which every service takes. */
export function clientTokenOf(attempt: {
  readonly executionId: string;
  readonly task: number;
  readonly index?: number;
  readonly attempt: number;
}): string {
  const { executionId, task, index = '', attempt: number } = attempt;
  const hash = createHash('sha256').update(`${executionId}#${task}.${index}#${number}`).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(12, 16),
    hash.slice(16, 20),
    hash.slice(20, 32),
  ].join('-');
}
