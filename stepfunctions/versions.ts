import type { JsonObject } from '../asl/json.ts';
import type { RegistryRecord } from '../orchestrator/table/registryItem.ts';
import { aliasesOf } from './aliasRecord.ts';
import { ApiError, invalidArn, invalidRequest, noStateMachine } from './apiError.ts';
import { parseArn } from './arns.ts';
import { placedRecords, requestedPage } from './pages.ts';
import type { PagedList } from './pageTokens.ts';
import type { Request } from './request.ts';
import {
  changeStateMachine,
  findDeployed,
  firstRevision,
  numberIn,
  readStateMachine,
  type StateMachine,
  textIn,
} from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { seconds } from './times.ts';

/** A version that was published: it never changes. */
export interface StateMachineVersion {
  readonly number: number;
  readonly definitionVersion: string;
  readonly revisionId?: string;
  readonly description?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export async function publishStateMachineVersion(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const arn = request.text('stateMachineArn');
  const { machine, qualifier } = parseArn(arn, 'stateMachine');
  if (qualifier !== undefined) throw noStateMachine(arn);
  if (await findDeployed(surroundings, machine)) {
    throw invalidRequest(
      `The state machine '${machine}' is code of the deployment, which has versions of its own.`,
    );
  }
  const { version, arn: versionArn } = await publishRevision(surroundings, machine, {
    description: request.maybeText('description'),
    revisionId: request.maybeText('revisionId'),
  });
  return { creationDate: seconds(version.createdAt), stateMachineVersionArn: versionArn };
}

/** Publishes the revision that there is. One that is published already keeps its number. */
export async function publishRevision(
  surroundings: ApiSurroundings,
  name: string,
  {
    description,
    revisionId,
  }: { readonly description?: string | undefined; readonly revisionId?: string | undefined },
): Promise<{ readonly version: StateMachineVersion; readonly arn: string }> {
  const { arns, now, table } = surroundings;
  let published: StateMachineVersion | undefined;
  await changeStateMachine(surroundings, { machine: name }, arns.stateMachine(name), async (stateMachine) => {
    const revision = stateMachine.revisionId ?? firstRevision;
    if (revisionId !== undefined && revisionId !== revision)
      throw otherRevision(stateMachine, arns, revisionId);
    const last = await findVersion(surroundings, name, stateMachine.lastVersion);
    if (last && stateMachine.lastPublished === revision) {
      if (description !== undefined && (last.description ?? '') !== description) {
        throw new ApiError(
          'ConflictException',
          `Version to be published already exists with a different description: '${arns.stateMachine(name, last.number)}'`,
        );
      }
      published = last;
      return stateMachine;
    }
    const version: StateMachineVersion = {
      number: stateMachine.lastVersion + 1,
      definitionVersion: stateMachine.definitionVersion,
      ...(stateMachine.revisionId !== undefined && { revisionId: stateMachine.revisionId }),
      ...(description !== undefined && { description }),
      createdAt: now(),
    };
    const key = { kind: 'version', name: recordName(name, version.number) } as const;
    // One that a publication has left which did not come to its end is replaced: no one has seen its number.
    const before = await table.registry.read(key);
    const { number: _, ...content } = version;
    await table.registry.write({ ...key, version: (before?.version ?? 0) + 1, content: { ...content } });
    published = version;
    return { ...stateMachine, lastVersion: version.number, lastPublished: revision };
  });
  if (!published) throw new Error(`No version of '${name}' was published.`);
  return { version: published, arn: arns.stateMachine(name, published.number) };
}

function otherRevision(
  { name, revisionId = firstRevision }: StateMachine,
  arns: ApiSurroundings['arns'],
  given: string,
): ApiError {
  return new ApiError(
    'ConflictException',
    `Failed to publish the State Machine version for revision ${given}. The current State Machine revision is ${revisionId}. (${arns.stateMachine(name)})`,
  );
}

/** A version that aliases route to is not deleted. */
export async function deleteStateMachineVersion(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const arn = request.text('stateMachineVersionArn');
  const { machine, qualifier } = parseArn(arn, 'stateMachine');
  const number = versionNumber(qualifier);
  if (number === undefined) throw invalidArn(`Resource type not valid in this context: stateMachine`);
  const routed = (await aliasesOf(surroundings, machine)).filter(({ routing }) =>
    routing.some((route) => route.version === number),
  );
  if (routed.length > 0) {
    const names = routed.map(({ name }) => name).join(', ');
    throw new ApiError(
      'ConflictException',
      `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${names}]`,
    );
  }
  await removeVersion(surroundings, machine, number);
  return {};
}

export async function listStateMachineVersions(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const { arns, now } = surroundings;
  const arn = request.text('stateMachineArn');
  const { machine } = parseArn(arn, 'stateMachine');
  if (await findDeployed(surroundings, machine)) return { stateMachineVersions: [] };
  await readStateMachine(surroundings, machine, arn);
  const list: PagedList = { operation: 'ListStateMachineVersions', of: machine, now: now() };
  const query = { kind: 'version', prefix: recordName(machine), isDescending: true } as const;
  const { items, nextToken } = await requestedPage(request, list, (position) =>
    placedRecords(surroundings, query, position),
  );
  const stateMachineVersions = items.map(versionOf).map(({ number, createdAt }) => ({
    stateMachineVersionArn: arns.stateMachine(machine, number),
    creationDate: seconds(createdAt),
  }));
  return { stateMachineVersions, ...(nextToken !== undefined && { nextToken }) };
}

export async function findVersion(
  { table }: Pick<ApiSurroundings, 'table'>,
  machine: string,
  number: number,
): Promise<StateMachineVersion | undefined> {
  if (!Number.isInteger(number) || number < 1) return undefined;
  const record = await table.registry.read({ kind: 'version', name: recordName(machine, number) });
  return record?.content && versionOf(record);
}

export async function removeVersions(surroundings: ApiSurroundings, machine: string): Promise<void> {
  const query = { kind: 'version', prefix: recordName(machine) } as const;
  for await (const { item } of placedRecords(surroundings, query, undefined)) {
    await removeVersion(surroundings, machine, versionOf(item).number);
  }
}

async function removeVersion({ table }: ApiSurroundings, machine: string, number: number): Promise<void> {
  const key = { kind: 'version', name: recordName(machine, number) } as const;
  const record = await table.registry.read(key);
  if (record?.content) await table.registry.write({ ...key, version: record.version + 1 });
}

/** The number of a version in an ARN; undefined for an alias. */
export function versionNumber(qualifier: string | undefined): number | undefined {
  return qualifier !== undefined && /^\d{1,9}$/.test(qualifier) ? Number(qualifier) : undefined;
}

/** Names sort like their numbers. */
function recordName(machine: string, number?: number): string {
  return `${machine}#${number === undefined ? '' : String(number).padStart(9, '0')}`;
}

function versionOf({ name, content = {} }: RegistryRecord): StateMachineVersion {
  const { definitionVersion, revisionId, description, createdAt } = content;
  return {
    number: Number(name.slice(name.lastIndexOf('#') + 1)),
    definitionVersion: textIn(definitionVersion),
    ...(typeof revisionId === 'string' && { revisionId }),
    ...(typeof description === 'string' && { description }),
    createdAt: numberIn(createdAt),
  };
}
