import { shiftTimers } from '../../machine/index.ts';
import { timeAfter } from '../../policy/time.ts';
import { redriveChildren } from '../children/children.ts';
import { type RunningList, withOpenTasks } from '../lists/runningList.ts';
import type { ControlEntry } from '../model/entries.ts';
import type { IgnoredReason } from '../model/log.ts';
import type { OpenTask } from '../model/openTask.ts';
import type { Draft } from '../step/draft.ts';
import { endExecution } from '../step/ending.ts';
import { notHandedOver } from '../tasks/tasks.ts';
import { patchTarget } from './inputPatch.ts';

export interface RedriveLimits {
  /** From the end of an execution: later, its data is about to expire. @default without end */
  readonly redrivableMs?: number;
}

/** An operator's word. It needs no machine, and is taken also by an execution that has ended. */
export function applyControl(draft: Draft, entry: ControlEntry, limits: RedriveLimits = {}): void {
  const refused = control(draft, entry, limits);
  draft.log('event', entry.reference, refused ? { type: 'ignored', reason: refused } : { type: 'applied' });
}

/** Answers why it is not taken. */
function control(draft: Draft, entry: ControlEntry, limits: RedriveLimits): IgnoredReason | undefined {
  const { status } = draft.execution;
  switch (entry.control) {
    case 'stop':
      if (draft.ended) return 'Ended';
      // An execution of the same name that another has started.
      if (entry.answerTo !== undefined && entry.answerTo !== draft.execution.answerTo) return 'NotOpen';
      endExecution(draft, 'ABORTED', errorOf(entry));
      return undefined;
    case 'redrive':
      return isTooLate(draft, limits) ? 'RedriveTooLate' : redrive(draft, entry);
    case 'suspend':
      if (status !== 'RUNNING') return draft.ended ? 'Ended' : 'NotRunning';
      draft.set({ status: 'SUSPENDED', suspendedAt: draft.now });
      return undefined;
    case 'resume':
      if (status !== 'SUSPENDED') return draft.ended ? 'Ended' : 'NotSuspended';
      return resume(draft);
  }
}

function errorOf({ cause, error }: ControlEntry) {
  if (cause === undefined && error === undefined) return {};
  return { error: { code: 'Stopped', name: error ?? 'Stopped', message: cause ?? '' } } as const;
}

/** A parent's word is never too late: what the parent refers to is renewed with its own data. */
function isTooLate({ execution: { endedAt }, now }: Draft, { redrivableMs }: RedriveLimits): boolean {
  return endedAt !== undefined && redrivableMs !== undefined && now - endedAt > redrivableMs;
}

type Redrive = Pick<ControlEntry, 'version' | 'input'>;

/**
 * Goes on from where the execution failed, timed out or was stopped: its state and tasks are those of before. Work
 * that has succeeded is not repeated: results that have come meanwhile are found in the journal. An attempt that
 * failed, or whose time ran out, is followed by a new one. Answers why the redrive is not taken.
 */
export function redrive(draft: Draft, { version, input }: Redrive): IgnoredReason | undefined {
  const { status, failed, machineVersion, startedOnVersion } = draft.execution;
  if (status === 'RUNNING' || status === 'SUCCEEDED' || status === 'SUSPENDED') return 'NotRedrivable';
  if (input !== undefined) {
    if (patchTarget(draft.execution).type === 'none') return 'InputPatchNotApplicable';
    // Applied when it goes on: what it changes may be in the object store.
    draft.set({ inputPatch: input });
  }
  if (draft.ended) {
    const { count = 0 } = draft.execution.redrives ?? {};
    draft.set({ redrives: { count: count + 1, lastAt: draft.now } });
  }
  for (const key of ['endedAt', 'timeoutAt', 'output'] as const) draft.clear(key);
  draft.set({
    status: 'RUNNING',
    waiting: { since: draft.now, attempts: 0, nextAttemptAt: draft.now, isRedrive: true },
  });
  if (version !== undefined && version !== machineVersion) {
    const first = startedOnVersion ?? machineVersion;
    draft.set({ machineVersion: version, ...(first !== undefined && { startedOnVersion: first }) });
  }
  const task = draft.execution.tasks.find((open) => open.task === failed?.task);
  if (task) {
    draft.replaceTask(anotherAttempt(task, draft.now));
  } else if (failed?.task !== undefined) {
    const list = draft.list(failed.task);
    if (list) draft.replaceList(withFailuresReopened(list, failed.item, draft.now));
  }
  if (status !== 'PENDING_REDRIVE') redriveChildren(draft);
  return undefined;
}

/** The attempts that it has had do not count. */
export function anotherAttempt(task: OpenTask, now: number): OpenTask {
  const { starts, ...rest } = notHandedOver(task);
  const { isStopped: _, ...startsAgain } = starts ?? { name: '' };
  return {
    ...rest,
    ...(starts && { starts: startsAgain }),
    attempt: task.attempt + 1,
    retries: [],
    dispatchAt: now,
  };
}

/** Reopens the failed items of a list: they are tried again. The last of them is still open. */
function withFailuresReopened(list: RunningList, last: number | undefined, now: number): RunningList {
  const { task, worker, exceptions, open } = list;
  const failures = exceptions.filter(({ status }) => status !== 'SUCCEEDED');
  return {
    ...list,
    exceptions: exceptions.filter(({ status }) => status === 'SUCCEEDED'),
    open: [
      ...open.map((item) => {
        if (item.index !== last) return item;
        return { ...notHandedOver(item), index: item.index, attempt: item.attempt + 1, dispatchAt: now };
      }),
      ...failures.map(({ index, attempt }) => ({
        task,
        worker,
        index,
        attempt: attempt + 1,
        cause: '',
        dispatchAt: now,
      })),
    ],
  };
}

/** Timers stood still: they are as far away as they were. Entries that have come meanwhile are in the journal. */
export function resume(draft: Draft): undefined {
  const { suspendedAt = draft.now, snapshot, waiting } = draft.execution;
  const ms = draft.now - suspendedAt;
  draft.clear('suspendedAt');
  draft.set({
    status: 'RUNNING',
    waiting: {
      since: draft.now,
      attempts: 0,
      nextAttemptAt: draft.now,
      ...(waiting?.isRedrive && { isRedrive: true }),
    },
    ...withOpenTasks(draft.execution, (task) => later(task, ms)),
    ...(snapshot !== undefined && { snapshot: shiftTimers(snapshot, ms) }),
  });
}

function later(task: OpenTask, ms: number): OpenTask {
  const { deadline, dispatchAt, heartbeatAt, startBy, ...rest } = task;
  return {
    ...rest,
    ...(deadline !== undefined && { deadline: timeAfter(deadline, ms) }),
    ...(dispatchAt !== undefined && { dispatchAt: timeAfter(dispatchAt, ms) }),
    ...(heartbeatAt !== undefined && { heartbeatAt: timeAfter(heartbeatAt, ms) }),
    ...(startBy !== undefined && { startBy: timeAfter(startBy, ms) }),
  };
}
