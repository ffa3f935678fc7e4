import type { Json } from '../../data/json.ts';
import type { JournalEntry, ResultEntry } from './entries.ts';
import { isJournalKind, type LogEntry } from './log.ts';

/**
 * A result that is in the log and not in the journal: that of a single task that succeeded. Its text is a JSON array of the
 * worker's name, the milliseconds that it took, and the output, if there is one.
 */
export function inlinedText({
  worker = '',
  at,
  startedAt,
  result,
}: Pick<ResultEntry, 'worker' | 'at' | 'startedAt' | 'result'>): string {
  const durationMs = Date.parse(at ?? '') - Date.parse(startedAt ?? '');
  const output = result.status === 'SUCCEEDED' && result.output !== undefined ? [result.output] : [];
  return JSON.stringify([worker, durationMs > 0 ? durationMs : 0, ...output]);
}

/** The entry of the journal that an entry of the log stands for. Undefined where it stands for none, or the journal has it not. */
export function journalEntryOf(
  entry: LogEntry,
  journal: { get(reference: string): JournalEntry | undefined },
): JournalEntry | undefined {
  if (isJournalKind(entry.kind)) return journal.get(entry.reference);
  return inlinedEntryOf(entry);
}

/** The result that an entry of the log holds. Undefined for an entry of another kind. */
export function inlinedEntryOf({ inlined, reference, at }: LogEntry): ResultEntry | undefined {
  const match = inlined === undefined ? undefined : /^task#(\d+)#(\d+)$/.exec(reference);
  if (inlined === undefined || !match) return undefined;
  const [worker, durationMs, output]: [string, number, Json?] = JSON.parse(inlined);
  return {
    kind: 'result',
    reference,
    task: Number(match[1]),
    attempt: Number(match[2]),
    result: { status: 'SUCCEEDED', ...(output !== undefined && { output }) },
    ...(worker !== '' && { worker }),
    startedAt: new Date(at - durationMs).toISOString(),
    at: new Date(at).toISOString(),
    isInlined: true,
  };
}
