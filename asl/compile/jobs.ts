import { entryTime } from '../../orchestrator/core/policy/entryTime.ts';
import { cancelledErrorName } from '../../orchestrator/core/policy/errorNames.ts';
import { redrivesOf } from '../../orchestrator/core/policy/redrives.ts';
import type { Failure } from '../dataflow/handle.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { errorNames } from '../statesError.ts';
import { act, frameOf, type Turn, whenFrame, withoutFailure, withState } from './act.ts';
import type { StateConfig, TransitionConfig } from './config.ts';
import type { Frame } from './context.ts';
import type { Job } from './integration.ts';

/** The facts that a state keeps while it waits for a job. */
type Kept = JsonObject & {
  /** When it started the job, in milliseconds since the epoch. */
  readonly since: number;
  /** Its own deadline. Absent: it waits as long as the job goes on. */
  readonly until?: number;
  /** Redrives of the execution before the job was started. */
  readonly redrives: number;
  /** Absent until the job is started. */
  readonly job?: Json;
  /** How often the job has been looked at. */
  readonly looks?: number;
};

function isKept(value: Json | undefined): value is Kept {
  return isObject(value) && 'since' in value && 'redrives' in value;
}

/** @param seconds the state's time for the whole of the job */
export function beforeJob({ self, surroundings: { now } }: Turn, seconds: number | undefined): Kept {
  return {
    since: now,
    ...(seconds !== undefined && { until: now + 1000 * seconds }),
    redrives: redrivesOf(self)?.count ?? 0,
  };
}

/** Seconds between the first looks at a job; each later one comes a minute after the one before. */
const firstPauses = [5, 5, 10, 20, 40];
const laterPause = 60;
/** A job that goes on for longer is looked at every five minutes, as Step Functions does. */
const longJobMs = 10 * 60_000;
const longJobPause = 300;

function pauseMs({ since, looks = 0 }: Kept, now: number): number {
  return 1000 * (now - since > longJobMs ? longJobPause : (firstPauses[looks] ?? laterPause));
}

export interface WaitingForJob {
  readonly job: Job;
  /** The task of a state that waits for nothing: its ways on are those of the last look. */
  readonly invoke: NonNullable<StateConfig['invoke']>;
  readonly scope: string;
  readonly id: string;
  /** Reports that the state's time is over. */
  readonly onLate: (turn: Turn, failure: Failure) => void;
}

/**
 * `starting` starts the job, and `looking` looks at it: once a task. A look at a job that goes on writes no result, so that the
 * deadline of the look is the timer for the next one. docs/decisions/0033-jobs-by-deadlines.md
 */
export function waitingForJob({ job, invoke, scope, id, onLate }: WaitingForJob): StateConfig {
  const failed = { guard: whenFrame(scope, ({ failure }) => failure !== undefined), target: `#${id}.failed` };
  const started = act(scope, ({ frame, event, surroundings: { now } }) => {
    const { kept } = frame.state ?? {};
    return isKept(kept)
      ? withState(frame, { kept: { ...kept, job: job.nameIn(jsonOf(event.output), now), looks: 0 } })
      : frame;
  });
  const goesOn = act(scope, (turn) => {
    const { frame, surroundings } = turn;
    const { kept } = frame.state ?? {};
    if (!isKept(kept)) return frame;
    if (kept.until !== undefined && surroundings.now >= kept.until) {
      onLate(turn, tooLate);
      return { ...frame, failure: tooLate };
    }
    return withState(frame, { kept: { ...kept, looks: (kept.looks ?? 0) + 1 } });
  });
  const startsAgain = act(scope, (turn) => (isOfLastRun(turn) ? withoutFailure(turn.frame) : turn.frame));
  const { onError } = invoke;
  const onFailure = isList(onError) ? onError : [onError];
  /** The job was cancelled when the execution ended: a redrive starts it again. */
  const cancelled: TransitionConfig = {
    guard: ({ event }) => nameOf(event.error) === cancelledErrorName,
    target: `#${id}.call`,
  };
  const looking: StateConfig = {
    invoke: {
      id: `look ${id}`,
      src: invoke.src,
      input: ({ context, self }) => lookAt(job, frameOf(context, scope), entryTime(self)),
      onDone: { ...invoke.onDone, target: `#${id}.done` },
      onError: [
        {
          guard: ({ event }) => nameOf(event.error) === errorNames.timeout,
          target: 'pausing',
          actions: [goesOn],
        },
        cancelled,
        ...onFailure.map(({ actions = [] }) => ({ target: 'ended', actions: [...actions, startsAgain] })),
      ],
    },
  };
  return {
    initial: 'starting',
    states: {
      starting: {
        invoke: {
          ...invoke,
          onDone: { target: 'looking', actions: [started] },
          onError: [cancelled, ...onFailure.map((each) => ({ ...each, target: `#${id}.failed` }))],
        },
      },
      looking,
      pausing: { always: [failed, { target: 'looking' }] },
      ended: { always: [failed, { target: `#${id}.call` }] },
    },
  };
}

/** Whether the state waits for a job from before a redrive: where the job has failed, the redrive starts it again. */
export function isOfLastRun({ frame, self }: Pick<Turn, 'frame' | 'self'>): boolean {
  const { kept } = frame.state ?? {};
  if (!isKept(kept) || kept.job === undefined) return false;
  return (redrivesOf(self)?.count ?? 0) > kept.redrives;
}

const tooLate = { error: errorNames.timeout, cause: '' };

function lookAt(job: Job, frame: Frame, now: number): unknown {
  const { kept } = frame.state ?? {};
  if (!isKept(kept)) return null;
  const pause = pauseMs(kept, now);
  const timeout = kept.until === undefined ? pause : Math.max(1000, Math.min(pause, kept.until - now));
  return { input: job.look(kept.job ?? null), timeout, ...(job.isCancellable && { work: 'awaits' }) };
}

function nameOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'name') : undefined;
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function jsonOf(value: unknown): Json {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
