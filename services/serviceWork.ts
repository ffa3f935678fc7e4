import type { ServiceCall } from '../asl/integrations/serviceCall.ts';
import type { Json } from '../asl/json.ts';
import type { Task } from '../workers/runTask.ts';
import { unfinished } from '../workers/unfinished.ts';
import { callService, clientTokenOf } from './callService.ts';
import type { ServiceClients } from './sdk/clients.ts';

/** The work of the service worker. Only machines that were compiled from definitions give it its calls. */
export function serviceWork(
  clients: ServiceClients,
): (call: ServiceCall, task: Task) => Promise<Json | typeof unfinished> {
  return async (call, task) => {
    const result = await callService(call, {
      clients,
      signal: task.signal,
      clientToken: clientTokenOf(task),
    });
    return result === undefined ? unfinished : result;
  };
}
