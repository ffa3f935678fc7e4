import type { ServiceCall } from '../asl/integrations/serviceCall.ts';
import type { Json } from '../asl/json.ts';
import type { Task } from '../workers/runTask.ts';
import { unfinished } from '../workers/unfinished.ts';
import { callService, clientTokenOf } from './callService.ts';
import type { ServiceClients } from './sdk/clients.ts';

/** The work of the service worker. Only machines that were compiled from definitions give it its calls. */
export function serviceWork(
  clients: ServiceClients,
): (input: unknown, task: Task) => Promise<Json | typeof unfinished> {
  return async (input, task) => {
    if (!isServiceCall(input)) {
      throw new TypeError('The input of the service worker is not a call of a service.');
    }
    const { signal } = task;
    const result = await callService(input, {
      clients,
      signal,
      clientToken: clientTokenOf(task),
      waitsForToken: task.token !== undefined,
    });
    return result === undefined ? unfinished : result;
  };
}

function isServiceCall(input: unknown): input is ServiceCall {
  return (
    typeof input === 'object' && input !== null && ['service', 'action', 'step'].every((key) => key in input)
  );
}
