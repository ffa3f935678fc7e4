import type { AttemptNumbers } from '../model/openTask.ts';
import { taskKey } from '../model/openTask.ts';

/** A worker's sign of life, as a wake has found it. */
export interface SeenBeat {
  /** Only its change counts: workers' clocks differ. */
  readonly count: number;
  /** For a task of an activity: it is in the activity's queue. */
  readonly isQueued?: true;
  /** For a task of an activity: when a worker took it, in milliseconds since the epoch. */
  readonly takenAt?: number;
}

/** The signs of life of open tasks, by the sort keys of their results. */
export type SeenBeats = ReadonlyMap<string, SeenBeat>;

/** A sign of life in the log: `task#3#1#7`. For a task that a worker has taken, the time follows: `task#3#1#7@loyw3v29`. */
export function beatReference(task: AttemptNumbers, { count, takenAt }: SeenBeat): string {
  return `${taskKey(task)}#${count}${takenAt === undefined ? '' : `@${takenAt.toString(36)}`}`;
}

/** The sort key of a result, and the sign of life that the log has. */
export function beatInLog(reference: string): readonly [key: string, seen: SeenBeat] {
  const place = reference.lastIndexOf('#');
  const [count = '', takenAt] = reference.slice(place + 1).split('@');
  const seen: SeenBeat =
    takenAt === undefined
      ? { count: Number(count), isQueued: true }
      : { count: Number(count), takenAt: Number.parseInt(takenAt, 36) };
  return [reference.slice(0, place), seen];
}
