import { isChildOfItem, type PreparedMachine } from '../../machine/index.ts';
import { timeAfter } from '../../policy/time.ts';
import { hasChild } from '../children/children.ts';
import { applyWord, noteReceived, takenOf, verdictOfAll } from '../children/parentsWord.ts';
import { anotherAttempt } from '../control/control.ts';
import { patched } from '../control/mergePatch.ts';
import type { KnownItemResults } from '../lists/itemResults.ts';
import { endPart, itemDone } from '../lists/itemTasks.ts';
import { listOfChild, partDone } from '../lists/listParts.ts';
import { isItemTask } from '../lists/runningList.ts';
import { updateList, updatePart } from '../lists/updateList.ts';
import { childNumber, descendantNumber, parentOf } from '../model/addresses.ts';
import type {
  ControlEntry,
  EventEntry,
  JournalEntry,
  MessageEntry,
  ResultEntry,
  StartEntry,
} from '../model/entries.ts';
import { inlinedText } from '../model/inlinedResult.ts';
import type { LogVerdict } from '../model/log.ts';
import type { Need } from './advance.types.ts';
import type { Draft } from './draft.ts';
import { type Concluded, conclude } from './drain.ts';
import { attemptFailed } from './failedAttempt.ts';
import type { Handled } from './followUp.ts';
import { logKindOf } from './logKind.ts';
import type { Origin } from './origin.ts';

/** The context in which an entry is applied. */
export interface Applying {
  readonly machine: PreparedMachine;
  /** Cause of the tasks that it opens. */
  readonly cause: string;
  /** It came while the execution had ended. A failure is then one of before the redrive, which tries again what failed. */
  readonly isStale: boolean;
  readonly itemResults: KnownItemResults;
}

type Applied = Exclude<JournalEntry, ControlEntry>;

/**
 * Takes one journal item into the machine and logs what became of it. The execution is RUNNING and not waiting. Answers what
 * has to be known before; nothing is to be kept of the draft then.
 */
export function applyEntry(draft: Draft, entry: Applied, applying: Applying): Need | undefined {
  const { cause, machine } = applying;
  const { reference } = entry;
  const verdict =
    entry.kind === 'message'
      ? applyMessages(draft, entry, applying)
      : conclude(draft, machine, handle(draft, entry, applying), { cause, item: { reference } });
  if (verdict.type === 'needs') return verdict.need;
  const isInlined = entry.kind === 'result' && entry.isInlined && verdict.type === 'applied';
  if (isInlined) draft.log('inlined', reference, verdict, inlinedText(entry));
  else draft.log(logKindOf(entry), reference, verdict);
  return undefined;
}

function handle(draft: Draft, entry: Exclude<Applied, MessageEntry>, applying: Applying): Handled {
  switch (entry.kind) {
    case 'start':
      return startOf(draft, entry, applying);
    case 'result':
      return resultOf(draft, entry, applying);
    case 'event':
      return eventOf(entry);
    case 'listUpdate': {
      const { machine, cause, itemResults } = applying;
      const origin = { cause, item: { reference: entry.reference } };
      return updateList(draft, machine, entry, { origin, itemResults });
    }
    case 'invalidEvent':
      return { type: 'ignored', reason: 'InvalidEvent' };
  }
}

function startOf(draft: Draft, entry: StartEntry, { machine }: Applying): Handled {
  const { inputPatch, startedAt } = draft.execution;
  const { traceparent, answerTo } = entry;
  draft.set({
    machineVersion: machine.version,
    definitionHash: machine.definitionHash,
    ...(machine.timeoutMs !== undefined && { timeoutAt: timeAfter(startedAt, machine.timeoutMs) }),
    ...(traceparent !== undefined && { traceparent }),
    ...(answerTo !== undefined && { answerTo }),
  });
  const input = inputPatch === undefined ? entry.input : patched(entry.input ?? null, inputPatch);
  return { type: 'step', input: { type: 'start', input, isMessage: entry.isChild === true } };
}

function resultOf(draft: Draft, entry: ResultEntry, applying: Applying): Handled {
  const { machine, cause, isStale, itemResults } = applying;
  const { result, reference } = entry;
  const task = draft.openAttempt(entry);
  if (!task) return { type: 'ignored', reason: 'NotOpen' };
  draft.answered.add(reference);
  const given = { origin: { cause, item: { reference } }, itemResults };
  if (result.status === 'FAILED') {
    if (!isStale)
      return attemptFailed(draft, machine, { task, error: result.error, status: 'FAILED' }, given);
    draft.replaceTask(anotherAttempt(task, draft.now));
    return { type: 'ignored', reason: 'Redriven' };
  }
  if (isItemTask(task)) return itemDone(draft, machine, task, 'SUCCEEDED', given);
  const { output } = result;
  return { type: 'settle', outcome: { type: 'taskSucceeded', task: task.task, output } };
}

