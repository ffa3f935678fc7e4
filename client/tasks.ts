import { isDeepStrictEqual } from 'node:util';
import { describeThrown, isError } from '../orchestrator/core/data/describeThrown.ts';
import type { JsonObject } from '../orchestrator/core/data/json.ts';
import { received } from '../orchestrator/core/data/serializable.ts';
import type { TaskError } from '../orchestrator/core/data/thrown.ts';
import { openTasks } from '../orchestrator/core/execution/lists/runningList.ts';
import { taskKey } from '../orchestrator/core/execution/model/openTask.ts';
import type { TaskResult } from '../orchestrator/core/execution/model/taskResult.ts';
import { type AttemptAddress, parseTaskToken } from '../orchestrator/core/execution/tasks/taskToken.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { describeExecution } from './describe.ts';
import { nudgeOrchestrator } from './direct.ts';
import {
  ExecutionNotFoundError,
  InvalidTaskErrorError,
  InvalidTaskTokenError,
  TaskAlreadyCompletedError,
  TaskNotOpenError,
} from './errors.ts';
import type { OfMachine } from './machineTypes.ts';
import type { ClientSurroundings } from './surroundings.ts';

/** Why a task has failed, as its machine's guards and retry policy see it. */
export interface TaskFailure {
  /** The name that retry policies and `onError` match, such as `'Refused'`. */
  readonly name: string;
  readonly message?: string;
  /** False: another attempt would fail alike. @default true */
  readonly retryable?: boolean;
  /** Further fields, for the machine's guards: JSON. */
  readonly [field: string]: unknown;
}

export interface TaskBeat extends OfMachine {
  /** How far the work is: JSON, for `describe` to show. */
  readonly progress?: unknown;
}

export async function completeTask(
  surroundings: ClientSurroundings,
  token: string,
  output: unknown,
  options: OfMachine,
): Promise<void> {
  const result: TaskResult = { status: 'SUCCEEDED', output: received(output, 'output') ?? null };
  await giveResult(surroundings, token, result, options);
}

export async function failTask(
  surroundings: ClientSurroundings,
  token: string,
  failure: TaskFailure | Error,
  options: OfMachine,
): Promise<void> {
  const result: TaskResult = { status: 'FAILED', error: checkedError(failure) };
  await giveResult(surroundings, token, result, options);
}

export async function heartbeatTask(
  surroundings: ClientSurroundings,
  token: string,
  { machine, progress }: TaskBeat,
): Promise<void> {
  const address = addressOf(token);
  const shown = received(progress, 'progress');
  await checkMachine(surroundings, address, machine);
  await checkOpen(surroundings, address);
  const at = isoTime(surroundings.now());
  await surroundings.table.attempts.writeBeat({
    ...address,
    at,
    ...(shown !== undefined && { progress: shown }),
  });
}

/** Writes the worker's own item for the caller that has the result: the first one counts. */
async function giveResult(
  surroundings: ClientSurroundings,
  token: string,
  result: TaskResult,
  { machine }: OfMachine,
): Promise<void> {
  const { table, now, nudge, isDirect = false } = surroundings;
  const address = addressOf(token);
  await checkMachine(surroundings, address, machine);
  const given = async () => {
    const [entry] = await table.journal.readResults(address.executionId, [address]);
    return entry?.kind === 'result' ? entry.result : undefined;
  };
  const before = await given();
  if (before === undefined) {
    await checkOpen(surroundings, address);
    const at = isoTime(now());
    const item = { ...address, startedAt: at, endedAt: at, result, ...(isDirect && { isNudged: true }) };
    if ((await table.journal.insertResult(item)) === 'inserted') {
      if (isDirect) await nudgeOrchestrator(nudge, address.executionId, taskKey(address));
      return;
    }
  }
  // A call whose answer was lost, made again, has met itself.
  if (!isDeepStrictEqual(before ?? (await given()), result)) throw new TaskAlreadyCompletedError(token);
}

function addressOf(token: string): AttemptAddress {
  const address = typeof token === 'string' ? parseTaskToken(token) : undefined;
  if (!address) throw new InvalidTaskTokenError(token);
  return address;
}

/** @throws DifferentMachineError, ExecutionNotFoundError */
async function checkMachine(
  surroundings: ClientSurroundings,
  { executionId }: AttemptAddress,
  machine: OfMachine['machine'],
): Promise<void> {
  if (machine !== undefined) await describeExecution(surroundings, executionId, machine);
}

async function checkOpen({ table }: ClientSurroundings, address: AttemptAddress): Promise<void> {
  const execution = await table.executions.read(address.executionId);
  if (!execution) throw new ExecutionNotFoundError(address.executionId);
  const isOpen = openTasks(execution).some((task) => taskKey(task) === taskKey(address));
  if (!isOpen) throw new TaskNotOpenError(address.executionId, taskKey(address), execution.status);
}

const mostCharacters = 256;

function checkedError(failure: TaskFailure | Error): TaskError {
  if (isError(failure)) return describeThrown(failure);
  if (typeof failure !== 'object' || failure === null) {
    throw new InvalidTaskErrorError(
      "Give the task's error as an Error, or as { name: 'Refused', message: '…' }.",
    );
  }
  const { name, message = '', retryable, ...fields } = failure;
  if (typeof name !== 'string' || name === '' || name.length > mostCharacters) {
    throw new InvalidTaskErrorError(
      `The name of a task's error is a string of 1 to ${mostCharacters} characters.`,
    );
  }
  return {
    ...fieldsOf(fields),
    name,
    message: String(message),
    ...(retryable === false && { retryable: false }),
  };
}

/** @throws NotSerializableError */
function fieldsOf(fields: Readonly<Record<string, unknown>>): JsonObject {
  const named = Object.entries(fields).map(([key, value]) => [key, received(value, `error.${key}`)]);
  return Object.fromEntries(named);
}
