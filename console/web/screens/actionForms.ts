import type { ExecutionDescription, HistoryEntry } from '../../../client/index.ts';
import type { Action } from '../../server/api.ts';

export type ActionName = 'send' | 'task' | 'redrive' | 'stop' | 'suspend' | 'resume' | 'start';

export const actionNames: Readonly<Record<ActionName, string>> = {
  send: 'Send event',
  task: 'Give result',
  redrive: 'Redrive',
  stop: 'Stop',
  suspend: 'Suspend',
  resume: 'Resume',
  start: 'Start again',
};

/** The actions that an execution takes now. */
export function actionsFor({ status, tasks }: ExecutionDescription): readonly ActionName[] {
  const waits = tasks.some(({ token }) => token !== undefined);
  switch (status) {
    case 'RUNNING':
      return ['send', ...(waits ? (['task'] as const) : []), 'suspend', 'stop', 'start'];
    case 'SUSPENDED':
      return ['resume', 'send', 'stop', 'start'];
    case 'PENDING_REDRIVE':
      return ['redrive', 'stop', 'start'];
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return ['redrive', 'start'];
    case 'SUCCEEDED':
      return ['start'];
  }
}

/** The fields of all forms; each form shows some. */
export interface ActionFields {
  readonly type: string;
  readonly json: string;
  readonly token: string;
  readonly outcome: 'complete' | 'fail';
  readonly errorName: string;
  readonly errorMessage: string;
  readonly cause: string;
  readonly version: string;
  readonly executionId: string;
}

/** The action of a form; undefined while something is missing. */
export function actionFrom(
  name: ActionName,
  fields: ActionFields,
  json: unknown,
  machine: string,
): Action | undefined {
  const cause = fields.cause === '' ? {} : { cause: fields.cause };
  switch (name) {
    case 'send': {
      if (fields.type === '') return undefined;
      if (eventProblem(json) !== undefined) return undefined;
      return { action: 'send', type: fields.type, ...(isObject(json) && { event: { ...json } }) };
    }
    case 'task':
      if (fields.outcome === 'complete')
        return { action: 'completeTask', token: fields.token, output: json ?? null };
      if (fields.errorName === '') return undefined;
      return {
        action: 'failTask',
        token: fields.token,
        name: fields.errorName,
        message: fields.errorMessage,
      };
    case 'redrive':
      return {
        action: 'redrive',
        ...cause,
        ...(fields.version !== '' && { version: fields.version }),
        ...(json !== undefined && { input: json }),
      };
    case 'stop':
    case 'suspend':
    case 'resume':
      return { action: name, ...cause };
    case 'start':
      return {
        action: 'start',
        machine,
        ...(fields.version !== '' && { version: fields.version }),
        ...(fields.executionId !== '' && { executionId: fields.executionId }),
        ...(json !== undefined && { input: json }),
      };
  }
}

/**
 * The form of an event: with the fields that the last event of its type had in this execution, else with those that were sent
 * to another one.
 */
export function eventFields(
  type: string,
  entries: readonly HistoryEntry[],
  sentBefore: (type: string) => string,
): Pick<ActionFields, 'type' | 'json'> {
  const last = entries.findLast(({ event }) => event?.type === type)?.event;
  if (!last) return { type, json: sentBefore(type) };
  const { type: _, ...fields } = { ...last };
  return { type, json: Object.keys(fields).length === 0 ? '' : JSON.stringify(fields, undefined, 2) };
}

/** Why a value cannot be the fields of an event; undefined where it can. */
export function eventProblem(json: unknown): string | undefined {
  if (json === undefined || isObject(json)) return undefined;
  return 'An event has named fields: write them as a JSON object, such as {"by": "Ada"}.';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The input of the start, to start again with. */
export function inputOf(entries: readonly HistoryEntry[]): string {
  const input = entries.find(({ kind }) => kind === 'start')?.input;
  return input === undefined ? '' : JSON.stringify(input, undefined, 2);
}
