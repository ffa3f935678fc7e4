import { sep } from 'node:path';
import { type ExecutionDescription, waitsOnlyForEvents } from '../../client/index.ts';
import { colouredStatus } from './status.ts';
import { printable } from './textTable.ts';

/** An execution as lines of `name  value`. */
/** Where the text is read. */
export interface Reader {
  readonly hasColours: boolean;
  /** The folder from which files are named. */
  readonly directory: string;
}

export function executionLines(execution: ExecutionDescription, { hasColours, directory }: Reader): string[] {
  const { machine, machineVersion, status, state, context, output, error } = execution;
  const fields: (readonly [name: string, value: string | undefined])[] = [
    ['Execution', execution.executionId],
    ['Parent', execution.parent],
    ['Machine', machineVersion === undefined ? machine : `${machine}, version ${machineVersion}`],
    ['Status', colouredStatus(status, hasColours)],
    ['State', stateText(state)],
    ['Started', execution.startedAt],
    ['Updated', execution.updatedAt],
    ['Ended', execution.endedAt],
    ...execution.heldEvents.map((event, i) => [i === 0 ? 'Holds' : '', JSON.stringify(event)] as const),
    ...waitsFor(execution).map((text, i) => [i === 0 ? 'Waits for' : '', text] as const),
    ['Error', error && errorText(error)],
    ...framesOf(error?.stack, directory).map((frame) => ['', frame] as const),
    ['Output', jsonText(output)],
    ['Context', jsonText(context)],
  ];
  return fields
    .filter(([, value]) => value !== undefined)
    .map(([name, value = '']) => `${name.padEnd(9)}  ${name === 'Status' ? value : printable(value)}`);
}

/** An error's code, name and message. */
export function errorText({ code, name, message }: { code: string; name?: string; message: string }): string {
  return `${code}: ${name === undefined || name === code ? '' : `${name}: `}${message}`;
}

/**
 * Frames of a stack that are in the user's own files, with their paths as they are from a folder: the first three, and none of
 * packages or of Node.js.
 */
export function framesOf(stack: string | undefined, directory: string): string[] {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames
    .filter((line) => !/node_modules|node:internal|\(node:|\(<anonymous>\)$/.test(line))
    .slice(0, 3)
    .map((line) => line.trim().replace(/^at <anonymous> \((.*)\)$/, 'at $1'))
    .map((line) => line.replace(`${directory}${sep}`, ''));
}

/** The things that will bring an execution forward that has not ended. */
function waitsFor(execution: ExecutionDescription): string[] {
  if (execution.status !== 'RUNNING') return [];
  if (execution.startPending) return ['the orchestrator, to take its start'];
  if (waitsOnlyForEvents(execution)) return ['an event'];
  const tasks = execution.tasks.map(taskText);
  const lists = (execution.lists ?? []).map(listText);
  const timers = execution.timers.map(({ event, dueAt }) => `${event} at ${dueAt}`);
  const children = execution.children.map(({ executionId, machine }) => `${executionId} (${machine})`);
  const { waiting } = execution;
  const machine = waiting
    ? [`its machine, since ${waiting.since}; looked for again at ${waiting.nextAttemptAt}`]
    : [];
  return [...tasks, ...lists, ...children, ...timers, ...machine];
}

/** Items of a list, at most, whose states are shown. */
const itemsShown = 5;

function listText(list: NonNullable<ExecutionDescription['lists']>[number]): string {
  const { task, worker, count, done, failed, inFlight, delegatedTo, items } = list;
  // How many items a file has, and how far it is, is known there alone.
  if (delegatedTo !== undefined) {
    return `task ${task} (each of ${count === 0 ? "a file's items" : count}, ${worker}): ${delegatedTo} says how far it is`;
  }
  const text = `task ${task} (each of ${count}, ${worker}): ${done} done, ${failed} of them failed, ${inFlight} in flight`;
  if (items === undefined || items.length === 0) return text;
  const shown = items.slice(0, itemsShown).map(({ index, state }) => `${index} in ${stateText(state)}`);
  return `${text}: ${shown.join(', ')}${items.length > itemsShown ? ', …' : ''}`;
}

function taskText(open: ExecutionDescription['tasks'][number]): string {
  const { task, worker, attempt, deadline, dispatchAt, heartbeatAt, token, taken, lastHeartbeat } = open;
  const of = `task ${task} (${worker}), attempt ${attempt}`;
  if (dispatchAt !== undefined) return `${of}, which begins at ${dispatchAt}`;
  const parts = [
    token === undefined ? of : `${of}, a result by token ${token}`,
    taken === undefined
      ? undefined
      : `taken at ${taken.at}${taken.workerName === undefined ? '' : ` by ${taken.workerName}`}`,
    deadline === undefined ? undefined : `until ${deadline}`,
    heartbeatAt === undefined ? undefined : `a heartbeat until ${heartbeatAt}`,
    lastHeartbeat?.at === undefined ? undefined : `the last at ${lastHeartbeat.at}`,
    lastHeartbeat?.progress === undefined ? undefined : `progress ${JSON.stringify(lastHeartbeat.progress)}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

export function stateText(state: ExecutionDescription['state']): string | undefined {
  return typeof state === 'object' ? JSON.stringify(state) : state;
}

function jsonText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
