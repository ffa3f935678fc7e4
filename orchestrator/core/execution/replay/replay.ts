import type { Json } from '../../data/json.ts';
import type { ItemList } from '../../policy/itemPages.ts';
import { type ItemResults, itemResultsOf } from '../lists/itemResults.ts';
import { type KnownPages, PageNeeded, pageName } from '../lists/listItems.ts';
import { openTasks } from '../lists/runningList.ts';
import type { JournalEntry, ResultEntry } from '../model/entries.ts';
import { type Execution, type ExecutionErrorCode, hasEnded } from '../model/execution.ts';
import { firstExecution } from '../model/firstExecution.ts';
import { isJournalKind, type LogEntry } from '../model/log.ts';
import type { MachineLookup } from '../model/machines.ts';
import { taskKey } from '../model/openTask.ts';
import { advance } from '../step/advance.ts';
import type { AdvanceInput, Decided } from '../step/advance.types.ts';
import { deferDispatch } from '../step/withoutMachine.ts';
import { beatInLog, type SeenBeat } from '../tasks/seenBeat.ts';
import { type Divergence, differenceOf, isEndedVerdict, isSameVerdict } from './divergence.ts';
import { ItemResultsNeeded } from './itemResultsNeeded.ts';
import { JournalIncompleteError, type ReplayedEntry, type ReplayedExecution } from './replayed.ts';
import {
  decided,
  isRedrive,
  loggedOf,
  noLimits,
  type Taken,
  takeEntry,
  type Wait,
  waitingExecution,
} from './replayStep.ts';
import { type EntryPlace, heldDivergence, verdictDivergence, workerDivergence } from './verdictDivergence.ts';

const nothing = { effects: [], outgoing: [], emitted: [], taken: [] };

/**
 * Invariant 2: takes the steps of a recorded execution again, from the entries of its log and the journal items that they
 * name. After each its snapshot is, byte for byte, the one that was stored then. `version` and `wakeAt` depend on which
 * entries were committed together, as does a task's `cause`; the log does not say that.
 */
export class Replay {
  readonly #machines: MachineLookup;
  readonly #recorded: ReplayedExecution;
  /** As if it had never waited: while it waits, nothing is applied. */
  #execution: Execution | undefined;
  #wait: Wait | undefined;
  #number = 0;
  /** By task: what was taken of the lists that are worked on. */
  readonly #items = new Map<number, ResultEntry[]>();
  /** Pages of the lists that it has written itself. */
  readonly #pages = new Map<string, readonly Json[]>();
  /** The last entry that was more than ignored because the execution had ended. */
  #lastTaken: EntryPlace = { number: 0, reference: '' };
  #ended: EntryPlace | undefined;
  #otherWorker: Divergence | undefined;
  /** Held events that the log says were taken with the entry to come. */
  #held: string[] = [];
  /** Signs of life that the log says the wake to come has seen. */
  #beats = new Map<string, SeenBeat>();
  /** Journal items of which the log has said so far that the execution had ended, and nothing since. */
  readonly #cameTooLate = new Set<string>();

  constructor(machines: MachineLookup, recorded: ReplayedExecution) {
    this.#machines = machines;
    this.#recorded = recorded;
  }

  /** The execution after the entries that were taken. */
  get execution(): Execution | undefined {
    return this.#execution && this.#wait ? waitingExecution(this.#execution, this.#wait) : this.#execution;
  }

