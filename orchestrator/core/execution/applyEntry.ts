import type { PreparedMachine } from '../machine/index.ts';
import { childNumber, parentOf } from './addresses.ts';
import { hasChild } from './children.ts';
import type { Draft } from './draft.ts';
import { failAttempt } from './due.ts';
import type {
  ControlEntry,
  EventEntry,
  JournalEntry,
  MessageEntry,
  ResultEntry,
  StartEntry,
} from './entries.ts';
import { isItemTask } from './fanOut.ts';
import { offerEvent } from './heldEvents.ts';
import { settleItem } from './itemTasks.ts';
import { applyPartResult, listOfChild } from './listParts.ts';
import type { LogEntryKind, LogVerdict } from './log.ts';
import type { Message } from './messages.ts';

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
    case 'message':
      return applyMessages(draft, machine, entry, cause);
  }
}

function applyStart(draft: Draft, machine: PreparedMachine, entry: StartEntry, cause: string): LogVerdict {
  draft.set({ machineVersion: machine.version, definitionHash: machine.definitionHash });
  draft.step(machine, { type: 'start', input: entry.input, isMessage: entry.isChild === true }, cause);
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
  return offerEvent(draft, machine, { reference: entry.reference, event }, cause);
}

/** What another execution has to say, in its order. Ignored where nothing of it is of use any more. */
function applyMessages(
  draft: Draft,
  machine: PreparedMachine,
  entry: MessageEntry,
  cause: string,
): LogVerdict {
  const verdicts = entry.messages.map((message) => applyMessage(draft, machine, entry, message, cause));
  noteReceived(draft, entry);
  const applied =
    verdicts.find(({ type }) => type === 'applied') ?? verdicts.find(({ type }) => type === 'held');
  return applied ?? verdicts[0] ?? { type: 'ignored', reason: 'InvalidEvent' };
}

function applyMessage(
  draft: Draft,
  machine: PreparedMachine,
  { sender, reference }: MessageEntry,
  message: Message,
  cause: string,
): LogVerdict {
  if (draft.ended) return { type: 'ignored', reason: 'Ended' };
  const task = childNumber(sender, draft.execution.executionId);
  // Invariant 5: of a state that was left, nothing acts on a later one.
  if (task !== undefined && !hasChild(draft.execution, task)) return { type: 'ignored', reason: 'NotOpen' };
  switch (message.type) {
    case 'event':
      return offerEvent(draft, machine, { reference, event: message.event, isMessage: true }, cause);
    case 'done':
    case 'error': {
      if (task === undefined) return { type: 'ignored', reason: 'NotOpen' };
      const list = listOfChild(draft, task);
      if (list) {
        applyPartResult(draft, machine, { list, child: task, message }, cause);
        return { type: 'applied' };
      }
      const result =
        message.type === 'done'
          ? ({ type: 'taskSucceeded', task, output: message.output, isMessage: true } as const)
          : ({ type: 'taskFailed', task, error: message.error } as const);
      draft.settle(machine, result, cause);
      return { type: 'applied' };
    }
    case 'stop':
      return stopFromParent(draft, sender) ? { type: 'applied' } : { type: 'ignored', reason: 'NotOpen' };
  }
}

/** What was applied of one sender comes from its numbers: an older one that is delivered late has been here. */
function noteReceived(draft: Draft, { sender, number }: MessageEntry): void {
  const { executionId, received = {} } = draft.execution;
  const task = childNumber(sender, executionId);
  if (task !== undefined && !hasChild(draft.execution, task)) return;
  draft.set({ received: { ...received, [sender]: number } });
}

/** A parent's word to stop needs no machine. Answers whether the entry was that. */
export function applyStop(draft: Draft, entry: MessageEntry): boolean {
  const isStop = entry.messages.some(({ type }) => type === 'stop');
  if (!isStop || !stopFromParent(draft, entry.sender)) return false;
  draft.log('message', entry.reference);
  return true;
}

function stopFromParent(draft: Draft, sender: string): boolean {
  if (sender !== parentOf(draft.execution.executionId)) return false;
  abort(draft, false);
  return true;
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
      abort(draft);
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

function abort(draft: Draft, isToldToParent = true): void {
  draft.end('ABORTED', {}, isToldToParent);
  draft.closeTasks();
}

export function logKindOf(entry: JournalEntry): LogEntryKind {
  switch (entry.kind) {
    case 'start':
      return 'start';
    case 'result':
      return 'result';
    case 'invalidEvent':
      return entry.reference.startsWith('message#') ? 'message' : 'event';
    case 'event':
    case 'control':
      return 'event';
    case 'message':
      return 'message';
  }
}
