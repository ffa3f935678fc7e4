import { emptyLog, hasInlined, parseLog } from './log.ts';

/**
 * The log's older part becomes a segment, an item of its own. Two committers that take a step from the same commit have to write the
 * same bytes, be they of different releases. So the text says how it is cut: a log with inlined results may have one of these
 * words after its base. One without a word is cut by its length.
 */
const words = {
  /** Not with the next commit: it has room. */
  keep: '+',
  /** With the next commit, as a whole. */
  cut: '-',
} as const;

/** A log without a word on it. Another release may have other numbers. */
export interface LogLengths {
  /** It grows to this many characters before its older part becomes a segment. */
  readonly segmentAfter: number;
  /** Characters of the newest entries that stay in the item. */
  readonly keep: number;
}

const lengths: LogLengths = { segmentAfter: 320, keep: 48 };

/** A function of the committed text alone. */
export function splitLog(
  log: string,
  { segmentAfter, keep }: LogLengths = lengths,
): { segment: string; rest: string } | undefined {
  const word = wordOf(log);
  if (word === words.keep) return undefined;
  if (word !== words.cut && log.length <= segmentAfter) return undefined;
  if (word === words.cut) return cutAt(log, log.length);
  const within = log.indexOf(';', log.length - keep);
  return cutAt(log, within < 0 ? log.lastIndexOf(';') : within);
}

/** Undefined where the first part would have no entry. */
export function cutAt(log: string, place: number): { segment: string; rest: string } | undefined {
  if (place < 0) return undefined;
  const segment = log.slice(0, place);
  const last = parseLog(segment).at(-1);
  return last === undefined ? undefined : { segment, rest: emptyLog(last.at) + log.slice(place) };
}

/**
 * The log of a commit that another has begun to cut elsewhere: a committer of another release, which may have died since. Undefined
 * where that text is not of this log.
 *
 * @param segment the part that this commit cuts off, with which `log` goes on
 * @param existing the other's segment
 */
export function cutAs(
  existing: string,
  { segment, log }: { readonly segment: string; readonly log: string },
): string | undefined {
  const whole = segment + log.slice(headEnd(log));
  if (!whole.startsWith(`${existing};`)) return undefined;
  const rest = cutAt(whole, existing.length)?.rest;
  const word = wordOf(log);
  return rest === undefined || word === undefined
    ? rest
    : withWord(rest, word === words.keep ? 'keep' : 'cut');
}

/** The log with a word on whether the next commit cuts it. Without inlined results, its length decides. */
export function withWord(log: string, word: keyof typeof words): string {
  const plain = withoutWord(log);
  if (!hasInlined(plain)) return plain;
  const end = headEnd(plain);
  return plain.slice(0, end) + words[word] + plain.slice(end);
}

/** A committer that appends to a log says again how it is cut. */
export function withoutWord(log: string): string {
  const word = wordOf(log);
  if (word === undefined) return log;
  const end = headEnd(log);
  return log.slice(0, end - 1) + log.slice(end);
}

function wordOf(log: string): string | undefined {
  const last = log[headEnd(log) - 1];
  return last === words.keep || last === words.cut ? last : undefined;
}

function headEnd(log: string): number {
  const end = log.indexOf(';');
  return end < 0 ? log.length : end;
}
