import { ownProperty } from '../../data/ownProperty.ts';
import type { JournalEntry } from '../model/entries.ts';
import type { Draft } from './draft.ts';
import type { SegmentReferences } from './segmentReferences.ts';

/**
 * `decided`: by a commit before. `tooLate`: all that was decided is that the execution had ended, and it is redriven since.
 */
export type Standing = 'new' | 'tooLate' | 'decided';

export function standingOf(draft: Draft, entry: JournalEntry, segments: SegmentReferences): Standing {
  if (isDecided(draft, entry, segments)) return 'decided';
  if (!draft.execution.waiting?.isRedrive) return 'new';
  return cameTooLate(draft, entry, segments) ? 'tooLate' : 'new';
}

/**
 * Whether a commit before has decided on it. A start that has been applied shows in the execution itself. A redrive
 * takes the entries that came while the execution had ended, and the one that the machine could not take.
 */
function isDecided(draft: Draft, entry: JournalEntry, segments: SegmentReferences): boolean {
  const { execution } = draft;
  const { failed, waiting } = execution;
  // Limits with which a list has failed are not given to it again.
  const mayBeGivenAgain = entry.kind !== 'listUpdate';
  if (mayBeGivenAgain && waiting?.isRedrive && failed?.reference === entry.reference) return false;
  switch (entry.kind) {
    case 'start':
      if (execution.definitionHash !== undefined) return true;
      if (isOfBeforeRedrive(draft, entry, segments)) return false;
      break;
    case 'result':
      if (draft.openAttempt(entry)) return false;
      break;
    case 'message':
      if (entry.number <= (ownProperty(execution.received, entry.sender) ?? 0)) return true;
      if (isOfBeforeRedrive(draft, entry, segments)) return false;
      break;
    case 'event':
      if (isOfBeforeRedrive(draft, entry, segments)) return false;
      break;
    case 'control':
    case 'listUpdate':
    case 'invalidEvent':
      break;
  }
  return draft.hasLogged(entry.reference) || segments.named.has(entry.reference);
}

/** Whether the execution is redriven, and all that was decided on the item is that it had ended. */
function isOfBeforeRedrive(draft: Draft, entry: JournalEntry, segments: SegmentReferences): boolean {
  return draft.execution.waiting?.isRedrive === true && cameTooLate(draft, entry, segments);
}

/** Whether all that was decided on the item is that the execution had ended. */
export function cameTooLate(
  draft: Draft,
  { reference }: JournalEntry,
  { ended }: SegmentReferences,
): boolean {
  const last = draft.lastVerdict(reference);
  return last === undefined ? ended.has(reference) : last.type === 'ignored' && last.reason === 'Ended';
}
