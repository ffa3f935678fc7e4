import { worker } from '../../workers/worker.ts';
import type { Identity } from '../compile/context.ts';
import type { Integration, TaskAttempt } from '../compile/integration.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { TaskState } from '../model/model.ts';
import { isCancellableJob } from './optimized.ts';
import type { Resource } from './resource.ts';
import { type Caller, type ServiceAction, serviceWorkerName } from './serviceCall.ts';
import { heartbeatOf, timingOf } from './timing.ts';

type Service = Extract<Resource, { readonly type: 'service' }>;

/** An action of an AWS service: the service worker calls it. */
export function serviceTask({ service, action, isSdk, waits }: Service, task: TaskState): Integration {
  const of: ServiceAction & JsonObject = { service, action, ...(isSdk && { isSdk }) };
  switch (waits) {
    case 'no':
      return {
        logic: worker({ worker: serviceWorkerName, ...timingOf(task) }),
        input: (parameters, attempt) => ({ input: callOf(of, parameters, attempt) }),
        result: (output) => output,
      };
    case 'token':
      return {
        logic: worker({
          worker: serviceWorkerName,
          waitForResult: true,
          ...heartbeatOf(task),
          ...timingOf(task),
        }),
        takesHeartbeats: true,
        input: (parameters, attempt) => ({ input: callOf(of, parameters, attempt) }),
        result: (output) => output,
      };
    case 'sync':
    case 'sync:2':
      return {
        logic: worker({ worker: serviceWorkerName, ...timingOf(task) }),
        hasToken: false,
        job: {
          isCancellable: isCancellableJob(of),
          nameIn: nameOfJob,
          look: (name) => ({ ...of, step: 'describe', ...(isObject(name) && name) }),
        },
        input: (parameters, { roleArn }) => ({
          input: { ...of, step: 'submit', ...(roleArn && { roleArn }), parameters },
        }),
        result: (output) => output,
      };
  }
}

/** The job, the role that it was started with, and when. */
function nameOfJob(output: Json, startedAt: number): Json {
  const { job = null, roleArn } = isObject(output) ? output : {};
  return { job, startedAt, ...(roleArn !== undefined && { roleArn }) };
}

function callOf(of: ServiceAction & JsonObject, parameters: Json, attempt: TaskAttempt): Json {
  const isEvents = of.service === 'events' && !of.isSdk;
  const { roleArn } = attempt;
  return {
    ...of,
    step: 'call',
    ...(roleArn !== undefined && { roleArn }),
    parameters,
    ...(isEvents && { caller: { ...callerOf(attempt) } }),
  };
}

/** Events say where they come from. */
function callerOf({ identity, executionId }: TaskAttempt): Caller {
  const { arn, machine }: Identity = identity;
  return {
    execution: `${arn}:execution:${machine}:${executionId}`,
    stateMachine: `${arn}:stateMachine:${machine}`,
  };
}
