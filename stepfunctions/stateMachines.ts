import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../asl/json.ts';
import { writeDefinition } from '../orchestrator/definitions/storedDefinition.ts';
import { removeAliases } from './aliases.ts';
import { ApiError, invalidRequest, noStateMachine } from './apiError.ts';
import { parseArn } from './arns.ts';
import { checkedDefinition, workflowTypeOf } from './definitions.ts';
import { checkName } from './names.ts';
import type { Request } from './request.ts';
import {
  changeStateMachine,
  definitionOf,
  findDeployed,
  findStateMachine,
  readStateMachine,
  type StateMachine,
  tagsOf,
  writeStateMachine,
} from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { checkTags } from './tags.ts';
import { seconds } from './times.ts';
import { publishRevision, removeVersions } from './versions.ts';

const configurations = ['loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration'] as const;

export async function createStateMachine(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const { arns, now } = surroundings;
  const name = request.text('name');
  checkName(name);
  checkVersionDescription(request);
  const roleArn = request.text('roleArn');
  checkRole(roleArn);
  const tags = tagsOf(checkTags(request));
  const arn = arns.stateMachine(name);
  if (await findDeployed(surroundings, name)) throw alreadyExists(arn);
  const existing = await findStateMachine(surroundings, name);
  if (existing) return existingStateMachine(surroundings, existing.stateMachine, request);
  const definition = checkedDefinition({
    machine: name,
    definition: request.text('definition'),
    type: workflowTypeOf(request),
    roleArn,
    arn: arns.prefix,
  });
  await writeDefinition(surroundings.table.registry, definition);
  const at = now();
  const stateMachine: StateMachine = {
    name,
    type: definition.type,
    definitionVersion: definition.version,
    roleArn,
    createdAt: at,
    updatedAt: at,
    configuration: configurationOf(request),
    tags,
    lastVersion: 0,
  };
  const removed = await surroundings.table.registry.read({ kind: 'machine', name });
  if (!(await writeStateMachine(surroundings, stateMachine, removed?.version ?? 0))) {
    const other = await readStateMachine(surroundings, name, arn);
    return existingStateMachine(surroundings, other.stateMachine, request);
  }
  return created(surroundings, stateMachine, request);
}

async function created(
  surroundings: ApiSurroundings,
  { name, createdAt }: StateMachine,
  request: Request,
): Promise<JsonObject> {
  const answer = { stateMachineArn: surroundings.arns.stateMachine(name), creationDate: seconds(createdAt) };
  if (request.flag('publish') !== true) return answer;
  const { arn } = await publishRevision(surroundings, name, {
    description: request.maybeText('versionDescription'),
  });
  return { ...answer, stateMachineVersionArn: arn };
}

/** A call that creates the same state machine again succeeds. Roles and tags are not compared. */
async function existingStateMachine(
  surroundings: ApiSurroundings,
  stateMachine: StateMachine,
  request: Request,
): Promise<JsonObject> {
  const { name, type, definitionVersion, configuration } = stateMachine;
  const { definition } = await definitionOf(surroundings, name, definitionVersion);
  const isSame =
    definition === request.text('definition') &&
    type === workflowTypeOf(request) &&
    isDeepStrictEqual(configuration, configurationOf(request));
  if (!isSame) throw alreadyExists(surroundings.arns.stateMachine(name));
  return created(surroundings, stateMachine, request);
}

function alreadyExists(arn: string): ApiError {
  return new ApiError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
}

export async function updateStateMachine(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const { arns, now, newId, table } = surroundings;
  const arn = request.text('stateMachineArn');
  const parsed = parseArn(arn, 'stateMachine');
  const given = ['definition', 'roleArn', ...configurations].filter(
    (name) => request.json(name) !== undefined,
  );
  if (given.length === 0) {
    throw new ApiError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  }
  checkVersionDescription(request);
  const roleArn = request.maybeText('roleArn');
  if (roleArn !== undefined) checkRole(roleArn);
  if (parsed.qualifier !== undefined) throw noStateMachine(arn);
  await refuseDeployed(surroundings, parsed.machine);
  const updated = await changeStateMachine(surroundings, parsed, arn, async (stateMachine) => {
    const before = await definitionOf(surroundings, parsed.machine, stateMachine.definitionVersion);
    const definition = checkedDefinition({
      machine: parsed.machine,
      definition: request.maybeText('definition') ?? before.definition,
      type: stateMachine.type,
      roleArn: roleArn ?? stateMachine.roleArn,
      arn: arns.prefix,
    });
    await writeDefinition(table.registry, definition);
    return {
      ...stateMachine,
      definitionVersion: definition.version,
      roleArn: roleArn ?? stateMachine.roleArn,
      configuration: { ...stateMachine.configuration, ...configurationOf(request) },
      revisionId: newId(),
      updatedAt: now(),
    };
  });
  const { revisionId } = updated;
  const answer = { updateDate: seconds(updated.updatedAt), ...(revisionId !== undefined && { revisionId }) };
  if (request.flag('publish') !== true) return answer;
  const description = request.maybeText('versionDescription');
  const { arn: versionArn } = await publishRevision(surroundings, parsed.machine, { description });
  return { ...answer, stateMachineVersionArn: versionArn };
}

/** Deletes it with its versions and aliases. Executions that run go on to their end. */
export async function deleteStateMachine(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const arn = request.text('stateMachineArn');
  const { machine, qualifier } = parseArn(arn, 'stateMachine');
  if (qualifier !== undefined) throw noStateMachine(arn);
  await refuseDeployed(surroundings, machine);
  await removeAliases(surroundings, machine);
  await removeVersions(surroundings, machine);
  const found = await findStateMachine(surroundings, machine);
  if (!found) return {};
  await surroundings.table.registry.write({ kind: 'machine', name: machine, version: found.version + 1 });
  return {};
}

/** @throws ApiError for a machine of the deployment, which only a deployment changes */
async function refuseDeployed(surroundings: ApiSurroundings, machine: string): Promise<void> {
  if (!(await findDeployed(surroundings, machine))) return;
  throw invalidRequest(
    `The state machine '${machine}' is code of the deployment: change it there, and deploy it. The API changes the state machines that it has created.`,
  );
}

function configurationOf(request: Request): JsonObject {
  return Object.fromEntries(
    configurations.flatMap((name) => {
      const given = request.json(name);
      return given === undefined ? [] : [[name, given]];
    }),
  );
}

function checkVersionDescription(request: Request): void {
  if (request.maybeText('versionDescription') === undefined || request.flag('publish') === true) return;
  throw invalidRequest('Version description can only be set when publish is true');
}

function checkRole(roleArn: string): void {
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/.+/.test(roleArn)) return;
  throw new ApiError('InvalidArn', `Invalid Role Arn: '${roleArn}'`);
}
