import type { JsonObject } from '../asl/json.ts';
import { parseExactJson } from '../orchestrator/core/data/exactJson.ts';
import { NotSerializableError } from '../orchestrator/core/data/serializable.ts';
import { openTasks } from '../orchestrator/core/execution/lists/runningList.ts';
import { taskKey } from '../orchestrator/core/execution/model/openTask.ts';
import type { TaskResult } from '../orchestrator/core/execution/model/taskResult.ts';
import { type AttemptAddress, parseTaskToken } from '../orchestrator/core/execution/tasks/taskToken.ts';
import { ItemTooLargeError } from '../orchestrator/table/errors.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { ApiError, invalidToken } from './apiError.ts';
import type { Request } from './request.ts';
import type { ApiSurroundings } from './surroundings.ts';

export async function sendTaskSuccess(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const output = outputOf(request.text('output'));
  return giveResult(surroundings, request.text('taskToken'), { status: 'SUCCEEDED', output });
}

/** A failure may have neither error nor cause. */
export async function sendTaskFailure(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const error = { name: request.text('error'), message: request.text('cause') };
  return giveResult(surroundings, request.text('taskToken'), { status: 'FAILED', error });
}

export async function sendTaskHeartbeat(
  surroundings: ApiSurroundings,
  request: Request,
): Promise<JsonObject> {
  const address = await openAddress(surroundings, request.text('taskToken'));
  await surroundings.table.attempts.writeBeat({ ...address, at: isoTime(surroundings.now()) });
  return {};
}

/** @throws ApiError `InvalidOutput` */
function outputOf(text: string) {
  try {
    return parseExactJson(text, 'output');
  } catch (error) {
    throw invalidOutput(error instanceof Error ? error.message : String(error));
  }
}

function invalidOutput(problem: string): ApiError {
  return new ApiError('InvalidOutput', `Invalid Output: '${problem}'`);
}

/** The first result counts: a second call does not find the task any more, whatever it says. */
async function giveResult(
  surroundings: ApiSurroundings,
  token: string,
  result: TaskResult,
): Promise<JsonObject> {
  const address = await openAddress(surroundings, token);
  const at = isoTime(surroundings.now());
  try {
    const item = { ...address, startedAt: at, endedAt: at, result };
    if ((await surroundings.table.journal.insertResult(item)) === 'exists') throw timedOut();
    return {};
  } catch (error) {
    const isRefused = error instanceof NotSerializableError || error instanceof ItemTooLargeError;
    throw isRefused ? invalidOutput(error.message) : error;
  }
}

/** @throws ApiError where no result is awaited by that token */
async function openAddress({ table }: ApiSurroundings, token: string): Promise<AttemptAddress> {
  const address = parseTaskToken(token);
  if (!address) throw invalidToken();
  const execution = await table.executions.read(address.executionId);
  if (!execution) throw noTask();
  if (!openTasks(execution).some((task) => taskKey(task) === taskKey(address))) throw timedOut();
  const [given] = await table.journal.readResults(address.executionId, [address]);
  if (given) throw timedOut();
  return address;
}

function timedOut(): ApiError {
  return new ApiError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}

function noTask(): ApiError {
  return new ApiError('TaskDoesNotExist', "Task Does Not Exist: 'Provided task does not exist'");
}
