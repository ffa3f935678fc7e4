import type { JsonObject } from '../asl/json.ts';
import { readActivity } from './activities.ts';
import type { Request } from './request.ts';
import type { ApiSurroundings, CallOptions } from './surroundings.ts';

/** Step Functions waits as long for a task. SDKs need a longer timeout of their own: 65 seconds. */
const longPollMs = 60_000;

/** A task of an activity, for this caller alone. Waits where there is none, and then answers without one. */
export async function getActivityTask(
  surroundings: ApiSurroundings,
  request: Request,
  { signal }: CallOptions,
): Promise<JsonObject> {
  const { name } = await readActivity(surroundings, request.text('activityArn'));
  const workerName = request.maybeText('workerName');
  const task = await surroundings.client.getActivityTask(name, {
    waitMs: longPollMs,
    ...(workerName !== undefined && { workerName }),
    ...(signal && { signal }),
  });
  return task ? { taskToken: task.token, input: JSON.stringify(task.input) } : {};
}
