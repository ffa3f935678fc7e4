import type { HistoryEffect, HistoryEntry } from '../../client/index.ts';
import type { Moment, Timeline } from './timeline.ts';
import { TimelineBuilder } from './timelineBuilder.ts';

/** The states that a band of the timeline names, in few words. */
export type StateText = (value: NonNullable<NonNullable<HistoryEntry['transition']>['to']>) => string;

/**
 * The timeline of a history with its transitions. Bars without an end are open: they last until `now`.
 *
 * @param now milliseconds since the epoch
 */
export function timelineOf(history: Iterable<HistoryEntry>, now: number): Timeline {
  const course = new Course();
  course.add(history);
  return course.timeline(now);
}

/** The course of an execution, for a history that comes in parts. */
export class Course {
  readonly #builder = new TimelineBuilder();

  /** Adds entries that came after those that it has, in order. */
  add(entries: Iterable<HistoryEntry>): void {
    for (const entry of entries) {
      if (entry.at !== undefined)
        take(this.#builder, entry, { at: Date.parse(entry.at), entry: entry.number });
    }
  }

  /** The timeline up to the last entry. Bars without an end last until `now`, in milliseconds since the epoch. */
  timeline(now: number): Timeline {
    return this.#builder.timeline(now);
  }
}

function take(builder: TimelineBuilder, entry: HistoryEntry, moment: Moment): void {
  builder.moment(moment);
  const { kind, task, index, attempt, status, sender, control, transition, verdict } = entry;
  switch (kind) {
    case 'event':
    case 'message':
    case 'control':
      builder.point({
        kind,
        lane: 'events',
        label: labelOf(entry),
        at: moment,
        isIgnored: verdict.type === 'ignored',
      });
      break;
    case 'waiting':
      if (verdict.type === 'failed')
        builder.open('machineWait', {
          kind: 'machineWait',
          lane: 'events',
          label: verdict.code,
          from: moment,
        });
      else builder.close('machineWait', moment, 'due');
      break;
    case 'start':
    case 'result':
    case 'held':
    case 'wake':
    case 'deferred':
    case 'beat':
      break;
  }
  if (kind === 'control' && verdict.type === 'applied') {
    if (control === 'suspend')
      builder.open('suspended', { kind: 'suspended', lane: 'events', label: 'suspended', from: moment });
    else builder.close('suspended', moment, 'due');
  }
  if (kind === 'result' && task !== undefined && attempt !== undefined && verdict.type !== 'ignored') {
    builder.close(attemptKey(task, index, attempt), moment, status === 'SUCCEEDED' ? 'succeeded' : 'failed');
  }
  if (sender !== undefined) {
    const last = entry.messages?.findLast(({ type }) => type === 'done' || type === 'error');
    if (last) builder.close(`child ${sender}`, moment, last.type === 'done' ? 'succeeded' : 'failed');
  }
  for (const effect of transition?.effects ?? []) follow(builder, effect, moment);
  if (transition?.to !== undefined) builder.state(stateText(transition.to), moment);
  if (transition?.ended !== undefined) builder.end(moment);
}

function follow(builder: TimelineBuilder, effect: HistoryEffect, moment: Moment): void {
  switch (effect.type) {
    case 'taskStarted': {
      const { task, index, worker, attempt } = effect;
      const place = index === undefined ? {} : { index };
      const lane = builder.lane('worker', worker);
      builder.close(waitKey(task), moment, 'due');
      const label = index === undefined ? worker : `${worker} ${index}`;
      builder.open(attemptKey(task, index, attempt), {
        kind: 'attempt',
        lane,
        label,
        from: moment,
        task,
        attempt,
        ...place,
      });
      return;
    }
    case 'taskTimedOut':
      builder.closeTask(effect.task, effect.attempt, moment, 'timedOut');
      return;
    case 'taskStopped':
      builder.closeTask(effect.task, effect.attempt, moment, 'stopped');
      builder.close(waitKey(effect.task), moment, 'stopped');
      return;
    case 'retrySet':
    case 'taskDeferred': {
      const { task, worker, attempt, at } = effect;
      const kind = effect.type === 'retrySet' ? 'retryWait' : 'deferred';
      if (kind === 'deferred') builder.closeTask(task, attempt, moment, 'stopped');
      const lane = builder.lane('worker', worker);
      builder.open(waitKey(task), {
        kind,
        lane,
        label: worker,
        from: moment,
        task,
        attempt,
        dueAt: Date.parse(at),
      });
      return;
    }
    case 'timerSet': {
      const { event, dueAt } = effect;
      const lane = builder.lane('timers', 'timers');
      builder.open(timerKey(event), {
        kind: 'timer',
        lane,
        label: timerText(event),
        from: moment,
        dueAt: Date.parse(dueAt),
      });
      return;
    }
    case 'timerDue':
      builder.close(timerKey(effect.event), moment, 'due');
      return;
    case 'timerCancelled':
      builder.close(timerKey(effect.event), moment, 'cancelled');
      return;
    case 'childStarted': {
      const { executionId, machine } = effect;
      const lane = builder.lane('children', machine);
      builder.open(`child ${executionId}`, {
        kind: 'child',
        lane,
        label: executionId,
        from: moment,
        executionId,
      });
      return;
    }
    case 'messagesSent':
      if (effect.messages.some(({ type }) => type === 'stop'))
        builder.close(`child ${effect.to}`, moment, 'stopped');
      return;
    case 'action':
    case 'log':
    case 'emitted':
      return;
  }
}

function attemptKey(task: number, index: number | undefined, attempt: number): string {
  return `task ${task}${index === undefined ? '' : `.${index}`} #${attempt}`;
}

function waitKey(task: number): string {
  return `wait ${task}`;
}

function timerKey(event: unknown): string {
  return `timer ${JSON.stringify(event)}`;
}

function timerText(event: unknown): string {
  const type =
    typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : String(event);
  const delay = /^xstate\.after\.(?<delay>[^.]+)\.(?<state>.+)$/.exec(type)?.groups;
  return delay ? `${delay.state?.split('.').at(-1)} after ${delay.delay}` : type;
}

function labelOf({ kind, event, control, sender }: HistoryEntry): string {
  if (kind === 'control') return control ?? 'control';
  if (kind === 'message') return sender ?? 'message';
  return typeof event?.type === 'string' ? event.type : 'event';
}

/** `closing: approval decided, activation deciding` for parallel states; the innermost name for the others. */
export const stateText: StateText = (value) => {
  if (typeof value === 'string') return value;
  const parts = Object.entries(value);
  const [only] = parts;
  if (parts.length === 1 && only) {
    const inner = only[1] === undefined ? '' : stateText(only[1]);
    return inner === '' ? only[0] : `${only[0]}: ${inner}`;
  }
  return parts.map(([key, inner]) => (inner === undefined ? key : `${key} ${stateText(inner)}`)).join(', ');
};
