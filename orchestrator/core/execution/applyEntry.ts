import type { PreparedMachine } from '../machine/index.ts';
import type { Draft } from './draft.ts';
import { failAttempt } from './due.ts';
import type { ControlEntry, EventEntry, JournalEntry, ResultEntry, StartEntry } from './entries.ts';
import { isItemTask } from './fanOut.ts';
import { settleItem } from './itemTasks.ts';
import type { LogEntryKind, LogVerdict } from './log.ts';

/**
 * Takes one journal item into the machine and logs what became of it. The execution is RUNNING and not waiting.
 *
 * @param cause of the tasks that it opens
 */
export function applyEntry(
  draft: Draft,
  machine: PreparedMachine,
  entry: Exclude<JournalEntry, ControlEntry>,
  cause: string,
): void {
  const verdict = verdictOf(draft, machine, entry, cause);
  draft.log(logKindOf(entry), entry.reference, verdict);
}

function verdictOf(
  draft: Draft,
  machine: PreparedMachine,
  entry: Exclude<JournalEntry, ControlEntry>,
  cause: string,
): LogVerdict {
  switch (entry.kind) {
    case 'start':
      return applyStart(draft, machine, entry, cause);
    case 'result':
      return applyResult(draft, machine, entry, cause);
    case 'event':
      return applyEvent(draft, machine, entry, cause);
    case 'invalidEvent':
      return { type: 'ignored', reason: 'InvalidEvent' };
  }
}

function applyStart(draft: Draft, machine: PreparedMachine, entry: StartEntry, cause: string): LogVerdict {
  draft.set({ machineVersion: machine.version, definitionHash: machine.definitionHash });
  draft.step(machine, { type: 'start', input: entry.input }, cause);
  return { type: 'applied' };
}

function applyResult(draft: Draft, machine: PreparedMachine, entry: ResultEntry, cause: string): LogVerdict {
  const task = draft.openAttempt(entry);
  if (!task) return { type: 'ignored', reason: 'NotOpen' };
  const { result } = entry;
  if (result.status === 'FAILED') {
    failAttempt(draft, machine, task, result.error, cause);
  } else if (isItemTask(task)) {
    settleItem(draft, machine, task, 'SUCCEEDED', cause);
  } else {
    // What a worker returns goes through JSON, where nothing is null.
    const output = result.output ?? null;
    draft.settle(machine, { type: 'taskSucceeded', task: task.task, output }, cause);
  }
  return { type: 'applied' };
}

function applyEvent(draft: Draft, machine: PreparedMachine, entry: EventEntry, cause: string): LogVerdict {
  const event = { ...entry.fields, type: entry.type };
  const ignored = draft.step(machine, { type: 'event', event }, cause);
  return ignored ? { type: 'ignored', reason: ignored } : { type: 'applied' };
}

/** An operator's word. It needs no machine. */
export function applyControl(draft: Draft, entry: ControlEntry): void {
  const verdict: LogVerdict = control(draft, entry)
    ? { type: 'applied' }
    : { type: 'ignored', reason: 'NotRedrivable' };
  draft.log('event', entry.reference, verdict);
}

function control(draft: Draft, entry: ControlEntry): boolean {
  switch (entry.control) {
    case 'stop':
      draft.end('ABORTED', {});
      draft.closeTasks();
      return true;
    case 'redrive':
      if (draft.execution.status !== 'PENDING_REDRIVE') return false;
      draft.set({
        status: 'RUNNING',
        waiting: { since: draft.now, attempts: 0, nextAttemptAt: draft.now },
      });
      return true;
  }
}

export function logKindOf(entry: JournalEntry): LogEntryKind {
  switch (entry.kind) {
    case 'start':
      return 'start';
    case 'result':
      return 'result';
    case 'event':
    case 'control':
    case 'invalidEvent':
      return 'event';
  }
}
