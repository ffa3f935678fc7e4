import type { Json, JsonObject } from '../json.ts';
import type { TaskError } from '../machine/step.types.ts';

/** An item of an execution's journal, as the core takes it in. `reference` is its sort key in the table. */
export type JournalEntry = StartEntry | ResultEntry | EventEntry | ControlEntry | InvalidEventEntry;

export interface StartEntry {
  readonly kind: 'start';
  readonly reference: 'start';
  readonly machine: string;
  readonly version?: string;
  readonly input?: Json;
  /** Set where the item cannot be read as a start: what is wrong with it. */
  readonly invalid?: string;
}

export interface ResultEntry {
  readonly kind: 'result';
  readonly reference: string;
  readonly task: number;
  /** Of a list's item. */
  readonly index?: number;
  readonly attempt: number;
  readonly result: TaskResult;
  /** Name of the worker, where its writer says it: to show, not to decide on. */
  readonly worker?: string;
  /** When it was written, as its writer says; orders a catch-up. */
  readonly at?: string;
}

export type TaskResult =
  | { readonly status: 'SUCCEEDED'; readonly output?: Json }
  | { readonly status: 'FAILED'; readonly error: TaskError };

export interface EventEntry {
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
  readonly at?: string;
}

export const controls = ['stop', 'redrive'] as const;
export type Control = (typeof controls)[number];

/** An `event#` item that is neither an event nor a control: it is recorded as ignored. */
export interface InvalidEventEntry {
  readonly kind: 'invalidEvent';
  readonly reference: string;
  readonly at?: string;
}

/** Journal order for a catch-up: the start, then by the time each was written, then by key. */
export function inJournalOrder(entries: readonly JournalEntry[]): JournalEntry[] {
  const time = (entry: JournalEntry) => (entry.kind === 'start' ? '' : (entry.at ?? '~'));
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...entries].sort((a, b) => compare(time(a), time(b)) || compare(a.reference, b.reference));
}
