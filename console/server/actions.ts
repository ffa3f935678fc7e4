import type { ExecutionDescription } from '../../client/index.ts';
import type { Action, ActionAnswer, StartAction } from './api.ts';
import { RefusedRequestError } from './failures.ts';
import { fieldsOf, optionalText, textOf } from './input.ts';
import type { ConsoleService } from './service.ts';

/** @throws RefusedRequestError for a body that asks for nothing that there is */
export function actionOf(body: unknown): Action {
  const fields = fieldsOf(body);
  const { action } = fields;
  const cause = optionalText(fields, 'cause');
  switch (action) {
    case 'send': {
      const event = fields.event === undefined ? {} : { event: fieldsOf(fields.event) };
      return { action, type: textOf(fields, 'type'), ...event };
    }
    case 'completeTask':
      return { action, token: textOf(fields, 'token'), output: fields.output };
    case 'failTask':
      return {
        action,
        token: textOf(fields, 'token'),
        name: textOf(fields, 'name'),
        ...optionalText(fields, 'message'),
        ...(fields.retryable === false && { retryable: false }),
      };
    case 'redrive':
      return {
        action,
        ...cause,
        ...optionalText(fields, 'version'),
        ...(fields.input !== undefined && { input: fields.input }),
      };
    case 'stop':
    case 'suspend':
    case 'resume':
      return { action, ...cause };
    case 'start':
      return {
        action,
        machine: textOf(fields, 'machine'),
        ...optionalText(fields, 'version'),
        ...optionalText(fields, 'executionId'),
        ...(fields.input !== undefined && { input: fields.input }),
      };
    default:
      throw new RefusedRequestError(400, 'InvalidRequest', `Unknown action '${String(action)}'.`);
  }
}

/** Says what an action would do, and does it unless it is a dry run. */
export async function act(
  service: ConsoleService,
  executionId: string,
  action: Exclude<Action, StartAction>,
  isDryRun: boolean,
): Promise<ActionAnswer> {
  const { client } = service;
  const description = await client.describe(executionId);
  if (isDryRun) return { says: effectOf(action, description) };
  switch (action.action) {
    case 'send':
      await client.send(executionId, { ...action.event, type: action.type });
      return { says: `Sent ${action.type} to ${executionId}.` };
    case 'completeTask':
      await client.completeTask(ownToken(executionId, action.token), action.output);
      return { says: `Completed the task ${action.token}.` };
    case 'failTask': {
      const { token, name, message, retryable } = action;
      await client.failTask(ownToken(executionId, token), {
        name,
        ...(message !== undefined && { message }),
        ...(retryable !== undefined && { retryable }),
      });
      return { says: `Failed the task ${token} with ${name}.` };
    }
    case 'redrive': {
      const { action: _, ...options } = action;
      await client.redrive(executionId, options);
      return { says: `Redrove ${executionId}.` };
    }
    case 'stop':
    case 'suspend':
    case 'resume': {
      const { action: control, ...options } = action;
      await client[control](executionId, options);
      return { says: `Sent ${control} to ${executionId}.` };
    }
  }
}

export async function start(
  service: ConsoleService,
  { machine, version, executionId, input }: StartAction,
  isDryRun: boolean,
): Promise<ActionAnswer> {
  const named = executionId === undefined ? 'a new id' : `the id ${executionId}`;
  const on = version === undefined ? 'the newest version' : `version ${version}`;
  if (isDryRun)
    return { says: `Starts an execution of ${machine} on ${on} with ${named}. It costs one write.` };
  const started = await service.client.start(machine, {
    ...(version !== undefined && { version }),
    ...(executionId !== undefined && { executionId }),
    ...(input !== undefined && { input }),
  });
  const says = started.isNew
    ? `Started ${started.executionId}.`
    : `${started.executionId} had been started before.`;
  return { says, executionId: started.executionId };
}

/** A token names its execution: a form of one execution does not answer for another. */
function ownToken(executionId: string, token: string): string {
  if (token.startsWith(`${executionId}#`)) return token;
  throw new RefusedRequestError(400, 'InvalidTaskToken', `'${token}' is not a token of '${executionId}'.`);
}

function effectOf(action: Exclude<Action, StartAction>, description: ExecutionDescription): string {
  const { executionId, status } = description;
  const hasEnded =
    description.endedAt !== undefined && status !== 'PENDING_REDRIVE' && status !== 'SUSPENDED';
  switch (action.action) {
    case 'send': {
      if (hasEnded) return `${executionId} is ${status}. The event would be recorded as ignored.`;
      if (status === 'SUSPENDED' || status === 'PENDING_REDRIVE')
        return `Writes the event ${action.type} to the journal of ${executionId}, which is ${status} and takes it when it goes on.`;
      return `Sends the event ${action.type} to ${executionId}. It costs one write, and the orchestrator applies it at once.`;
    }
    case 'completeTask':
      return `Gives the result of the task ${action.token}. ${executionId} goes on with it; the first result counts.`;
    case 'failTask':
      return action.retryable === false
        ? `Fails the task ${action.token} with ${action.name}. The machine gets the error at once.`
        : `Fails the attempt ${action.token} with ${action.name}. The task's retry policy decides whether it is tried again.`;
    case 'redrive':
      return redriveEffect(action, description);
    case 'stop':
      return hasEnded
        ? `${executionId} is ${status} already: nothing changes.`
        : `Ends ${executionId} as ABORTED, with its children. Workers that run are not interrupted; their results are ignored. A redrive can continue it.`;
    case 'suspend':
      return status === 'RUNNING'
        ? `Suspends ${executionId}: results and events wait in its journal, and its timers stand still until a resume.`
        : `${executionId} is ${status}, not RUNNING: nothing changes.`;
    case 'resume':
      return status === 'SUSPENDED'
        ? `Resumes ${executionId} with everything that has come meanwhile.`
        : `${executionId} is ${status}, not SUSPENDED: nothing changes.`;
  }
}

function redriveEffect(
  { version, input }: Extract<Action, { action: 'redrive' }>,
  { executionId, status, tasks, machineVersion }: ExecutionDescription,
): string {
  if (status === 'RUNNING' || status === 'SUSPENDED' || status === 'SUCCEEDED')
    return `${executionId} is ${status}: only FAILED, TIMED_OUT, ABORTED and PENDING_REDRIVE executions can be redriven.`;
  const again = tasks.map(({ worker }) => worker).join(', ');
  const parts = [
    `Continues ${executionId} from where it was. Nothing that succeeded runs again`,
    again === '' ? '.' : `; ${again} runs again.`,
    version !== undefined && version !== machineVersion
      ? ` It goes on with version ${version} of its machine.`
      : '',
    input === undefined ? '' : ' The input of what failed is changed by the patch first.',
  ];
  return parts.join('');
}
