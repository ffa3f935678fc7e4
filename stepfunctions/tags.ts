import type { JsonObject } from '../asl/json.ts';
import { ApiError } from './apiError.ts';
import { parseArn, type ResourceArn } from './arns.ts';
import type { Request } from './request.ts';
import { changeStateMachine, findStateMachine, tagsIn, tagsOf } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';

const mostTags = 50;

/** The tags of a request. @throws ApiError `TooManyTags` */
export function checkTags(request: Request): readonly { readonly key: string; readonly value: string }[] {
  const tags = (request.structures('tags') ?? []).map((tag) => ({
    key: tag.text('key'),
    value: tag.text('value'),
  }));
  if (new Set(tags.map(({ key }) => key)).size > mostTags) throw tooManyTags();
  return tags;
}

function tooManyTags(): ApiError {
  return new ApiError('TooManyTags', `A resource has at most ${mostTags} tags.`);
}

export async function tagResource(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const given = tagsOf(checkTags(request));
  await changeTags(surroundings, request.text('resourceArn'), (tags) => {
    const all = { ...tags, ...given };
    if (Object.keys(all).length > mostTags) throw tooManyTags();
    return all;
  });
  return {};
}

export async function untagResource(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const keys = new Set(request.texts('tagKeys'));
  await changeTags(surroundings, request.text('resourceArn'), (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.has(key))),
  );
  return {};
}

export async function listTagsForResource(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const arn = request.text('resourceArn');
  const tags = await readTags(surroundings, arn);
  return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
}

type Tags = Readonly<Record<string, string>>;

async function readTags(surroundings: ApiSurroundings, arn: string): Promise<Tags> {
  const resource = taggable(arn);
  const tags =
    resource.type === 'activity'
      ? (await surroundings.table.registry.read({ kind: 'activity', name: resource.name }))?.content
      : (await findStateMachine(surroundings, resource.machine))?.stateMachine;
  if (tags === undefined) throw noSuchResource(arn);
  return tagsIn({ ...tags }.tags);
}

async function changeTags(
  surroundings: ApiSurroundings,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const resource = taggable(arn);
  if (resource.type === 'stateMachine') {
    if (!(await findStateMachine(surroundings, resource.machine))) throw noSuchResource(arn);
    await changeStateMachine(surroundings, resource, arn, async (stateMachine) => ({
      ...stateMachine,
      tags: change(stateMachine.tags),
    }));
    return;
  }
  const { registry } = surroundings.table;
  const record = await registry.read({ kind: 'activity', name: resource.name });
  if (!record?.content) throw noSuchResource(arn);
  const content = { ...record.content, tags: change(tagsIn(record.content.tags)) };
  if (await registry.write({ ...record, version: record.version + 1, content })) return;
  throw new ApiError('ConflictException', 'Another request changes the activity at the same time.');
}

/** Versions and aliases have no tags. */
function taggable(arn: string): Extract<ResourceArn, { type: 'stateMachine' | 'activity' }> {
  const resource = parseArn(arn, 'stateMachine', 'activity');
  if (resource.type === 'stateMachine' && resource.qualifier !== undefined) throw noSuchResource(arn);
  return resource;
}

function noSuchResource(arn: string): ApiError {
  return new ApiError('ResourceNotFound', `Resource not found: '${arn}'`);
}
