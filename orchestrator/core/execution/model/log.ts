import { MillraceError } from '../../errors/millraceError.ts';
/**
 * The log of an execution: what was applied to it, in order. With the journal it replays to every state the execution
 * was ever in, and it shows what has been applied already. It is part of every commit, so an entry takes a few
 * bytes:
 *
 *     =<base>                       time of the entry before the first one, in base 36 (ms since the epoch)
 *     ;<kind><reference>~<delta>    delta: ms since the entry before, in base 36
 *     …!<reason>                    ignored, and why
 *     …+                            held: no active state took the event
 *     …^<code>                      ended the execution with this error, by a decision outside the machine
 *     …=<json>                      of an inlined result: the result itself, see inlinedResult.ts
 *
 * The base may be followed by a word on how the log is cut: see logCut.ts.
 */
export interface LogEntry {
  readonly kind: LogEntryKind;
  /** Sort key of the journal item; id of the wake. */
  readonly reference: string;
  /** Milliseconds since the epoch: the `now` the step was taken with. */
  readonly at: number;
  readonly verdict: LogVerdict;
  /** The result, of kind `inlined`: see inlinedResult.ts. */
  readonly inlined?: string;
}

/**
 * `inlined` is the result of a task that no journal item has (`reference`: the key that its item would have). `result`, `event`, `message` and `start` are journal items. `held` is an event that was held and has been taken after the
 * entry before (`reference`: its journal item). `wake` fired what was due. `deferred` is a task whose function was
 * throttled (`reference`: its `task#` key). `beat` is a worker's sign of life that the wake after it has seen (`reference`:
 * the `task#` key, `#` and the counter). `waiting` began or ended a wait for a machine.
 */
export type LogEntryKind =
  | 'start'
  | 'result'
  | 'inlined'
  | 'event'
  | 'message'
  | 'held'
  | 'wake'
  | 'deferred'
  | 'beat'
  | 'waiting';

/** Whether entries of a kind are items of the journal, each logged once. */
export function isJournalKind(kind: LogEntryKind): boolean {
  return kind === 'start' || kind === 'result' || kind === 'event' || kind === 'message';
}

export type LogVerdict =
  | { readonly type: 'applied' }
  /** No active state took the event: it is offered again after each transition. */
  | { readonly type: 'held' }
  | { readonly type: 'ignored'; readonly reason: IgnoredReason }
  | { readonly type: 'failed'; readonly code: string };

export type IgnoredReason =
  /** The execution had ended. */
  | 'Ended'
  /** A failure of before a redrive, which tries again what failed. */
  | 'Redriven'
  /** No attempt with that number was open. */
  | 'NotOpen'
  /** A later update of the list has been applied. */
  | 'Superseded'
  /** The event's type begins with `xstate.` or `millrace.`. */
  | 'ReservedType'
  /** The event has no `type`, or its `type` is not a string; or an unknown `control`. */
  | 'InvalidEvent'
  /** The machine holds as many events as it may. */
  | 'HeldEventsFull'
  /** A redrive of an execution that runs, is suspended or has succeeded. */
  | 'NotRedrivable'
  /** A redrive of an execution that ended so long ago that its data is about to expire. */
  | 'RedriveTooLate'
  /** A redrive with a patch of an input, where nothing that failed has one. */
  | 'InputPatchNotApplicable'
  /** A suspend of an execution that is not RUNNING. */
  | 'NotRunning'
  /** A resume of an execution that is not SUSPENDED. */
  | 'NotSuspended'
  /** The machine is not waiting for it any more, or a wake found nothing due. */
  | 'NothingDue';

const kinds: Readonly<Record<LogEntryKind, string>> = {
  start: 's',
  result: 't',
  inlined: 'i',
  event: 'e',
  message: 'm',
  held: 'h',
  wake: 'w',
  deferred: 'd',
  beat: 'b',
  waiting: 'q',
};
const kindOf = new Map(Object.entries(kinds).map(([kind, letter]) => [letter, kind as LogEntryKind]));
const prefixes: Readonly<Record<LogEntryKind, string>> = {
  start: 'start',
  result: 'task#',
  inlined: 'task#',
  event: 'event#',
  message: 'message#',
  held: '',
  wake: 'wake#',
  deferred: 'task#',
  beat: 'task#',
  waiting: '',
};

