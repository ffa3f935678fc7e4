import type { Execution } from '../model/execution.ts';
import {
  appendToLog,
  isJournalKind,
  type LogEntry,
  type LogVerdict,
  parseLog,
  splitLog,
} from '../model/log.ts';
import type { LogSegment } from './advance.types.ts';

/** The log of one execution while a commit is being prepared. A log that has grown long has its older part split off. */
export class DraftLog {
  /** The part that was split off. It is written before the commit. */
  readonly segment: LogSegment | undefined;
  #text: string;
  #lastAt: number;
  #verdicts: Map<string, LogVerdict> | undefined;

  constructor({ log, logSegments, updatedAt }: Pick<Execution, 'log' | 'logSegments' | 'updatedAt'>) {
    const split = splitLog(log);
    this.segment = split && { number: logSegments, text: split.segment };
    this.#text = split?.rest ?? log;
    this.#lastAt = updatedAt;
  }

  /** The part that stays in the item. */
  get text(): string {
    return this.#text;
  }

  append(entry: LogEntry): void {
    this.#text = appendToLog(this.#text, this.#lastAt, entry);
    this.#lastAt = entry.at;
    if (this.#verdicts && isJournalKind(entry.kind)) this.#verdicts.set(entry.reference, entry.verdict);
  }

  /** The last verdict on a journal item, in what stays in the item, in the segment and in what was appended. */
  lastVerdict(reference: string): LogVerdict | undefined {
    this.#verdicts ??= new Map(
      [...(this.segment ? parseLog(this.segment.text) : []), ...parseLog(this.#text)]
        .filter(({ kind }) => isJournalKind(kind))
        .map((entry) => [entry.reference, entry.verdict]),
    );
    return this.#verdicts.get(reference);
  }

  /** Answers what takes back all that is appended from here on. */
  checkpoint(): () => void {
    const text = this.#text;
    const lastAt = this.#lastAt;
    return () => {
      this.#text = text;
      this.#lastAt = lastAt;
      this.#verdicts = undefined;
    };
  }
}
