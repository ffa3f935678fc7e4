import { createHash } from 'node:crypto';
import { executionIdOf } from '../asl/executionNames.ts';
import { equal, type Json, type JsonObject } from '../asl/json.ts';
import { NotRedrivableError, RedriveTooLateError } from '../client/errors.ts';
import { parseExactJson } from '../orchestrator/core/data/exactJson.ts';
import { NotSerializableError } from '../orchestrator/core/data/serializable.ts';
import { hasEnded } from '../orchestrator/core/execution/model/execution.ts';
import { ItemTooLargeError } from '../orchestrator/table/errors.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { routedVersion } from './aliases.ts';
import { findAlias } from './aliasRecord.ts';
import { ApiError, noStateMachine } from './apiError.ts';
import { parseArn, type StateMachineArn } from './arns.ts';
import { endOf, outcomeOf, redriveOf, startedBy, statusOf } from './describedExecution.ts';
import { executionAt, readExecution, startOf } from './executionAt.ts';
import { describeItem, stopItem } from './mapRunItems.ts';
import { checkName } from './names.ts';
import type { Request } from './request.ts';
import { findDeployed, readStateMachine, type WorkflowType } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';
import { seconds } from './times.ts';
import { traceparentOf } from './traceHeader.ts';
import { findVersion, versionNumber } from './versions.ts';

/** The machine and version that an execution is started on. */
interface Target {
  readonly machine: string;
  readonly type: WorkflowType;
  readonly version: string;
  readonly startedAs?: string;
}

export async function startExecution(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const { arns, newId, now } = surroundings;
  const { name, target, input } = await checkedStart(surroundings, request);
  const { machine, type } = target;
  if (type === 'EXPRESS') {
    const run = newId();
    await insertStart(surroundings, executionIdOf(machine, { name, run }), target, input, request);
    return { executionArn: arns.express(machine, name, run), startDate: seconds(now()) };
  }
  const executionArn = arns.execution(machine, name);
  const at = now();
  const executionId = executionIdOf(machine, { name });
  if (await insertStart(surroundings, executionId, target, input, request)) {
    return { executionArn, startDate: seconds(at) };
  }
  // A call that is repeated while the execution runs succeeds, though the state machine may have changed since.
  const existing = await readExecution(surroundings, executionId);
  const isSame = existing && !hasEnded(existing.status) && equal(existing.input ?? {}, input);
  if (isSame) return { executionArn, startDate: seconds(existing.startedAt ?? at) };
  throw new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
}

async function checkedStart(surroundings: ApiSurroundings, request: Request) {
  const arn = request.text('stateMachineArn');
  const parsed = parseArn(arn, 'stateMachine');
  const name = request.maybeText('name') ?? surroundings.newId();
  checkName(name);
  const input = inputOf(request.maybeText('input'));
  return { name, input, target: await targetOf(surroundings, parsed, arn, name) };
}

/** @throws ApiError `InvalidExecutionInput` */
function inputOf(text: string | undefined): Json {
  if (text === undefined) return {};
  if (text === '') throw invalidInput('Invalid execution input.');
  try {
    return parseExactJson(text, 'input');
  } catch (error) {
    throw invalidInput(error instanceof Error ? error.message : String(error));
  }
}

function invalidInput(problem: string): ApiError {
  return new ApiError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${problem}'`);
}

/** @throws ApiError `StateMachineDoesNotExist` */
async function targetOf(
  surroundings: ApiSurroundings,
  { machine, qualifier }: StateMachineArn,
  arn: string,
  executionName: string,
): Promise<Target> {
  const deployed = await findDeployed(surroundings, machine);
  if (deployed && qualifier === undefined) return { machine, type: 'STANDARD', version: deployed.version };
  const { stateMachine } = await readStateMachine(surroundings, machine, arn);
  const { type, definitionVersion } = stateMachine;
  if (qualifier === undefined) return { machine, type, version: definitionVersion };
  const number = versionNumber(qualifier);
  const found = number === undefined ? await findAlias(surroundings, machine, qualifier) : undefined;
  const routed = number ?? (found && routedVersion(found.alias, executionName));
  const version = routed === undefined ? undefined : await findVersion(surroundings, machine, routed);
  if (!version) throw noStateMachine(arn);
  const startedAs = number === undefined ? `${version.number}#${qualifier}` : String(version.number);
  return { machine, type, version: version.definitionVersion, startedAs };
}

/** Answers whether there was no execution of that id. */
async function insertStart(
  { table }: ApiSurroundings,
  executionId: string,
  { machine, version, startedAs }: Target,
  input: Json,
  request: Request,
): Promise<boolean> {
  const traceparent = traceparentOf(request.maybeText('traceHeader'));
  try {
    const { type } = await table.journal.insertStart({
      executionId,
      machine,
      version,
      input,
      ...(startedAs !== undefined && { startedAs }),
      ...(traceparent !== undefined && { traceparent }),
    });
    return type === 'inserted';
  } catch (error) {
    if (error instanceof NotSerializableError || error instanceof ItemTooLargeError)
      throw invalidInput(error.message);
    throw error;
  }
}

/** An Express workflow takes at most five minutes; its start and the wait take some time as well. */
const longestSyncMs = 310_000;
const firstPollMs = 20;
const expressMemoryMb = 64;
const billedUnitMs = 100;

