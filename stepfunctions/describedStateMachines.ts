import type { JsonObject } from '../asl/json.ts';
import { readDefinition } from '../orchestrator/definitions/storedDefinition.ts';
import { noStateMachine } from './apiError.ts';
import { parseArn } from './arns.ts';
import { executionAt } from './executionAt.ts';
import { type Placed, placedRecords, requestedPage } from './pages.ts';
import type { PagedList } from './pageTokens.ts';
import type { Request } from './request.ts';
import {
  decoded,
  definitionOf,
  deployedRole,
  findDeployed,
  findStateMachine,
  readStateMachine,
  type StateMachine,
  textIn,
} from './stateMachineRecord.ts';
import type { ApiSurroundings, DeployedMachine } from './surroundings.ts';
import { seconds } from './times.ts';
import { findVersion } from './versions.ts';

export async function describeStateMachine(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const arn = request.text('stateMachineArn');
  const { machine, qualifier } = parseArn(arn, 'stateMachine');
  const isWhole = request.maybeText('includedData') !== 'METADATA_ONLY';
  const deployed = await findDeployed(surroundings, machine);
  if (deployed && qualifier === undefined) return describedCode(surroundings, deployed);
  const { stateMachine } = await readStateMachine(surroundings, machine, arn);
  const version =
    qualifier === undefined ? undefined : await findVersion(surroundings, machine, Number(qualifier));
  if (qualifier !== undefined && !version) throw noStateMachine(arn);
  const { definitionVersion, revisionId, createdAt, description } = version
    ? { description: '', ...version }
    : { description: '', ...stateMachine };
  const { definition, roleArn } = await definitionOf(surroundings, machine, definitionVersion);
  return {
    stateMachineArn: arn,
    name: machine,
    status: 'ACTIVE',
    ...(isWhole ? { definition } : {}),
    roleArn,
    type: stateMachine.type,
    creationDate: seconds(createdAt),
    ...configured(stateMachine),
    ...(revisionId !== undefined && { revisionId }),
    ...(description !== '' && { description }),
  };
}

/** The definition that an execution runs by: not the one that its state machine has now. */
export async function describeStateMachineForExecution(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const arn = request.text('executionArn');
  const { machine, version, startedAt } = await executionAt(surroundings, arn);
  const found = await findStateMachine(surroundings, machine);
  const definitionVersion = version ?? found?.stateMachine.definitionVersion;
  const stored =
    definitionVersion === undefined
      ? undefined
      : await readDefinition(surroundings.table.registry, machine, definitionVersion);
  if (!stored) {
    const { definition } = (await findDeployed(surroundings, machine, version)) ?? {};
    const code = { id: machine, version: version ?? '?', ...(definition !== undefined && { definition }) };
    const described = describedCode(surroundings, code);
    const { stateMachineArn, name, roleArn } = described;
    return {
      stateMachineArn,
      name,
      definition: described.definition,
      roleArn,
      updateDate: seconds(startedAt ?? 0),
    };
  }
  const { definition, roleArn } = stored;
  return {
    stateMachineArn: surroundings.arns.stateMachine(machine),
    name: machine,
    definition,
    roleArn,
    updateDate: seconds(found?.stateMachine.updatedAt ?? startedAt ?? 0),
    ...(found && configured(found.stateMachine)),
    ...(found?.stateMachine.definitionVersion === definitionVersion &&
      found?.stateMachine.revisionId !== undefined && { revisionId: found.stateMachine.revisionId }),
  };
}

function configured({ configuration }: StateMachine): JsonObject {
  return {
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
    ...configuration,
  };
}

/** The machine of a deployment: its code says what it is, and when it was deployed is not known. */
function describedCode({ arns }: ApiSurroundings, { id, version, definition }: DeployedMachine) {
  return {
    stateMachineArn: arns.stateMachine(id),
    name: id,
    status: 'ACTIVE',
    definition:
      definition ?? JSON.stringify({ Comment: `The XState machine '${id}', version ${version}, is code.` }),
    roleArn: deployedRole,
    type: 'STANDARD',
    creationDate: 0,
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  };
}

/** Machines of the deployment first, then those that were created, each by name. */
export async function listStateMachines(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const list: PagedList = { operation: 'ListStateMachines', of: null, now: surroundings.now() };
  const { items, nextToken } = await requestedPage(request, list, (position) =>
    placed(surroundings, position),
  );
  return { stateMachines: items, ...(nextToken !== undefined && { nextToken }) };
}

async function* placed(
  surroundings: ApiSurroundings,
  position: JsonObject | undefined,
): AsyncGenerator<Placed<JsonObject>, void, undefined> {
  const { arns } = surroundings;
  const deployed = [...new Set((await surroundings.deployed()).map(({ id }) => id))].sort();
  const after = position?.deployed === undefined ? undefined : textIn(position.deployed);
  for (const id of position?.after === undefined ? deployed : []) {
    if (after !== undefined && id <= after) continue;
    const item = { stateMachineArn: arns.stateMachine(id), name: id, type: 'STANDARD', creationDate: 0 };
    yield { item, after: { deployed: id } };
  }
  for await (const { item: record, after: next } of placedRecords(
    surroundings,
    { kind: 'machine' },
    position,
  )) {
    const found = decoded(record);
    if (!found || deployed.includes(record.name)) continue;
    const { name, type, createdAt } = found.stateMachine;
    const item = { stateMachineArn: arns.stateMachine(name), name, type, creationDate: seconds(createdAt) };
    yield { item, after: next };
  }
}
