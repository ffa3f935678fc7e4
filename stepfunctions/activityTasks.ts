import type { JsonObject } from '../asl/json.ts';
import { readActivity } from './activities.ts';
import type { Request } from './request.ts';
import type { ApiSurroundings } from './surroundings.ts';

export async function getActivityTask(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  await readActivity(surroundings, request.text('activityArn'));
  return {};
}
