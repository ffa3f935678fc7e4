import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../asl/json.ts';
import {
  type Alias,
  aliasesOf,
  aliasKey,
  aliasOf,
  findAlias,
  type Route,
  writeAlias,
} from './aliasRecord.ts';
import { ApiError, invalidArn, invalidRequest, noResource } from './apiError.ts';
import { parseArn } from './arns.ts';
import { placedRecords, requestedPage } from './pages.ts';
import type { PagedList } from './pageTokens.ts';
import type { Request } from './request.ts';
import { readStateMachine } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { seconds } from './times.ts';
import { findVersion, versionNumber } from './versions.ts';

export async function createStateMachineAlias(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const name = request.text('name');
  const { machine, routing } = await checkedRouting(surroundings, request);
  const at = surroundings.now();
  const description = request.maybeText('description');
  const described = description === undefined ? {} : { description };
  const alias: Alias = { machine, name, ...described, routing, createdAt: at, updatedAt: at };
  const existing = await findAlias(surroundings, machine, name);
  if (existing) return answer(surroundings, sameAlias(surroundings, existing.alias, alias));
  const removed = await surroundings.table.registry.read(aliasKey(machine, name));
  if (await writeAlias(surroundings, alias, removed?.version ?? 0)) return answer(surroundings, alias);
  const other = await findAlias(surroundings, machine, name);
  return answer(surroundings, other ? sameAlias(surroundings, other.alias, alias) : alias);
}

function answer({ arns }: ApiSurroundings, { machine, name, createdAt }: Alias): JsonObject {
  return { stateMachineAliasArn: arns.stateMachine(machine, name), creationDate: seconds(createdAt) };
}

/** A call that creates the same alias again succeeds. */
function sameAlias({ arns }: ApiSurroundings, existing: Alias, wanted: Alias): Alias {
  const isSame =
    (existing.description ?? '') === (wanted.description ?? '') &&
    isDeepStrictEqual(existing.routing, wanted.routing);
  if (isSame) return existing;
  const arn = arns.stateMachine(existing.machine, existing.name);
  throw new ApiError(
    'ConflictException',
    `Failed to create alias because an alias with the same name and a different routing configuration already exists: '${arn}'`,
  );
}

export async function updateStateMachineAlias(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const { machine, name } = aliasIn(request);
  const description = request.maybeText('description');
  const isRouted = request.json('routingConfiguration') !== undefined;
  if (description === undefined && !isRouted) {
    throw invalidRequest(
      'Either description or routingConfiguration must be specified',
      'MISSING_REQUIRED_PARAMETER',
    );
  }
  const found = await findAlias(surroundings, machine, name);
  if (!found) throw noResource();
  const routed = isRouted ? await checkedRouting(surroundings, request, machine) : undefined;
  const updatedAt = surroundings.now();
  const alias = {
    ...found.alias,
    ...(description !== undefined && { description }),
    ...(routed && { routing: routed.routing }),
    updatedAt,
  };
  if (!(await writeAlias(surroundings, alias, found.version))) {
    throw new ApiError('ConflictException', 'Another request changes the alias at the same time.');
  }
  return { updateDate: seconds(updatedAt) };
}

export async function describeStateMachineAlias(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const { machine, name } = aliasIn(request);
  const found = await findAlias(surroundings, machine, name);
  if (!found) throw noResource();
  const { description, routing, createdAt, updatedAt } = found.alias;
  const { arns } = surroundings;
  return {
    stateMachineAliasArn: arns.stateMachine(machine, name),
    name,
    ...(description !== undefined && { description }),
    routingConfiguration: routing.map(({ version, weight }) => ({
      stateMachineVersionArn: arns.stateMachine(machine, version),
      weight,
    })),
    creationDate: seconds(createdAt),
    updateDate: seconds(updatedAt),
  };
}

export async function deleteStateMachineAlias(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const { machine, name } = aliasIn(request);
  if (!(await findAlias(surroundings, machine, name))) throw noResource();
  await removeAlias(surroundings, machine, name);
  return {};
}

