import type { Json, JsonObject } from '../../data/json.ts';
import type { ListLimits } from '../../policy/listLimits.ts';
import type { Message } from '../children/messages.ts';
import type { TaskResult } from './taskResult.ts';

/** An item of an execution's journal, as the core takes it in. `reference` is its sort key in the table. */
export type JournalEntry =
  | StartEntry
  | ResultEntry
  | EventEntry
  | ControlEntry
  | ListUpdateEntry
  | InvalidEventEntry
  | MessageEntry;

/** Part of an entry whose data is not in its item. */
interface WithStoredData {
  /** Key of the object that holds the data, while it has not been fetched: without it, the entry cannot be applied. */
  readonly dataAt?: string;
}

export interface StartEntry extends WithStoredData {
  readonly kind: 'start';
  readonly reference: 'start';
  readonly machine: string;
  readonly version?: string;
  readonly input?: Json;
  readonly traceparent?: string;
  /** Token of the task that started it. */
  readonly startedBy?: string;
  /** Token of the task that waits for it to end. */
  readonly answerTo?: string;
  /** The version or alias of the state machine that its caller has named. */
  readonly startedAs?: string;
  /** Whether another execution's machine has started it: actors in the input are references. */
  readonly isChild?: boolean;
  /** Set where the item cannot be read as a start: what is wrong with it. */
  readonly invalid?: string;
}

export interface ResultEntry extends WithStoredData {
  readonly kind: 'result';
  readonly reference: string;
  readonly task: number;
  /** Place in the list, for a list's item. */
  readonly index?: number;
  readonly attempt: number;
  readonly result: TaskResult;
  /** Name of the worker, where its writer says it: to show, not to decide on. */
  readonly worker?: string;
  /** When the attempt began, for one that is part of the log: no item says it. */
  readonly startedAt?: string;
  /** When it was written, as its writer says; orders a catch-up. */
  readonly at?: string;
  /** It is part of the log, and not an item of the journal. */
  readonly isInlined?: true;
}

export interface EventEntry extends WithStoredData {
  readonly kind: 'event';
  readonly reference: string;
  readonly type: string;
  /** The event's own fields. */
  readonly fields: JsonObject;
  readonly at?: string;
}

/** An operator's word, applied without loading the machine. */
export interface ControlEntry {
  readonly kind: 'control';
  readonly reference: string;
  readonly control: Control;
  /** For `stop`: why. */
  readonly cause?: string;
  /** For `stop`: the name of the error that it ends with. @default `Stopped` */
  readonly error?: string;
  /** For `stop`: only where the execution is to answer to this task. */
  readonly answerTo?: string;
  /** For `redrive`: the version of the machine to go on with. @default the one it is on */
  readonly version?: string;
  /** For `redrive`: a JSON merge patch (RFC 7396) to the input of what failed, a task or the start. */
  readonly input?: Json;
  readonly at?: string;
}

/** The content of an operator's item, without its key and time. */
export type ControlContent = Pick<
  ControlEntry,
  'control' | 'cause' | 'error' | 'answerTo' | 'version' | 'input'
>;

export const controls = ['stop', 'redrive', 'suspend', 'resume'] as const;
export type Control = (typeof controls)[number];

/** The value of `control` in the item of a {@link ListUpdateEntry}. Unlike the others, it needs the machine. */
export const listUpdateControl = 'updateList';

/** An operator's word on the limits of a list that is worked on. */
export interface ListUpdateEntry {
  readonly kind: 'listUpdate';
  readonly reference: string;
  /** Number of the actor that works on the list, within the execution. */
  readonly task: number;
  /** From 1: its place among the updates of the list. One that comes after a later one is ignored. */
  readonly number: number;
  readonly limits: ListLimits;
  /** Data of its writer: to show, not to decide on. */
  readonly note?: JsonObject;
  readonly at?: string;
}

/** The content of such an item, without its key and time. */
export type ListUpdateContent = {
  readonly control: typeof listUpdateControl;
} & Pick<ListUpdateEntry, 'task' | 'number' | 'limits' | 'note'>;

/** An `event#` item that is neither an event nor a control: it is recorded as ignored. */
export interface InvalidEventEntry {
  readonly kind: 'invalidEvent';
  readonly reference: string;
  /** The problem with it, where its data cannot be read. */
  readonly problem?: string;
  readonly at?: string;
}

/** The messages of another execution. */
export interface MessageEntry extends WithStoredData {
  readonly kind: 'message';
  readonly reference: string;
  /** Address of the execution that it comes from. */
  readonly sender: string;
  /** From 1: its place among what this sender has sent. */
  readonly number: number;
  readonly messages: readonly Message[];
  readonly at?: string;
}

/** Journal order for a catch-up: the start, then by the time each was written, then by key. */
export function inJournalOrder(entries: readonly JournalEntry[]): JournalEntry[] {
  const time = (entry: JournalEntry) => (entry.kind === 'start' ? '' : (entry.at ?? '~'));
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = [...entries].sort((a, b) => compare(time(a), time(b)) || compare(a.reference, b.reference));
  return withMessagesInOrder(sorted);
}

/** Puts the entries of one sender in the order of their numbers; everything else stays in its place. */
export function withMessagesInOrder(entries: readonly JournalEntry[]): JournalEntry[] {
  const messages = entries.filter((entry) => entry.kind === 'message');
  if (messages.length < 2) return [...entries];
  const bySender = new Map<string, MessageEntry[]>();
  for (const message of messages) {
    bySender.set(message.sender, [...(bySender.get(message.sender) ?? []), message]);
  }
  for (const each of bySender.values()) each.sort((a, b) => a.number - b.number);
  return entries.map((entry) =>
    entry.kind === 'message' ? (bySender.get(entry.sender)?.shift() ?? entry) : entry,
  );
}
