import type { JournalEntry } from '../model/entries.ts';
import type { LogEntryKind } from '../model/log.ts';

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
    case 'listUpdate':
      return 'event';
    case 'message':
      return 'message';
  }
}