/** Those of a state machine, or those that route to one of its versions. */
export async function listStateMachineAliases(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const { arns, now } = surroundings;
  const arn = request.text('stateMachineArn');
  const { machine, qualifier } = parseArn(arn, 'stateMachine');
  await readStateMachine(surroundings, machine, arn);
  const version = versionNumber(qualifier);
  if (version !== undefined && !(await findVersion(surroundings, machine, version))) throw noResource();
  const list: PagedList = {
    operation: 'ListStateMachineAliases',
    of: [machine, qualifier ?? null],
    now: now(),
  };
  const query = { kind: 'alias', prefix: `${machine}#` } as const;
  const { items, nextToken } = await requestedPage(request, list, async function* (position) {
    for await (const each of placedRecords(surroundings, query, position)) {
      const { routing } = aliasOf(each.item);
      if (version === undefined || routing.some((route) => route.version === version)) yield each;
    }
  });
  const stateMachineAliases = items.map(aliasOf).map(({ name, createdAt }) => ({
    stateMachineAliasArn: arns.stateMachine(machine, name),
    creationDate: seconds(createdAt),
  }));
  return { stateMachineAliases, ...(nextToken !== undefined && { nextToken }) };
}

export async function removeAliases(surroundings: ApiSurroundings, machine: string): Promise<void> {
  for (const { name } of await aliasesOf(surroundings, machine))
    await removeAlias(surroundings, machine, name);
}

async function removeAlias({ table }: ApiSurroundings, machine: string, name: string): Promise<void> {
  const key = aliasKey(machine, name);
  const record = await table.registry.read(key);
  if (record?.content) await table.registry.write({ ...key, version: record.version + 1 });
}

/** The version that an execution starts on: the same each time for the same name, so that a repeated call is the same. */
export function routedVersion({ machine, name, routing }: Alias, executionName: string): number | undefined {
  const digest = createHash('sha256').update(`${machine}:${name}:${executionName}`).digest();
  let place = digest.readUInt32BE(0) % 100;
  for (const { version, weight } of routing) {
    if (place < weight) return version;
    place -= weight;
  }
  return undefined;
}

function aliasIn(request: Request): { readonly machine: string; readonly name: string } {
  const arn = request.text('stateMachineAliasArn');
  const { machine, qualifier } = parseArn(arn, 'stateMachine');
  if (qualifier === undefined || versionNumber(qualifier) !== undefined) {
    throw invalidArn(`Invalid State Machine Alias Arn: ${arn}`);
  }
  return { machine, name: qualifier };
}

/** @throws ApiError for routes that an alias cannot have */
async function checkedRouting(
  surroundings: ApiSurroundings,
  request: Request,
  ofMachine?: string,
): Promise<{ readonly machine: string; readonly routing: readonly Route[] }> {
  const routes = (request.structures('routingConfiguration') ?? []).map((each) => {
    const arn = each.text('stateMachineVersionArn');
    const { machine, qualifier } = parseArn(arn, 'stateMachine');
    const version = versionNumber(qualifier);
    if (version === undefined) throw invalidArn(`Invalid State Machine Version Arn: ${arn}`);
    return { machine, version, weight: each.number('weight') ?? 0 };
  });
  const weights = routes.map(({ weight }) => weight);
  if (weights.reduce((a, b) => a + b, 0) !== 100) {
    throw invalidRouting(
      `Sum of routing configuration weights must equal 100. Received: [${weights.join(', ')}]`,
    );
  }
  const [first, second] = routes;
  const machine = ofMachine ?? first?.machine ?? '';
  if (routes.some((route) => route.machine !== machine)) {
    throw invalidRouting('Routing configuration must contain versions of one state machine.');
  }
  if (second && first?.version === second.version) {
    throw invalidRouting('Routing configuration must contain distinct state machine version ARNs.');
  }
  for (const { version } of routes) {
    if (!(await findVersion(surroundings, machine, version))) throw noResource();
  }
  return { machine, routing: routes.map(({ version, weight }) => ({ version, weight })) };
}

function invalidRouting(message: string): ApiError {
  return invalidRequest(message, 'INVALID_ROUTING_CONFIGURATION');
}