function eventOf({ reference, fields, type }: EventEntry): Handled {
  return { type: 'offer', held: { reference, event: { ...fields, type } } };
}

/**
 * Applies the messages of another execution, in their order. The entry is ignored where none of them is of use any
 * more.
 */
function applyMessages(draft: Draft, entry: MessageEntry, applying: Applying): Concluded {
  const { messages, reference } = entry;
  const { cause, machine } = applying;
  const verdicts: LogVerdict[] = [];
  for (let index = takenOf(draft.execution, entry); index < messages.length; index++) {
    const next = index + 1;
    const origin = {
      cause,
      item: { reference, messages: index },
      ...(next < messages.length && { rest: { reference, messages: next } }),
      ...answersTo(entry, index),
    };
    const handled = handleMessage(draft, entry, index, applying);
    const verdict = conclude(draft, machine, handled, origin);
    if (verdict.type === 'needs') return verdict;
    verdicts.push(verdict);
  }
  if (isHeard(draft, entry)) noteReceived(draft, entry);
  return verdictOfAll(verdicts);
}

/** Whether the parent has said it as it stopped this execution. */
function answersTo({ messages }: MessageEntry, index: number): Pick<Origin, 'answers'> {
  for (const [place, message] of messages.entries()) {
    if (message.type !== 'stop' || !message.answered || place <= index) continue;
    const { count, to } = message.answered;
    if (index >= place - count) return { answers: to === undefined ? {} : { to } };
  }
  return {};
}

/** Invariant 5: of a state that was left, nothing acts on a later one. */
function isHeard({ execution }: Draft, { sender }: MessageEntry): boolean {
  const task = childNumber(sender, execution.executionId);
  return task === undefined || hasChild(execution, task);
}

function handleMessage(
  draft: Draft,
  entry: MessageEntry,
  index: number,
  { machine, cause, isStale, itemResults }: Applying,
): Handled {
  const { sender, reference } = entry;
  const message = entry.messages[index];
  if (message?.type === 'stop' || message?.type === 'redrive') {
    return isStale ? { type: 'ignored', reason: 'Redriven' } : applyWord(draft, entry, index);
  }
  if (draft.ended || message === undefined) return { type: 'ignored', reason: 'Ended' };
  const isAnswer = message.type === 'event' && message.isAnswer === true;
  if (!isAnswer && !isHeard(draft, entry)) return { type: 'ignored', reason: 'NotOpen' };
  const task = childNumber(sender, draft.execution.executionId);
  if (message.type === 'event') {
    const { event, to } = message;
    // The machine of an item holds no events.
    if (to !== undefined) return { type: 'step', input: { type: 'event', event, isMessage: true, to } };
    const from = task ?? descendantNumber(sender, draft.execution.executionId);
    if (from !== undefined && draft.machineState && isChildOfItem(draft.machineState, from)) {
      return { type: 'step', input: { type: 'event', event, isMessage: true, from } };
    }
    return { type: 'offer', held: { reference, event, isMessage: true } };
  }
  if (message.type === 'endPart' || message.type === 'updatePart') {
    const isFromParent = sender === parentOf(draft.execution.executionId);
    if (!isFromParent || machine.listsOf === undefined) return { type: 'ignored', reason: 'NotOpen' };
    if (message.type === 'endPart') return endPart(draft, machine, itemResults);
    return updatePart(draft, machine, message, { origin: { cause, item: { reference } }, itemResults });
  }
  if (task === undefined) return { type: 'ignored', reason: 'NotOpen' };
  // The child is redriven, too, and has more to say.
  if (message.type === 'error' && isStale) return { type: 'ignored', reason: 'Redriven' };
  const list = listOfChild(draft, task);
  if (list) return partDone(draft, machine, { list, child: task, message }, itemResults);
  const outcome =
    message.type === 'done'
      ? ({ type: 'taskSucceeded', task, output: message.output, isMessage: true } as const)
      : ({ type: 'taskFailed', task, error: message.error } as const);
  return { type: 'settle', outcome };
}
