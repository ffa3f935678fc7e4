import { ownProperty } from '../../data/ownProperty.ts';
import type { PreparedMachine } from '../../machine/index.ts';
import { timeAfter } from '../../policy/time.ts';
import { hasChild } from '../children/children.ts';
import { applyWord, noteReceived, takenOf, verdictOfAll } from '../children/parentsWord.ts';
import { anotherAttempt } from '../control/control.ts';
import { patched } from '../control/mergePatch.ts';
import { isItemTask } from '../lists/fanOut.ts';
import { settleItem } from '../lists/itemTasks.ts';
import { applyPartResult, listOfChild } from '../lists/listParts.ts';
import { childNumber } from '../model/addresses.ts';
import type {
  ControlEntry,
  EventEntry,
  JournalEntry,
  MessageEntry,
  ResultEntry,
  StartEntry,
} from '../model/entries.ts';
import type { LogEntryKind, LogVerdict } from '../model/log.ts';
import type { Draft } from './draft.ts';
import { failAttempt } from './due.ts';
import { offerEvent } from './heldEvents.ts';

interface Taking {
  /** Of the tasks that it opens. */
  readonly cause: string;
  /** It came while the execution had ended. A failure is then one of before the redrive, which tries again what failed. */
  readonly isStale: boolean;
}

/** Takes one journal item into the machine and logs what became of it. The execution is RUNNING and not waiting. */
export function applyEntry(
  draft: Draft,
  machine: PreparedMachine,
  entry: Exclude<JournalEntry, ControlEntry>,
  taking: Taking,
): void {
  draft.taking({ reference: entry.reference });
  const verdict = verdictOf(draft, machine, entry, taking);
  draft.log(logKindOf(entry), entry.reference, failureBy(draft, entry) ?? verdict);
}

/** What the machine could not take, it has not taken: a redrive gives it to it again. */
function failureBy({ execution }: Draft, { reference }: JournalEntry): LogVerdict | undefined {
  const { status, failed, error } = execution;
  if (status !== 'FAILED' || failed?.reference !== reference || !error) return undefined;
  return { type: 'failed', code: error.code };
}

function verdictOf(
  draft: Draft,
  machine: PreparedMachine,
  entry: Exclude<JournalEntry, ControlEntry>,
  taking: Taking,
): LogVerdict {
  const { cause } = taking;
  switch (entry.kind) {
    case 'start':
      return applyStart(draft, machine, entry, cause);
    case 'result':
      return applyResult(draft, machine, entry, taking);
    case 'event':
      return applyEvent(draft, machine, entry, cause);
    case 'invalidEvent':
      return { type: 'ignored', reason: 'InvalidEvent' };
    case 'message':
      return applyMessages(draft, machine, entry, taking);
  }
}

function applyStart(draft: Draft, machine: PreparedMachine, entry: StartEntry, cause: string): LogVerdict {
  const { inputPatch, startedAt } = draft.execution;
  draft.set({ machineVersion: machine.version, definitionHash: machine.definitionHash });
  if (machine.timeoutMs !== undefined) draft.set({ timeoutAt: timeAfter(startedAt, machine.timeoutMs) });
  if (entry.traceparent !== undefined) draft.set({ traceparent: entry.traceparent });
  const input = inputPatch === undefined ? entry.input : patched(entry.input ?? null, inputPatch);
  draft.step(machine, { type: 'start', input, isMessage: entry.isChild === true }, cause);
  return { type: 'applied' };
}

function applyResult(
  draft: Draft,
  machine: PreparedMachine,
  entry: ResultEntry,
  { cause, isStale }: Taking,
): LogVerdict {
  const task = draft.openAttempt(entry);
  if (!task) return { type: 'ignored', reason: 'NotOpen' };
  const { result } = entry;
  if (result.status === 'FAILED' && isStale) {
    draft.replaceTask(anotherAttempt(task, draft.now));
    return { type: 'ignored', reason: 'Redriven' };
  }
  if (result.status === 'FAILED') {
    failAttempt(draft, machine, task, result.error, cause);
  } else if (isItemTask(task)) {
    settleItem(draft, machine, task, 'SUCCEEDED', cause);
  } else {
    const { output } = result;
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
  taking: Taking,
): LogVerdict {
  const { messages, reference } = entry;
  const verdicts: LogVerdict[] = [];
  for (let index = takenOf(draft.execution, entry); index < messages.length; index++) {
    const next = index + 1;
    const afterwards = next < messages.length ? { reference, messages: next } : undefined;
    draft.taking({ reference, messages: index }, afterwards);
    const verdict = applyMessage(draft, machine, entry, index, taking);
    verdicts.push(failureBy(draft, entry) ?? verdict);
  }
  if (isHeard(draft, entry)) noteReceived(draft, entry);
  return verdictOfAll(verdicts);
}

/** Invariant 5: of a state that was left, nothing acts on a later one. */
function isHeard({ execution }: Draft, { sender }: MessageEntry): boolean {
  const task = childNumber(sender, execution.executionId);
  return task === undefined || hasChild(execution, task);
}

function applyMessage(
  draft: Draft,
  machine: PreparedMachine,
  entry: MessageEntry,
  index: number,
  { cause, isStale }: Taking,
): LogVerdict {
  const { sender, reference } = entry;
  const message = entry.messages[index];
  if (message?.type === 'stop' || message?.type === 'redrive') {
    return isStale ? { type: 'ignored', reason: 'Redriven' } : applyWord(draft, entry, index);
  }
  if (draft.ended || message === undefined) return { type: 'ignored', reason: 'Ended' };
  if (!isHeard(draft, entry)) return { type: 'ignored', reason: 'NotOpen' };
  switch (message.type) {
    case 'event':
      return offerEvent(draft, machine, { reference, event: message.event, isMessage: true }, cause);
    case 'done':
    case 'error': {
      const task = childNumber(sender, draft.execution.executionId);
      if (task === undefined) return { type: 'ignored', reason: 'NotOpen' };
      // The child is redriven, too, and has more to say.
      if (message.type === 'error' && isStale) return { type: 'ignored', reason: 'Redriven' };
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
  }
}

/** A parent's word may be taken before what the parent has said before: it counts once that was taken, too. */
export function countAgain(draft: Draft, entry: JournalEntry): void {
  if (entry.kind !== 'message' || draft.ended) return;
  const counted = ownProperty(draft.execution.received, entry.sender) ?? 0;
  if (counted > 0 && entry.number === counted + 1 && isHeard(draft, entry)) noteReceived(draft, entry);
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