  /**
   * Takes the next entry of the log.
   *
   * @param item the journal item that it names
   * @throws JournalIncompleteError where it names one and there is none
   * @throws ItemResultsNeeded where a list ends that other executions worked on: it can be taken again with `itemResults`
   */
  take(entry: LogEntry, item: JournalEntry | undefined): ReplayedEntry {
    const number = ++this.#number;
    const before = this.execution;
    if (isJournalKind(entry.kind) && !item) throw new JournalIncompleteError(entry.reference);
    let divergence: Divergence | undefined;
    let taken: Taken = { step: undefined, verdict: undefined };
    try {
      taken = this.#take(entry, item);
      divergence = this.#divergence(entry, taken);
    } catch (error) {
      if (error instanceof ItemResultsNeeded || error instanceof PageNeeded) {
        this.#number--;
        throw error;
      }
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      divergence = {
        ...this.#place(entry),
        code: 'ReplayFailed',
        message: `The replay cannot take the entry: ${message}`,
      };
    }
    if (isEndedVerdict(entry.verdict)) this.#cameTooLate.add(entry.reference);
    else {
      this.#cameTooLate.delete(entry.reference);
      this.#lastTaken = { number, reference: entry.reference };
    }
    const { effects, outgoing, emitted, taken: edges } = taken.step?.type === 'commit' ? taken.step : nothing;
    return {
      number,
      entry,
      before,
      after: this.execution,
      effects,
      outgoing,
      emitted,
      taken: edges,
      ...(divergence && { divergence }),
    };
  }

