import { hostWork } from '../../workers/hostWork.ts';
import type { ExecutionStart } from '../../workers/startExecution.ts';
import { promiseWithPolicy } from '../../workers/worker.ts';
import type { Identity } from '../compile/context.ts';
import type { Integration, TaskAttempt } from '../compile/integration.ts';
import type { Failure } from '../dataflow/handle.ts';
import { isObject, type Json, type JsonObject, own, textOf } from '../json.ts';
import type { TaskState } from '../model/model.ts';
import { errorNames, StatesError } from '../statesError.ts';
import { machineNameIn, type Waits } from './resource.ts';
import { heartbeatOf, timingOf } from './timing.ts';

const executionStarter = hostWork<ExecutionStart>('startExecution');

/** `arn:aws:states:::states:startExecution`: another machine of the deployment. */
export function startExecution(waits: Waits): (task: TaskState) => Integration {
  switch (waits) {
    case 'no':
      return started;
    case 'token':
      return startedWithToken;
    case 'sync':
      return (task) => endOfExecution(task, textOf);
    case 'sync:2':
      return (task) => endOfExecution(task, (value) => value);
  }
}

/** The state goes on once the execution is started. */
function started(task: TaskState): Integration {
  return {
    logic: promiseWithPolicy(executionStarter, timingOf(task)),
    input: (given, attempt) => ({ input: { ...startOf(given, attempt) } }),
    result: (output, { identity }) => {
      const { machine, executionId, startedAt = 0 } = isObject(output) ? output : {};
      return {
        ExecutionArn: executionArn(identity, String(machine), String(executionId)),
        StartDate: startedAt,
      };
    },
  };
}

function waiting(task: TaskState): Pick<Integration, 'logic' | 'takesHeartbeats'> {
  const policy = { waitForResult: true, ...heartbeatOf(task), ...timingOf(task) };
  return { logic: promiseWithPolicy(executionStarter, policy), takesHeartbeats: true };
}

/** The execution's input has the token, by which the result comes. */
function startedWithToken(task: TaskState): Integration {
  return {
    ...waiting(task),
    input: (given, attempt) => ({ input: { ...startOf(given, attempt) } }),
    result: (output) => output,
  };
}

/** The state waits for the execution to end, or for a result by the token. @param shown data as the result has it */
function endOfExecution(task: TaskState, shown: (value: Json) => Json): Integration {
  return {
    ...waiting(task),
    startsExecution: true,
    input: (given, attempt) => {
      const start = startOf(given, attempt);
      const { name, isGenerated, input } = start;
      return {
        input: { ...start, answers: true },
        kept: input,
        starts: { name, ...(isGenerated && { isGenerated }) },
      };
    },
    result: (output, { kept = null, identity }) => {
      const execution = isObject(output) ? own(output, '$execution') : undefined;
      if (!isObject(execution)) return output;
      const { output: given = null } = execution;
      return {
        ...identified(execution, identity),
        Input: shown(kept),
        InputDetails: { Included: true },
        Name: execution.executionId ?? null,
        Output: shown(given),
        OutputDetails: { Included: true },
        ...timesOf(execution, identity),
      };
    },
    failure: (error, { kept = null, identity }) => failureOf(error, kept, identity),
  };
}

/** The failure's cause says as JSON what became of the execution: with its input as a text, however the state waits. */
function failureOf(error: unknown, input: Json, identity: Identity): Failure | undefined {
  const execution: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, '$execution') : undefined;
  if (!isObject(execution)) return undefined;
  const { error: failed, status, executionId = null } = execution;
  const { name, message } = isObject(failed) && status === 'FAILED' ? failed : {};
  const cause = {
    ...(typeof message === 'string' && message !== '' && { Cause: message }),
    ...(typeof name === 'string' && name !== '' && { Error: name }),
    ...identified(execution, identity),
    Input: textOf(input),
    InputDetails: { Included: true },
    Name: executionId,
    ...timesOf(execution, identity),
  };
  return { error: errorNames.taskFailed, cause: textOf(cause) };
}

function identified({ machine, executionId }: JsonObject, identity: Identity) {
  return { ExecutionArn: executionArn(identity, String(machine), String(executionId)) };
}

function timesOf({ machine, status, startedAt, endedAt }: JsonObject, identity: Identity) {
  return {
    StartDate: startedAt ?? null,
    StateMachineArn: `${identity.arn}:stateMachine:${String(machine)}`,
    Status: status ?? null,
    StopDate: endedAt ?? null,
  };
}

function executionArn({ arn }: Identity, machine: string, executionId: string): string {
  return `${arn}:execution:${machine}:${executionId}`;
}

/** @throws StatesError for arguments that Step Functions would refuse */
function startOf(given: Json, { surroundings }: TaskAttempt): ExecutionStart & JsonObject {
  const { StateMachineArn, Name, Input } = isObject(given) ? given : {};
  const machine = machineIn(StateMachineArn);
  const input = inputOf(Input);
  if (Name === undefined || Name === null) {
    return { ...machine, name: surroundings.random.uuid(), isGenerated: true, input };
  }
  return { ...machine, name: executionIdOf(Name), input };
}

/**
 * The machine that an ARN names, and its version if it names one; a name alone is a machine, too.
 *
 * @throws StatesError for what is none, and for an alias
 */
function machineIn(arn: Json | undefined): Pick<ExecutionStart, 'machine' | 'version'> {
  const text = typeof arn === 'string' ? arn : '';
  if (text.includes('${')) {
    const cause = `The state machine '${text}' has no value: give one in the substitutions of the deployment.`;
    throw new StatesError('Millrace.UnsupportedResource', cause);
  }
  const named = machineNameIn(text);
  if (named?.alias !== undefined) {
    const cause = `'${text}' names the alias '${named.alias}', and machines have versions here, but no aliases: name a version, or leave the alias out for the newest one.`;
    throw new StatesError('Millrace.UnsupportedResource', cause);
  }
  if (named) {
    const { machine, version } = named;
    return { machine, ...(version !== undefined && { version }) };
  }
  if (text !== '' && !text.includes(':')) return { machine: text };
  throw new StatesError('StepFunctions.InvalidArnException', `Invalid Arn: 'Invalid ARN prefix: ${text}'`);
}

/** An object, or its JSON as a text. */
function inputOf(given: Json | undefined): Json {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'string') return given;
  try {
    const input: Json = JSON.parse(given);
    return input;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const cause = `Invalid State Machine Execution Input: '${why}'`;
    throw new StatesError('StepFunctions.InvalidExecutionInputException', cause);
  }
}

const longestName = 256;

/**
 * Names of Step Functions are ids here, and so are those that are made of ids. An id has no dot, which divides the ids of
 * children.
 */
function executionIdOf(name: Json): string {
  if (typeof name !== 'string' || name === '' || name.length > longestName || name.includes('#')) {
    const cause = `Invalid Name: '${typeof name === 'string' ? name : textOf(name)}'`;
    throw new StatesError('StepFunctions.InvalidNameException', cause);
  }
  return name.replaceAll('.', '-');
}
