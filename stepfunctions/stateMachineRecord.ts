import { isObject, type Json, type JsonObject, objectOf } from '../asl/json.ts';
import { readDefinition, type StoredDefinition } from '../orchestrator/definitions/storedDefinition.ts';
import type { RegistryRecord } from '../orchestrator/table/registryItem.ts';
import { ApiError, noStateMachine } from './apiError.ts';
import type { StateMachineArn } from './arns.ts';
import type { ApiSurroundings, DeployedMachine } from './surroundings.ts';

export type WorkflowType = StoredDefinition['type'];

/** A state machine that was created through the API, without its definition. */
export interface StateMachine {
  readonly name: string;
  readonly type: WorkflowType;
  /** Version of its definition in the table, and on which executions stay. */
  readonly definitionVersion: string;
  /** Absent for the first revision. */
  readonly revisionId?: string;
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Logging, tracing and encryption, as they were given. */
  readonly configuration: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
  /** Number of the last version that was published; they are never used again. */
  readonly lastVersion: number;
  /** The revision that the last version has. */
  readonly lastPublished?: string;
}

/** A state machine with the number of its record's writes. */
export interface FoundStateMachine {
  readonly stateMachine: StateMachine;
  readonly version: number;
}

/** Stands for the roles of the functions of the deployment. */
export const deployedRole = 'arn:aws:iam::000000000000:role/millrace';

/** The name of the first revision, where callers name one. */
export const firstRevision = 'INITIAL';

export async function findStateMachine(
  { table }: Pick<ApiSurroundings, 'table'>,
  name: string,
): Promise<FoundStateMachine | undefined> {
  const record = await table.registry.read({ kind: 'machine', name });
  return record && decoded(record);
}

/** @throws ApiError `StateMachineDoesNotExist` */
export async function readStateMachine(
  surroundings: Pick<ApiSurroundings, 'table' | 'arns'>,
  name: string,
  arn: string,
): Promise<FoundStateMachine> {
  const found = await findStateMachine(surroundings, name);
  if (!found || !arn.startsWith(`${surroundings.arns.prefix}:`)) throw noStateMachine(arn);
  return found;
}

/** `false` where another call has changed it in the meantime. */
export function writeStateMachine(
  { table }: Pick<ApiSurroundings, 'table'>,
  stateMachine: StateMachine,
  before: number,
): Promise<boolean> {
  const { name, ...content } = stateMachine;
  return table.registry.write({ kind: 'machine', name, version: before + 1, content: { ...content } });
}

const mostConflicts = 10;

/**
 * Changes a state machine as it is now.
 *
 * @throws ApiError `StateMachineDoesNotExist`; `ConflictException` where other calls change it all the time
 */
export async function changeStateMachine(
  surroundings: ApiSurroundings,
  { machine }: Pick<StateMachineArn, 'machine'>,
  arn: string,
  change: (stateMachine: StateMachine) => Promise<StateMachine>,
): Promise<StateMachine> {
  for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
    const { stateMachine, version } = await readStateMachine(surroundings, machine, arn);
    const changed = await change(stateMachine);
    if (await writeStateMachine(surroundings, changed, version)) return changed;
  }
  throw new ApiError(
    'ConflictException',
    `Other requests change the state machine at the same time: '${arn}'`,
  );
}

export async function definitionOf(
  { table }: Pick<ApiSurroundings, 'table'>,
  name: string,
  definitionVersion: string,
): Promise<StoredDefinition> {
  const definition = await readDefinition(table.registry, name, definitionVersion);
  if (!definition) throw new Error(`The definition ${definitionVersion} of '${name}' is not in the table.`);
  return definition;
}

/** The newest version of a machine of the deployment. */
export async function findDeployed(
  { deployed }: Pick<ApiSurroundings, 'deployed'>,
  name: string,
  version?: string,
): Promise<DeployedMachine | undefined> {
  const ofName = (await deployed()).filter(({ id }) => id === name);
  return version === undefined ? ofName.at(-1) : ofName.find((each) => each.version === version);
}

export function decoded({ name, version, content }: RegistryRecord): FoundStateMachine | undefined {
  if (content === undefined) return undefined;
  const { type, definitionVersion, revisionId, roleArn, createdAt, updatedAt, lastVersion, lastPublished } =
    content;
  return {
    version,
    stateMachine: {
      name,
      type: type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
      definitionVersion: textIn(definitionVersion),
      ...(typeof revisionId === 'string' && { revisionId }),
      roleArn: textIn(roleArn),
      createdAt: numberIn(createdAt),
      updatedAt: numberIn(updatedAt),
      configuration: isObject(content.configuration) ? content.configuration : {},
      tags: tagsIn(content.tags),
      lastVersion: numberIn(lastVersion),
      ...(typeof lastPublished === 'string' && { lastPublished }),
    },
  };
}

export function textIn(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function numberIn(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

export function tagsIn(value: Json | undefined): Readonly<Record<string, string>> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.flatMap(([key, each]) => (typeof each === 'string' ? [[key, each]] : [])),
  );
}

/** As JSON, in which a key may be `__proto__`. */
export function tagsOf(
  given: readonly { readonly key: string; readonly value: string }[],
): Record<string, string> {
  const tags = objectOf(given.map(({ key, value }) => [key, value]));
  return { ...tagsIn(tags) };
}
