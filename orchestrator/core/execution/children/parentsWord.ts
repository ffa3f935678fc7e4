import { ownProperty } from '../../data/ownProperty.ts';
import { redrive, resume } from '../control/control.ts';
import { parentOf } from '../model/addresses.ts';
import type { MessageEntry } from '../model/entries.ts';
import type { Execution } from '../model/execution.ts';
import type { LogVerdict } from '../model/log.ts';
import type { Draft } from '../step/draft.ts';
import { endExecution } from '../step/ending.ts';
import type { Message } from './messages.ts';

type Word = Extract<Message, { type: 'stop' | 'redrive' }>;

/**
 * Whether a parent's item can be taken without the machine. An event needs it, and a stop comes after every event that the
 * parent sent before: a child that cannot take those now is stopped once it has taken them (invariant 11).
 */
export function needsNoMachine(draft: Draft, entry: MessageEntry): boolean {
  const { execution } = draft;
  if (entry.sender !== parentOf(execution.executionId)) return false;
  const left = entry.messages.slice(takenOf(execution, entry));
  const [first] = left;
  if (draft.ended) return execution.status !== 'SUCCEEDED' && left.some(({ type }) => type === 'redrive');
  if (!first || !left.every(isWord)) return false;
  if (first.type === 'stop') return isNext(draft, entry);
  return execution.status === 'PENDING_REDRIVE' || execution.status === 'SUSPENDED';
}

/** Takes an item that needs no machine. The execution may have ended: events in it come too late then. */
export function applyParentsWord(draft: Draft, entry: MessageEntry): void {
  const from = takenOf(draft.execution, entry);
  const verdicts = entry.messages
    .slice(from)
    .map(
      (message, i): LogVerdict =>
        isWord(message) ? applyWord(draft, entry, from + i) : { type: 'ignored', reason: 'Ended' },
    );
  // Earlier messages may lie in the journal, for when the machine is there.
  if (isNext(draft, entry)) noteReceived(draft, entry);
  draft.log('message', entry.reference, verdictOfAll(verdicts));
}

/**
 * Stops or redrives the execution. A stop of before a redrive does not count: the redrive is what the parent said last.
 *
 * @param index place of the word in the item
 */
export function applyWord(draft: Draft, entry: MessageEntry, index: number): LogVerdict {
  const word = entry.messages[index];
  if (entry.sender !== parentOf(draft.execution.executionId)) return { type: 'ignored', reason: 'NotOpen' };
  if (word?.type === 'stop') {
    if (isBeforeRedrive(draft.execution, entry, index)) return { type: 'ignored', reason: 'Redriven' };
    if (draft.ended) return { type: 'ignored', reason: 'Ended' };
    endExecution(draft, 'ABORTED', {}, 'nothing');
    return { type: 'applied' };
  }
  // Its stop waits behind what it could not take while it was suspended.
  const refused = draft.execution.status === 'SUSPENDED' ? resume(draft) : redrive(draft, {});
  if (refused !== undefined) return { type: 'ignored', reason: draft.ended ? 'Ended' : 'NotOpen' };
  draft.set({ redriveNumber: entry.number });
  return { type: 'applied' };
}

function isBeforeRedrive({ redriveNumber = 0 }: Execution, entry: MessageEntry, index: number): boolean {
  if (entry.number !== redriveNumber) return entry.number < redriveNumber;
  return index < entry.messages.findLastIndex(({ type }) => type === 'redrive');
}

/** How many messages of the item were taken before one of them failed the machine. */
export function takenOf({ failed }: Execution, { reference }: MessageEntry): number {
  return failed?.reference === reference ? (failed.messages ?? 0) : 0;
}

/**
 * The verdict that is logged for an item of several messages: that it failed the machine, or else the best verdict
 * of one message.
 */
export function verdictOfAll(verdicts: readonly LogVerdict[]): LogVerdict {
  for (const type of ['failed', 'applied', 'held'] as const) {
    const found = verdicts.find((verdict) => verdict.type === type);
    if (found) return found;
  }
  return verdicts[0] ?? { type: 'ignored', reason: 'InvalidEvent' };
}

/** Notes by number which messages of a sender were applied: an older one that is delivered late has been here. */
export function noteReceived(draft: Draft, { sender, number }: MessageEntry): void {
  const { received = {} } = draft.execution;
  draft.set({ received: { ...received, [sender]: number } });
}

/** A redrive may be taken before what the parent has said before it: it counts once that was taken, too. */
export function countAgain(draft: Draft, entry: MessageEntry): void {
  const counted = ownProperty(draft.execution.received, entry.sender) ?? 0;
  if (!draft.ended && counted > 0 && entry.number === counted + 1) noteReceived(draft, entry);
}

function isNext({ execution }: Draft, { sender, number }: MessageEntry): boolean {
  return (ownProperty(execution.received, sender) ?? 0) === number - 1;
}

function isWord(message: Message): message is Word {
  return message.type === 'stop' || message.type === 'redrive';
}