export function emptyLog(base: number): string {
  return `=${base.toString(36)}`;
}

export function appendToLog(log: string, lastAt: number, entry: LogEntry): string {
  const reference = escapeReference(entry.reference.slice(prefixes[entry.kind].length));
  const delta = (entry.at - lastAt).toString(36);
  const inlined = entry.inlined === undefined ? '' : `=${escapeReference(entry.inlined)}`;
  return `${log};${kinds[entry.kind]}${reference}~${delta}${verdictText(entry.verdict)}${inlined}`;
}

/** @throws InvalidLogError when the text is not a log, which only a foreign write can cause. */
export function parseLog(log: string): LogEntry[] {
  const [head = '', ...rest] = log.split(';');
  let at = Number.parseInt(head.slice(1), 36);
  if (!head.startsWith('=') || Number.isNaN(at)) throw new InvalidLogError(log);
  return rest.map((text) => {
    const match = /^([a-z])([^~]*)~(-?[0-9a-z]+)(?:([!^+=])(.*))?$/s.exec(text);
    const kind = kindOf.get(match?.[1] ?? '');
    const isInlined = match?.[4] === '=';
    if (!match || !kind || isInlined !== (kind === 'inlined')) throw new InvalidLogError(log);
    at += Number.parseInt(match[3] ?? '', 36);
    const reference = prefixes[kind] + unescapeReference(match[2] ?? '');
    const entry = { kind, reference, at, verdict: verdictOf(match[4], match[5] ?? '') };
    return isInlined ? { ...entry, inlined: unescapeReference(match[5] ?? '') } : entry;
  });
}

/** The journal items that a log says were applied or ignored. */
export function journalReferences(log: string): string[] {
  return parseLog(log)
    .filter(({ kind }) => isJournalKind(kind))
    .map(({ reference }) => reference);
}

/** The last entry of a kind for a reference, found without parsing the others. Its time is not known by that. */
export function lastVerdictOf(log: string, kind: LogEntryKind, reference: string): LogVerdict | undefined {
  const begin = `;${kinds[kind]}${escapeReference(reference.slice(prefixes[kind].length))}~`;
  const place = log.lastIndexOf(begin);
  if (place < 0) return undefined;
  const end = log.indexOf(';', place + 1);
  return parseLog(`=0${log.slice(place, end < 0 ? log.length : end)}`)[0]?.verdict;
}

/** Whether results of tasks are in the log itself: releases of before cannot read it. */
export function hasInlined(log: string): boolean {
  return log.includes(`;${kinds.inlined}`);
}

/** The time of a log's first entry; of the one before, where it has none. */
export function oldestAt(log: string): number {
  return parseLog(log)[0]?.at ?? Number.parseInt(log.slice(1), 36);
}

/** How many entries a log has, without parsing them. */
export function countLogEntries(log: string): number {
  let count = 0;
  for (let at = log.indexOf(';'); at >= 0; at = log.indexOf(';', at + 1)) count++;
  return count;
}

/** Thrown for a `log` attribute that no orchestrator has written. */
export class InvalidLogError extends MillraceError {
  override readonly code = 'InvalidLog';
  override readonly name = 'InvalidLogError';
  constructor(log: string) {
    super(
      `'${log.slice(0, 40)}' is not an execution log. Only the orchestrator may write the execution item.`,
    );
  }
}

function verdictText(verdict: LogVerdict): string {
  switch (verdict.type) {
    case 'applied':
      return '';
    case 'held':
      return '+';
    case 'ignored':
      return `!${verdict.reason}`;
    case 'failed':
      return `^${verdict.code}`;
  }
}

function verdictOf(mark: string | undefined, text: string): LogVerdict {
  if (mark === '!') return { type: 'ignored', reason: text as IgnoredReason };
  if (mark === '+') return { type: 'held' };
  if (mark === '^') return { type: 'failed', code: text };
  return { type: 'applied' };
}

/** `;`, `~` and `%` separate entries; an event's id may hold any of them. */
function escapeReference(reference: string): string {
  return reference.replace(/[%;~]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}

function unescapeReference(reference: string): string {
  return reference.replace(/%([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
