import type { ResultEntry } from '../core/execution/model/entries.ts';
import { inlinedEntryOf, inlinedText } from '../core/execution/model/inlinedResult.ts';
import { withWord } from '../core/execution/model/logCut.ts';
import { taskKey } from '../core/execution/model/openTask.ts';
import type { Advance } from '../core/execution/step/advance.types.ts';
import { logRoom } from '../table/executionItem.ts';
import { deflatedLogBytes } from '../table/logText.ts';
import type { ResultItem } from '../table/resultItem.ts';
import type { TableLayout } from '../table/retention.ts';

type Commit = Extract<Advance, { type: 'commit' }>;

/** Each step reads its log, however small it is deflated. */
const longestLog = 4000;
/** A longer result fits into no item beside an execution. */
const longestInlined = 1000;

/**
 * The entry with which a result becomes a part of the log, read back from its text: a replay has nothing else. Undefined for
 * anything but a small success.
 */
export function inlinedEntry(result: ResultItem): ResultEntry | undefined {
  const { index, dataAt, endedAt } = result;
  if (result.result.status !== 'SUCCEEDED' || index !== undefined || dataAt !== undefined) return undefined;
  const inlined = inlinedText({ ...result, at: endedAt });
  if (inlined.length > longestInlined) return undefined;
  const at = Date.parse(endedAt);
  const verdict = { type: 'applied' } as const;
  return inlinedEntryOf({ kind: 'inlined', reference: taskKey(result), at, verdict, inlined });
}

/** The size of an execution's log, with a word, against the room that its item has for it. A byte is left for another word. */
export class LogRoom {
  readonly #log: string;
  readonly #room: number;

  constructor({ execution, emitted }: Commit, layout: TableLayout, hasBus: boolean) {
    this.#log = withWord(execution.log, 'keep');
    this.#room = logRoom(execution, layout, hasBus ? emitted : []);
  }

  get fits(): boolean {
    return Buffer.byteLength(this.#log) < this.#room || deflatedLogBytes(this.#log) < this.#room;
  }

  /** The log with a word on whether the next commit is to cut it: where another entry like the last does not fit. */
  withWord(): string {
    const log = this.#log;
    const last = log.length - log.lastIndexOf(';');
    if (log.length + last > longestLog) return withWord(log, 'cut');
    const isSmall = Buffer.byteLength(log) + Math.max(last, leastEntry) < this.#room;
    if (isSmall) return withWord(log, 'keep');
    const bytes = deflatedLogBytes(log);
    const lastBytes = bytes - deflatedLogBytes(log.slice(0, log.length - last));
    return withWord(log, bytes + Math.max(lastBytes, leastEntry) < this.#room ? 'keep' : 'cut');
  }
}

/** Bytes that are kept free for entries without a result. */
const leastEntry = 24;
