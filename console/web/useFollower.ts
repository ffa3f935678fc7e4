import { useRef } from 'preact/hooks';
import type { HistoryEntry } from '../../client/index.ts';

/** Computes something from a history, entry by entry. */
interface Follower {
  add(entries: Iterable<HistoryEntry>): void;
}

/**
 * A follower that has taken all entries. A long history comes in parts: each part is added to those before, and only where
 * earlier entries are others, as pending ones are once they are applied, another follower begins.
 *
 * @param begin makes an empty one; another function begins again
 */
export function useFollower<T extends Follower>(begin: () => T, entries: readonly HistoryEntry[]): T {
  const known = useRef<Known<T> | undefined>(undefined);
  let current = known.current;
  if (current?.begin !== begin || !goesOn(current.entries, entries)) {
    current = { begin, follower: begin(), entries: [] };
  }
  if (current.entries !== entries) {
    current.follower.add(entries.slice(current.entries.length));
    current = { ...current, entries };
  }
  known.current = current;
  return current.follower;
}

interface Known<T> {
  readonly begin: () => T;
  readonly follower: T;
  readonly entries: readonly HistoryEntry[];
}

function goesOn(before: readonly HistoryEntry[], entries: readonly HistoryEntry[]): boolean {
  return entries.length >= before.length && entries[before.length - 1] === before.at(-1);
}
