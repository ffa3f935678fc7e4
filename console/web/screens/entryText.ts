import type { HistoryEntry } from '../../../client/index.ts';
import { brief, visible } from '../visible.ts';

/** The subject of an entry, in a few words. */
export function entryTitle(entry: HistoryEntry): string {
  return brief(visible(subjectOf(entry)));
}

function subjectOf(entry: HistoryEntry): string {
  const { kind, worker, task, attempt, event, control, sender, index } = entry;
  const item = index === undefined ? '' : ` [${index}]`;
  const again = attempt !== undefined && attempt > 1 ? ` #${attempt}` : '';
  switch (kind) {
    case 'start':
      return '';
    case 'result':
    case 'deferred':
      return `${worker ?? `task ${task}`}${item}${again}`;
    case 'event':
    case 'held':
      return typeof event?.type === 'string' ? event.type : '';
    case 'control':
      return control ?? '';
    case 'message':
      return sender === undefined ? '' : `from ${sender}`;
    case 'wake':
      return wakeReason(entry);
    case 'beat':
    case 'waiting':
      return '';
  }
}

function wakeReason({ transition }: HistoryEntry): string {
  const reasons = (transition?.effects ?? []).flatMap((effect) => {
    switch (effect.type) {
      case 'timerDue':
        return [timerName(effect.event)];
      case 'taskTimedOut':
        return [`${effect.worker} timed out`];
      case 'taskStarted':
        return effect.attempt > 1 ? [`${effect.worker} #${effect.attempt}`] : [];
      default:
        return [];
    }
  });
  return reasons.join(', ');
}

/** `xstate.after.grace.order.waiting` is the delay `grace` of a state. */
export function timerName(event: unknown): string {
  const type =
    typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : String(event);
  const match = /^xstate\.after\.([^.]+)\./.exec(type);
  return match ? `after ${match[1]}` : type;
}

/** The name of the error that a result has, or why an entry changed nothing. */
export function entryProblem(entry: HistoryEntry): string {
  return brief(visible(problemOf(entry)));
}

function problemOf({ error, status, verdict, problem }: HistoryEntry): string {
  if (problem !== undefined) return problem;
  if (status === 'FAILED') {
    const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : error;
    return typeof name === 'string' ? name : 'error';
  }
  switch (verdict.type) {
    case 'ignored':
      return `ignored: ${verdict.reason}`;
    case 'failed':
      return verdict.code;
    case 'applied':
    case 'held':
    case 'pending':
      return '';
  }
}

/** Where an entry led to, as one reads it; empty where the state stayed. */
export function entryTarget({ transition }: HistoryEntry): string {
  if (!transition || JSON.stringify(transition.from) === JSON.stringify(transition.to)) return '';
  return stateText(transition.to);
}

export function stateText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, inner]) => {
      const text = stateText(inner);
      return text === '' ? key : text.includes(', ') ? `${key}.(${text})` : `${key}.${text}`;
    })
    .join(', ');
}
