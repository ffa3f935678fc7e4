import type { HistoryEffect, HistoryEntry, JsonChange, Transition } from '../../client/index.ts';
import { namedThrown, type TaskError, thrownOfJson } from '../../orchestrator/core/data/thrown.ts';
import { errorText, framesOf, stateText } from './execution.ts';
import { printable, shortened } from './textTable.ts';

/**
 * An entry: a line of what came, and when; below it, what it did.
 *
 * @param directory from which files are named
 * @param showsPath with the transitions that were taken
 */
export function historyLines(entry: HistoryEntry, directory: string, showsPath = false): string[] {
  const { number, at, transition } = entry;
  const head = `${number}  ${at ?? 'not applied yet'}  ${shortened(whatText(entry), 160)}`;
  const frames = stackOf(entry, directory).map((frame) => `     ${frame}`);
  return [head, ...frames, ...(transition ? transitionLines(transition, showsPath) : [])].map(printable);
}

/** Where in the user's sources a task's error was thrown. */
function stackOf({ error }: HistoryEntry, directory: string): string[] {
  if (error === undefined) return [];
  const thrown = thrownOfJson(error);
  return framesOf('$thrown' in thrown && thrown.$thrown ? undefined : thrown.stack, directory);
}

function whatText(entry: HistoryEntry): string {
  const parts = [entry.reference, contentText(entry), verdictText(entry)];
  return parts.filter((part) => part !== '').join(' ');
}

function verdictText({ kind, verdict }: HistoryEntry): string {
  switch (verdict.type) {
    case 'applied':
      return '';
    case 'held':
      return '(held)';
    case 'pending':
      return '(pending)';
    case 'ignored':
      return `(ignored: ${verdict.reason})`;
    case 'failed':
      return kind === 'waiting' ? '' : `(failed: ${verdict.code})`;
  }
}

function contentText(entry: HistoryEntry): string {
  const {
    kind,
    verdict,
    worker,
    status,
    output,
    error,
    event,
    control,
    cause,
    input,
    messages,
    sender,
    problem,
    update,
  } = entry;
  if (kind === 'held') return 'was held, and is taken with the next entry';
  if (kind === 'waiting') {
    return verdict.type === 'failed' ? `waits: ${verdict.code}` : 'waits no longer';
  }
  const subject = worker === undefined ? '' : `${worker} `;
  if (kind === 'deferred') return `${subject}deferred: its function was throttled`;
  if (error !== undefined) return `${subject}FAILED ${thrownText(thrownOfJson(error))}`;
  if (status !== undefined) return `${subject}${status} ${json(output)}`.trimEnd();
  if (problem !== undefined) return problem;
  if (event) return json(event);
  if (messages) return `${sender}: ${messages.map(messageText).join(', ')}`;
  if (update) return `${control} ${update.list}: ${limitsText(update)}`;
  if (control !== undefined) return cause === undefined ? control : `${control}: ${cause}`;
  return input === undefined ? subject.trimEnd() : json(input);
}

function messageText(message: NonNullable<HistoryEntry['messages']>[number]): string {
  switch (message.type) {
    case 'event':
      return json(message.event);
    case 'done':
      return `done ${json(message.output)}`.trimEnd();
    case 'error':
      return `error ${thrownText(message.error)}`;
    case 'stop':
    case 'redrive':
      return message.type;
    case 'endPart':
      return 'end of the list';
    case 'updatePart':
      return limitsText(message.limits);
  }
}

function limitsText({
  concurrency,
  tolerated,
}: Pick<NonNullable<HistoryEntry['update']>, 'concurrency' | 'tolerated'>): string {
  return `${concurrency} items at a time, ${tolerated} may fail`;
}

function transitionLines(transition: Transition, showsPath: boolean): string[] {
  const { from, to, taken, changes, effects, ended, error } = transition;
  const before = stateText(from);
  const after = stateText(to);
  const isMove = before !== undefined && before !== after;
  const lines: [name: string, text: string][] = [];
  if (after !== undefined) lines.push(['state', isMove ? `${before} → ${after}` : after]);
  if (showsPath) lines.push(...taken.map((id) => ['taken', id] as [string, string]));
  lines.push(...changes.map((change) => ['context', changeText(change)] as [string, string]));
  lines.push(...effects.map(effectLine));
  if (ended !== undefined) {
    lines.push(['ended', error ? `${ended} ${errorText(error)}` : ended]);
  }
  return lines.map(([name, text]) => `     ${name.padEnd(9)}  ${shortened(text, 140)}`);
}

function changeText({ path, before, after }: JsonChange): string {
  const place = path === '' ? '' : `${path} `;
  if (before === undefined) return `+ ${place}${json(after)}`;
  if (after === undefined) return `- ${place}${json(before)}`;
  return `${place}${json(before)} → ${json(after)}`;
}

function effectLine(effect: HistoryEffect): [name: string, text: string] {
  switch (effect.type) {
    case 'timerDue':
      return ['due', `timer ${eventText(effect.event)}`];
    case 'taskTimedOut':
      return ['timed out', taskText(effect)];
    case 'taskStarted':
      return ['started', `${taskText(effect)} ${json(effect.input)}`.trimEnd()];
    case 'retrySet':
      return ['retry', `${taskText(effect)}, at ${effect.at}`];
    case 'taskDeferred':
      return ['deferred', `${taskText(effect)}, to ${effect.at}`];
    case 'taskStopped':
      return ['stopped', taskText(effect)];
    case 'workCancelled':
      return ['cancelled', `work of ${taskText(effect)}`];
    case 'timerSet':
      return ['timer', `${eventText(effect.event)} at ${effect.dueAt}`];
    case 'timerCancelled':
      return ['cancelled', `timer ${eventText(effect.event)}`];
    case 'childStarted':
      return [
        'child',
        `${effect.executionId} ${effect.machine} ${effect.version} ${json(effect.input)}`.trimEnd(),
      ];
    case 'messagesSent':
      return ['sent', `${effect.to}: ${effect.messages.map(messageText).join(', ')}`];
    case 'answered':
      return ['answered', `task#${effect.task} of ${effect.to} ${effect.status}`];
    case 'executionStopped':
      return ['stopped', effect.executionId];
    case 'action':
      return ['action', effect.name];
    case 'log':
      return ['log', [effect.label, json(effect.value)].filter(Boolean).join(' ')];
    case 'emitted':
      return ['emitted', json(effect.event)];
  }
}

interface TaskEffect {
  readonly task: number;
  readonly index?: number;
  readonly worker: string;
  readonly attempt: number;
}

function taskText({ task, index, worker, attempt }: TaskEffect): string {
  return `task#${index === undefined ? task : `${task}.${index}`}#${attempt} ${worker}`;
}

/** A bare event is its type. */
function eventText(event: unknown): string {
  if (typeof event !== 'object' || event === null || !('type' in event)) return json(event);
  const { type, ...fields } = event;
  return Object.keys(fields).length === 0 ? String(type) : json(event);
}

function json(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}

function thrownText(error: TaskError): string {
  const { name, message } = namedThrown(error);
  return `${name}: ${message}`;
}
