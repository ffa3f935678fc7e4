import { isObject, type JsonObject } from '../asl/json.ts';
import type { RegistryRecord } from '../orchestrator/table/registryItem.ts';
import { ApiError } from './apiError.ts';
import { parseArn } from './arns.ts';
import { checkName } from './names.ts';
import { placedRecords, requestedPage } from './pages.ts';
import type { Request } from './request.ts';
import { numberIn, tagsOf } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { checkTags } from './tags.ts';
import { seconds } from './times.ts';

/** A call that creates the same activity again succeeds. Tags are not compared. */
export async function createActivity(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const { table, now } = surroundings;
  const name = request.text('name');
  checkName(name);
  const tags = tagsOf(checkTags(request));
  const encryptionConfiguration = request.json('encryptionConfiguration');
  for (;;) {
    const record = await table.registry.read({ kind: 'activity', name });
    if (record?.content) return existing(surroundings, record, encryptionConfiguration);
    const content = {
      createdAt: now(),
      tags,
      ...(encryptionConfiguration !== undefined && { encryptionConfiguration }),
    };
    const created = { kind: 'activity', name, version: (record?.version ?? 0) + 1, content } as const;
    if (await table.registry.write(created)) return summary(surroundings, created);
  }
}

function existing(
  surroundings: ApiSurroundings,
  record: RegistryRecord,
  encryptionConfiguration: unknown,
): JsonObject {
  const { name, content = {} } = record;
  if (JSON.stringify(content.encryptionConfiguration) === JSON.stringify(encryptionConfiguration)) {
    return summary(surroundings, record);
  }
  const arn = surroundings.arns.activity(name);
  throw new ApiError('ActivityAlreadyExists', `Activity Already Exists: '${arn}'`);
}

function summary({ arns }: ApiSurroundings, { name, content = {} }: RegistryRecord): JsonObject {
  return { activityArn: arns.activity(name), creationDate: seconds(numberIn(content.createdAt)) };
}

export async function deleteActivity({ table }: ApiSurroundings, request: Request): Promise<JsonObject> {
  const { name } = parseArn(request.text('activityArn'), 'activity');
  const record = await table.registry.read({ kind: 'activity', name });
  if (record?.content) await table.registry.write({ kind: 'activity', name, version: record.version + 1 });
  return {};
}

export async function describeActivity(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const record = await readActivity(surroundings, request.text('activityArn'));
  const encryption = record.content?.encryptionConfiguration;
  return {
    ...summary(surroundings, record),
    name: record.name,
    ...(isObject(encryption) && { encryptionConfiguration: encryption }),
  };
}

/** @throws ApiError `ActivityDoesNotExist` */
export async function readActivity({ table }: ApiSurroundings, arn: string): Promise<RegistryRecord> {
  const { name } = parseArn(arn, 'activity');
  const record = await table.registry.read({ kind: 'activity', name });
  if (!record?.content) throw new ApiError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);
  return record;
}

export async function listActivities(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const list = { operation: 'ListActivities', of: null, now: surroundings.now() };
  const { items, nextToken } = await requestedPage(request, list, (position) =>
    placedRecords(surroundings, { kind: 'activity' }, position),
  );
  const activities = items.map((record) => ({ ...summary(surroundings, record), name: record.name }));
  return { activities, ...(nextToken !== undefined && { nextToken }) };
}