  /** After the last entry: in what the replay differs from the execution that is stored. */
  compareWith(stored: Execution): Divergence | undefined {
    const { execution } = this;
    if (!execution) return undefined;
    const difference = differenceOf(stored, execution);
    if (difference === undefined) return undefined;
    if (this.#otherWorker) {
      const { message } = this.#otherWorker;
      return { ...this.#otherWorker, message: `${message} At the end ${difference}.` };
    }
    const code = hasEnded(stored.status) === hasEnded(execution.status) ? 'DifferentState' : undefined;
    const place = this.#ended ?? this.#lastTaken;
    return {
      ...place,
      code: code ?? (hasEnded(stored.status) ? 'EndsLater' : 'EndsEarlier'),
      message: `Every entry was taken as it was then, but after the last ${difference}.`,
    };
  }

  #take(entry: LogEntry, item: JournalEntry | undefined): Taken {
    if (entry.kind === 'waiting') return this.#takeWaiting(entry);
    if (entry.kind === 'held') {
      this.#held.push(entry.reference);
      return { step: undefined, verdict: entry.verdict };
    }
    if (entry.kind === 'beat') {
      this.#beats.set(...beatInLog(entry.reference));
      return { step: undefined, verdict: entry.verdict };
    }
    // How long data is kept is the deployment's affair, and the log knows.
    if (entry.verdict.type === 'ignored' && entry.verdict.reason === 'RedriveTooLate') {
      return { step: undefined, verdict: entry.verdict };
    }
    // While it waits for a redrive it cannot be suspended, which is not the machine's doing: the log knows.
    const isSuspend = item?.kind === 'control' && item.control === 'suspend';
    if (this.#wait && isSuspend && entry.verdict.type === 'ignored') {
      return { step: undefined, verdict: entry.verdict };
    }
    if (this.#wait && isRedrive(item)) {
      // Whether it waited for a redrive is not the machine's doing: the log knows.
      if (entry.verdict.type !== 'applied') return { step: undefined, verdict: entry.verdict };
      this.#wait = undefined;
      if (this.#execution) this.#execution = { ...this.#execution, status: 'PENDING_REDRIVE' };
    }
    const step = this.#step(entry, item);
    if (step?.type !== 'commit') return { step, verdict: undefined };
    this.#execution = step.execution;
    this.#keep(step.itemLists);
    if (hasEnded(step.execution.status)) {
      this.#wait = undefined;
      this.#ended ??= { number: this.#number, reference: entry.reference };
    }
    return { step, ...loggedOf(step.execution, entry) };
  }

  #takeWaiting(entry: LogEntry): Taken {
    const { executionId, machine } = this.#recorded;
    this.#execution ??= firstExecution(executionId, { machine }, entry.at);
    const { verdict, at } = entry;
    if (verdict.type === 'failed') {
      const phase = this.#wait?.phase === 'waiting' ? 'pendingRedrive' : 'waiting';
      this.#wait = { phase, code: verdict.code as ExecutionErrorCode, at };
    } else {
      this.#wait = undefined;
      // An execution that was redriven, or resumed, goes on here.
      if (this.#execution.waiting) return this.#goOn(at);
    }
    return { step: undefined, verdict };
  }

  #goOn(now: number): Taken {
    const { executionId } = this.#recorded;
    const pages = this.#knownPages();
    const whole = { isWholeJournal: true, hasGoneOn: true, pages };
    const input = { executionId, execution: this.#execution, entries: [], now, ...whole };
    const step = decided(advance(this.#machines, noLimits, input));
    if (step.type === 'commit') {
      this.#execution = step.execution;
      this.#keep(step.itemLists);
    }
    const wentOn = step.type === 'commit' && step.execution.waiting === undefined;
    return { step, verdict: wentOn ? { type: 'applied' } : undefined };
  }

  #step(entry: LogEntry, item: JournalEntry | undefined): Decided | undefined {
    const { executionId, machineVersion } = this.#recorded;
    const itemResults = this.#itemResults(item);
    const input: AdvanceInput = {
      executionId,
      execution: this.#execution,
      entries: [],
      now: entry.at,
      isWholeJournal: true,
      goesOnWaiting: true,
      itemResults,
      pages: this.#knownPages(),
      segments: { named: new Set(), ended: this.#cameTooLate },
    };
    if (entry.kind === 'wake') {
      const beats = this.#beats;
      this.#beats = new Map();
      return takeEntry(this.#machines, entry, { ...input, wakeId: entry.reference, beats });
    }
    if (entry.kind === 'deferred') {
      const open = this.#execution ? openTasks(this.#execution) : [];
      const task = open.find((each) => taskKey(each) === entry.reference);
      return this.#execution && task && decided(deferDispatch(this.#execution, [task], entry.at));
    }
    if (!item) return undefined;
    if (item.kind === 'result') {
      this.#otherWorker ??= workerDivergence(this.#place(entry), item, this.#execution, this.#machines);
    }
    const version = machineVersion ?? (item.kind === 'start' ? item.version : undefined);
    const named = item.kind === 'start' && version !== undefined ? { ...item, version } : item;
    return takeEntry(this.#machines, entry, { ...input, entries: [named] });
  }

  /** Keeps the lists that the execution has written. */
  #keep(lists: readonly ItemList[]): void {
    for (const { task, hash, pages } of lists) {
      for (const [page, items] of pages.entries()) {
        const { executionId } = this.#recorded;
        this.#pages.set(pageName({ items: { executionId, task, hash, pageSize: 1 }, page }), items);
      }
    }
  }

  #knownPages(): KnownPages {
    const { pages } = this.#recorded;
    return pages === undefined || pages.size === 0 ? this.#pages : new Map([...pages, ...this.#pages]);
  }

  /** Results of the lists that are worked on, this item's among them. */
  #itemResults(item: JournalEntry | undefined): ReadonlyMap<number, ItemResults> {
    const lists = this.#execution?.lists ?? [];
    for (const task of this.#items.keys()) {
      if (!lists.some((list) => list.task === task)) this.#items.delete(task);
    }
    if (item?.kind === 'result' && item.index !== undefined) {
      const taken = this.#items.get(item.task) ?? [];
      if (taken.at(-1) !== item) taken.push(item);
      this.#items.set(item.task, taken);
    }
    const ending = lists.filter(({ isDelegated }) => !isDelegated);
    const own = ending.map(({ task }) => [task, itemResultsOf(this.#items.get(task) ?? [])] as const);
    return new Map([...own, ...(this.#recorded.itemResults ?? [])]);
  }

  #divergence(entry: LogEntry, { verdict, held = [] }: Taken): Divergence | undefined {
    const place = this.#place(entry);
    if (!isSameVerdict(entry.verdict, verdict)) {
      return verdictDivergence(entry, verdict, place, {
        execution: this.#execution,
        lastTaken: this.#lastTaken,
        ended: this.#ended,
      });
    }
    if (entry.kind === 'held' || entry.kind === 'beat') return undefined;
    return heldDivergence(place, this.#held.splice(0), held);
  }

  #place({ reference }: LogEntry): EntryPlace {
    return { number: this.#number, reference };
  }
}
