import type { ServiceCall } from '../asl/integrations/serviceCall.ts';
import { isObject, type Json } from '../asl/json.ts';
import { type CancelledTask, withCancellation } from '../workers/cancelTask.ts';
import type { Task } from '../workers/runTask.ts';
import { unfinished } from '../workers/unfinished.ts';
import { callService, clientTokenOf } from './callService.ts';
import { jobOf } from './jobs/jobs.ts';
import type { ServiceClients } from './sdk/clients.ts';

/** The time that the calls which cancel a job may take. */
const cancelLimitMs = 30_000;

/** The work of the service worker. Only machines that were compiled from definitions give it its calls. */
export function serviceWork(
  clients: ServiceClients,
): (input: unknown, task: Task) => Promise<Json | typeof unfinished> {
  const work = async (input: unknown, task: Task) => {
    const { signal } = task;
    const result = await callService(serviceCall(input), {
      clients,
      signal,
      clientToken: clientTokenOf(task),
      waitsForToken: task.token !== undefined,
      ...(task.deadline && { deadline: task.deadline.getTime() }),
    });
    return result === undefined ? unfinished : result;
  };
  const cancelJob = async (
    { service, action }: ServiceCall,
    started: Json | undefined,
    task: CancelledTask,
  ): Promise<void> => {
    const { job, roleArn } = isObject(started) ? started : {};
    if (job === undefined) return;
    await jobOf(service, action).cancel(job, reasonOf(task), {
      clients,
      signal: AbortSignal.timeout(cancelLimitMs),
      // No call that cancels a job takes one.
      clientToken: '',
      ...(typeof roleArn === 'string' && { roleArn }),
    });
  };
  return withCancellation(work, {
    async cancel(input: unknown, close, task) {
      const call = serviceCall(input);
      if (call.step === 'describe') {
        const { job, roleArn } = call;
        await cancelJob(call, { job, ...(roleArn !== undefined && { roleArn }) }, task);
      }
      // The job has no name before the answer to its start, which is either there or comes too late.
      else if (call.step === 'submit') await cancelJob(call, await close(), task);
    },
    async cancelLate(input: unknown, output, task) {
      const call = serviceCall(input);
      if (call.step === 'submit') await cancelJob(call, output, task);
    },
  });
}

/** The reason that a service shows for the end of a job, in the words of Step Functions. */
function reasonOf({ executionId, machine, cause }: CancelledTask): string {
  const why = cause === undefined ? '' : ` (${cause})`;
  return `The Task state in execution [${executionId}] of ${machine} which was managing this resource was aborted${why}`;
}

function serviceCall(input: unknown): ServiceCall {
  if (isServiceCall(input)) return input;
  throw new TypeError('The input of the service worker is not a call of a service.');
}

function isServiceCall(input: unknown): input is ServiceCall {
  return (
    typeof input === 'object' && input !== null && ['service', 'action', 'step'].every((key) => key in input)
  );
}
