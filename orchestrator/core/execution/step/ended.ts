import type { JournalEntry } from '../model/entries.ts';
import type { Draft } from './draft.ts';
import { logKindOf } from './logKind.ts';

/**
 * Logs, for an execution that has ended, the entries that nothing was decided on before. An entry that came too late
 * before a redrive that led to nothing is still too late.
 */
export function logAsEnded(
  draft: Draft,
  entries: readonly JournalEntry[],
  decided: ReadonlySet<string>,
): void {
  for (const entry of entries) {
    // It is in no journal, so only a commit that applies it has it at all.
    if (entry.kind === 'result' && entry.isInlined) continue;
    if (draft.hasLogged(entry.reference) || decided.has(entry.reference)) continue;
    draft.log(logKindOf(entry), entry.reference, { type: 'ignored', reason: 'Ended' });
  }
}