export async function startSyncExecution(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const { client, arns, newId, now } = surroundings;
  const { name, target, input } = await checkedStart(surroundings, request);
  const { machine, type, version } = target;
  if (type !== 'EXPRESS') throw typeNotSupported();
  const run = newId();
  const executionId = executionIdOf(machine, { name, run, isSync: true });
  const traceparent = traceparentOf(request.maybeText('traceHeader'));
  const start = {
    executionId,
    version,
    input,
    direct: true,
    ...(traceparent !== undefined && { traceparent }),
  };
  await client.start(machine, start);
  await client.wait(executionId, { timeoutMs: longestSyncMs, pollMs: firstPollMs });
  const found = await readExecution(surroundings, executionId);
  if (!found?.execution) throw new Error(`The execution '${executionId}' is not in the table any more.`);
  const { execution } = found;
  const { startedAt, endedAt = now() } = execution;
  const isWhole = request.maybeText('includedData') !== 'METADATA_ONLY';
  const { output, outputDetails, ...failure } = outcomeOf(execution);
  const billedMs = Math.max(1, Math.ceil((endedAt - startedAt) / billedUnitMs)) * billedUnitMs;
  return {
    executionArn: arns.express(machine, name, run),
    stateMachineArn: request.text('stateMachineArn'),
    name,
    startDate: seconds(startedAt),
    stopDate: seconds(endedAt),
    status: execution.status === 'ABORTED' ? 'FAILED' : execution.status,
    ...failure,
    ...(isWhole && { input: JSON.stringify(input) }),
    inputDetails: { included: isWhole },
    ...(isWhole && output !== undefined && { output }),
    ...(outputDetails !== undefined && { outputDetails: { included: isWhole } }),
    billingDetails: { billedMemoryUsedInMB: expressMemoryMb, billedDurationInMilliseconds: billedMs },
  };
}

export function typeNotSupported(): ApiError {
  return new ApiError(
    'StateMachineTypeNotSupported',
    'This operation is not supported by this type of state machine',
  );
}

export async function describeExecution(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const given = request.text('executionArn');
  const isWhole = request.maybeText('includedData') !== 'METADATA_ONLY';
  if (parseArn(given, 'execution').label !== undefined) return describeItem(surroundings, given, isWhole);
  const found = await executionAt(surroundings, given);
  const { arn, name, execution, input = {} } = found;
  const { output, outputDetails, error, cause } = execution ? outcomeOf(execution) : {};
  return {
    executionArn: arn,
    ...startedBy(surroundings, found),
    name,
    status: statusOf(found.status),
    startDate: seconds(startOf(surroundings, found)),
    ...(execution && endOf(execution)),
    ...(isWhole && { input: JSON.stringify(input) }),
    inputDetails: { included: isWhole },
    ...(isWhole && output !== undefined && { output }),
    ...(outputDetails !== undefined && { outputDetails: { included: isWhole } }),
    ...(error !== undefined && { error }),
    ...(isWhole && cause !== undefined && { cause }),
    ...redriveOf(surroundings, execution),
  };
}

/** One that has ended stays as it is. */
export async function stopExecution(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const { table, now, newId } = surroundings;
  const given = request.text('executionArn');
  if (parseArn(given, 'execution').label !== undefined) return stopItem(surroundings, given);
  const { executionId, execution } = await executionAt(surroundings, given);
  if (execution?.endedAt !== undefined && hasEnded(execution.status)) {
    return { stopDate: seconds(execution.endedAt) };
  }
  const [error, cause] = [request.maybeText('error'), request.maybeText('cause')];
  const content = {
    control: 'stop',
    ...(error !== undefined && error !== '' && { error }),
    ...(cause !== undefined && { cause }),
  } as const;
  const at = now();
  await table.journal.insertEvent({ executionId, eventId: newId(), at: isoTime(at), content });
  return { stopDate: seconds(at) };
}

/** A redrive with the token of an earlier one is the same. */
export async function redriveExecution(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const { client, table, now } = surroundings;
  const found = await executionAt(surroundings, request.text('executionArn'));
  const { executionId, execution } = found;
  const clientToken = request.maybeText('clientToken');
  const redriveDate = seconds(now());
  if (clientToken !== undefined && execution?.redrives) {
    const reference = `event#${redriveId(clientToken)}`;
    const [before] = await table.journal.readEntries(executionId, [reference], execution);
    if (before) return { redriveDate: seconds(execution.redrives.lastAt) };
  }
  const { redriveStatus, redriveStatusReason } = redriveOf(surroundings, execution);
  if (redriveStatus !== 'REDRIVABLE') throw notRedrivable(String(redriveStatusReason));
  if (clientToken !== undefined) {
    const event = { executionId, eventId: redriveId(clientToken), at: isoTime(now()) };
    await table.journal.insertEvent({ ...event, content: { control: 'redrive' } });
    return { redriveDate };
  }
  try {
    await client.redrive(executionId);
  } catch (error) {
    if (error instanceof NotRedrivableError || error instanceof RedriveTooLateError)
      throw notRedrivable(error.message);
    throw error;
  }
  return { redriveDate };
}

/** Ids of events are not any text. */
function redriveId(clientToken: string): string {
  return `redrive-${createHash('sha256').update(clientToken).digest('hex').slice(0, 32)}`;
}

function notRedrivable(reason: string): ApiError {
  return new ApiError('ExecutionNotRedrivable', reason);
}
