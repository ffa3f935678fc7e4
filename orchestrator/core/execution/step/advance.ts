import {
  checkTakesUp,
  DefinitionMismatchError,
  hasSameStates,
  type PreparedMachine,
  parseMachineState,
} from '../../machine/index.ts';
import type { OutgoingItem } from '../children/messages.ts';
import { postOutgoing } from '../children/outbox.ts';
import { applyParentsWord, needsNoMachine } from '../children/parentsWord.ts';
import { applyControl } from '../control/control.ts';
import { unfetchedPatchedTask } from '../control/inputPatch.ts';
import { goOnFromFailure } from '../control/redriven.ts';
import type { ItemList } from '../lists/itemList.ts';
import type { ItemResults } from '../lists/listOutcome.ts';
import type { Emission } from '../model/emission.ts';
import type { JournalEntry, StartEntry } from '../model/entries.ts';
import {
  type Execution,
  type ExecutionError,
  type OpenTask,
  taskKey,
  type Waiting,
} from '../model/execution.ts';
import type { MachineLookup } from '../model/machines.ts';
import { DataUnavailableError, neededData, unfetchedSnapshot } from '../model/storedData.ts';
import { nextWakeAt } from '../model/wakeAt.ts';
import { deferred, type SeenBeats } from '../tasks/tasks.ts';
import { applyEntry, countAgain, logKindOf } from './applyEntry.ts';
import type { ExecutionEffect, LogSegment } from './commitDraft.ts';
import { Draft } from './draft.ts';
import { fireDue, fireDueTimers, isTimedOut, timeOut } from './due.ts';
import {
  cameTooLate,
  isDuplicate,
  isOfBeforeRedrive,
  noReferences,
  type SegmentReferences,
} from './duplicates.ts';
import { offerHeldEvents } from './heldEvents.ts';
import { definitionMismatch, findMachine, wait } from './waiting.ts';

/** What an execution is to be advanced by. */
export interface AdvanceInput {
  readonly executionId: string;
  /** The execution as it was last committed; nothing before its first commit. */
  readonly execution: Execution | undefined;
  /** Journal items to apply, in this order. */
  readonly entries: readonly JournalEntry[];
  /** Set when the clock calls: the cause of what it makes due. */
  readonly wakeId?: string;
  /** With a wake: counters of the workers' signs of life, by `task#` keys, of tasks that must have given one. */
  readonly beats?: SeenBeats;
  /**
   * References of the entries that the stream delivered. What was read beside them gets the first of them, or the wake, as
   * its cause: its own delivery, which comes yet, must not dispatch its tasks again. @default all
   */
  readonly delivered?: readonly string[];
  /** The entries are the whole journal: an execution that waited can go on with nothing left out. */
  readonly isWholeJournal?: boolean;
  /** The entries are taken, and the wait is not ended: a replay ends it where the log says so. */
  readonly goesOnWaiting?: boolean;
  /** What older segments of the log say. @default nothing */
  readonly segments?: SegmentReferences;
  /** By task: results of the items of lists. Given where the step has asked for them. */
  readonly itemResults?: ReadonlyMap<number, ItemResults>;
  /** Why data of the entries or of the execution could not be fetched from the object store, if some could not. */
  readonly unavailable?: ExecutionError;
  /** Its data has just been renewed. */
  readonly isRenewed?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface AdvanceLimits {
  /** How long an execution waits for its machine before it is PENDING_REDRIVE. */
  readonly waitForMachineMs: number;
  /** How long after its end an execution can be redriven. @default without end */
  readonly redrivableMs?: number;
}

export type Advance =
  | {
      readonly type: 'commit';
      /** To be written while the item still has the version before. */
      readonly execution: Execution;
      readonly effects: readonly ExecutionEffect[];
      /** To be written in one transaction with the execution. */
      readonly outgoing: readonly OutgoingItem[];
      /** To be written with the execution, for the bus. */
      readonly emitted: readonly Emission[];
      /** To be written before the execution, which has these entries in its log no more. */
      readonly segment: LogSegment | undefined;
      /** To be written before the execution, which refers to them. */
      readonly itemLists: readonly ItemList[];
      /** References that an earlier commit has applied. */
      readonly duplicates: readonly string[];
    }
  | { readonly type: 'nothing'; readonly duplicates: readonly string[] };

/**
 * The step of an execution: pure, and the only place where it is decided what becomes of an input. What goes wrong in
 * the machine is in the execution that it returns. Entries that cannot be decided on now (the execution waits for its
 * machine, or for a redrive) are left in the journal, unlogged.
 *
 * @throws ItemResultsNeeded where a list is done with this step: it is to be taken again with `itemResults`
 */
export function advance(machines: MachineLookup, limits: AdvanceLimits, input: AdvanceInput): Advance {
  const start = input.entries.find((entry) => entry.kind === 'start');
  if (!input.execution && !start) return { type: 'nothing', duplicates: [] };
  let draft = draftOf(input.execution, start, input.executionId, input.now);
  if (input.itemResults) draft.itemResults = input.itemResults;
  const attempt = new Attempt(machines, limits, draft, input);
  const { segments = noReferences } = input;
  const duplicates: string[] = [];
  try {
    for (const entry of input.entries) {
      if (isDuplicate(draft, entry, segments)) {
        duplicates.push(entry.reference);
        // A redrive that finds its machine takes it yet.
        if (!cameTooLate(draft, entry, segments)) countAgain(draft, entry);
      } else attempt.take(entry);
    }
    if (input.goesOnWaiting !== true) attempt.endWaiting();
    if (input.wakeId !== undefined) attempt.wake(input.wakeId, input.beats ?? new Map());
    if (draft.ended) logAsEnded(draft, input.entries, new Set([...segments.named, ...duplicates]));
  } catch (error) {
    const reason = repairable(error);
    if (!reason) throw error;
    // Nothing of what was begun is kept, but controls need no machine.
    draft = draftOf(input.execution, start, input.executionId, input.now);
    const fresh = input.entries.filter((entry) => !isDuplicate(draft, entry, segments));
    for (const entry of fresh) {
      if (entry.kind === 'control') applyControl(draft, entry, limits);
      else if (entry.kind === 'message' && !isOfBeforeRedrive(draft, entry, segments)) {
        if (needsNoMachine(draft, entry)) applyParentsWord(draft, entry);
      }
    }
    if (draft.ended) logAsEnded(draft, fresh, segments.named);
    else wait(draft, reason, limits.waitForMachineMs, input.execution?.waiting);
  }
  if (input.isRenewed) draft.set({ renewedAt: draft.now });
  // A wake that finds nothing due still has to move `wakeAt` on, or the clock would call again at once.
  const isOverdue =
    input.wakeId !== undefined && (input.execution?.wakeAt ?? Number.POSITIVE_INFINITY) <= draft.now;
  return draft.changed || isOverdue ? commitOf(draft, duplicates) : { type: 'nothing', duplicates };
}

/** What the execution waits for, where the step met something that a repair can mend. */
function repairable(error: unknown): ExecutionError | undefined {
  if (error instanceof DefinitionMismatchError) return definitionMismatch(error);
  return error instanceof DataUnavailableError ? error.reason : undefined;
}

/**
 * Of an execution that has ended, entries that nothing was decided on before. What came too late before a redrive that led to
 * nothing is still too late.
 */
function logAsEnded(draft: Draft, entries: readonly JournalEntry[], decided: ReadonlySet<string>): void {
  for (const entry of entries) {
    if (draft.hasLogged(entry.reference) || decided.has(entry.reference)) continue;
    draft.log(logKindOf(entry), entry.reference, { type: 'ignored', reason: 'Ended' });
  }
}

class Attempt {
  readonly #machines: MachineLookup;
  readonly #limits: AdvanceLimits;
  readonly #draft: Draft;
  readonly #waited: Waiting | undefined;
  /** Whether the execution can go on: it did not wait, or what it waits for may be looked for again. */
  readonly #mayGoOn: boolean;
  #machine: PreparedMachine | undefined;
  readonly #isWholeJournal: boolean;
  readonly #unavailable: ExecutionError | undefined;
  readonly #causeOf: (entry: JournalEntry) => string;
  /** Whether its own delivery is what is being taken: what is read beside it has another. */
  readonly #isDelivered: (entry: JournalEntry) => boolean;
  readonly #cause: string;
  readonly #segments: SegmentReferences;

  constructor(machines: MachineLookup, limits: AdvanceLimits, draft: Draft, input: AdvanceInput) {
    this.#machines = machines;
    this.#limits = limits;
    this.#draft = draft;
    this.#waited = draft.execution.waiting;
    this.#isWholeJournal = input.isWholeJournal === true;
    this.#unavailable = input.unavailable;
    const { delivered, wakeId, entries, segments = noReferences } = input;
    this.#segments = segments;
    this.#cause = wakeId ?? delivered?.[0] ?? entries[0]?.reference ?? '';
    this.#causeOf = ({ reference }) =>
      delivered === undefined || delivered.includes(reference) ? reference : this.#cause;
    this.#isDelivered = ({ reference }) => delivered?.includes(reference) === true;
    this.#mayGoOn =
      this.#waited === undefined ||
      (input.isWholeJournal === true && this.#waited.nextAttemptAt <= draft.now);
  }

  take(entry: JournalEntry): void {
    const draft = this.#draft;
    const isStale = isOfBeforeRedrive(draft, entry, this.#segments);
    if (entry.kind === 'control') {
      applyControl(draft, entry, this.#limits);
    } else if (entry.kind === 'message' && !isStale && needsNoMachine(draft, entry)) {
      applyParentsWord(draft, entry);
    } else if (draft.ended) {
      draft.log(logKindOf(entry), entry.reference, { type: 'ignored', reason: 'Ended' });
    } else if (entry.kind === 'start' && entry.invalid !== undefined) {
      draft.fail(
        { code: 'InvalidStart', name: 'InvalidStart', message: entry.invalid },
        { reference: entry.reference },
      );
      draft.log('start', entry.reference, { type: 'failed', code: 'InvalidStart' });
    } else {
      const machine = this.#ready(entry.kind === 'start' ? entry.version : undefined);
      if (!machine) {
        // A commit of somebody who has read the journal, but not this entry, must not come after this decision.
        const { status } = draft.execution;
        const isLeft = this.#waited !== undefined || status === 'PENDING_REDRIVE' || status === 'SUSPENDED';
        if (isLeft && (!this.#isWholeJournal || this.#isDelivered(entry))) draft.set({});
        return;
      }
      if (neededData(entry) !== undefined) throw new DataUnavailableError(this.#unavailable);
      const cause = this.#causeOf(entry);
      fireDueTimers(draft, machine, cause);
      if (draft.ended) draft.log(logKindOf(entry), entry.reference, { type: 'ignored', reason: 'Ended' });
      else applyEntry(draft, machine, entry, { cause, isStale });
    }
  }

  wake(wakeId: string, beats: SeenBeats): void {
    const draft = this.#draft;
    const machine = draft.ended ? undefined : this.#ready(undefined);
    if (!machine && draft.execution.status === 'RUNNING' && isTimedOut(draft)) {
      // For that no machine is needed.
      timeOut(draft);
      draft.log('wake', wakeId);
    } else if (machine && fireDue(draft, machine, wakeId, beats) > 0) draft.log('wake', wakeId);
  }

  /** The execution's machine, or nothing where it has to wait for it. */
  #ready(version: string | undefined): PreparedMachine | undefined {
    const draft = this.#draft;
    if (draft.execution.status !== 'RUNNING' || !this.#mayGoOn) return undefined;
    const isWaitingAgain = draft.execution.waiting !== undefined && draft.execution.waiting !== this.#waited;
    if (isWaitingAgain) return undefined;
    this.#machine ??= this.#find(version);
    return this.#machine;
  }

  #find(version: string | undefined): PreparedMachine | undefined {
    const draft = this.#draft;
    const { machine, machineVersion } = draft.execution;
    const found = findMachine(this.#machines, machine, machineVersion ?? version);
    if (found.type === 'missing') {
      wait(draft, found.error, this.#limits.waitForMachineMs, this.#waited);
      return undefined;
    }
    if (unfetchedSnapshot(draft.execution) !== undefined) throw new DataUnavailableError(this.#unavailable);
    refuseOtherStates(found.machine, draft);
    // One of them may be what has failed.
    if (this.#waited?.isRedrive && draft.execution.held) {
      draft.taking(undefined);
      offerHeldEvents(draft, found.machine, this.#cause);
    }
    return found.machine;
  }

  /**
   * What it waited for is there: the machine was found, and took up the stored state. With the whole journal known, it is
   * looked for where no entry has.
   */
  endWaiting(): void {
    const draft = this.#draft;
    if (!this.#waited || draft.ended || draft.execution.waiting !== this.#waited) return;
    const machine = this.#isWholeJournal ? this.#ready(undefined) : this.#machine;
    if (!machine || draft.ended || draft.execution.waiting !== this.#waited) return;
    if (unfetchedPatchedTask(draft.execution)) throw new DataUnavailableError(this.#unavailable);
    draft.clear('waiting');
    draft.clear('error');
    if (this.#waited.isRedrive) goOnFromFailure(draft, machine, this.#cause);
    draft.log('waiting', '');
  }
}

/**
 * A changed machine without the state that is stored is refused before anything is decided by it: a task that is tried
 * again would go by another's policy. History and the order of parallel states are stored as the states' positions in the
 * machine, which another structure gives to other states.
 *
 * @throws DefinitionMismatchError
 */
function refuseOtherStates(machine: PreparedMachine, draft: Draft): void {
  const { definitionHash, snapshot } = draft.execution;
  if (definitionHash === undefined || snapshot === undefined) return;
  if (hasSameStates(definitionHash, machine.definitionHash)) return;
  const { order, history } = parseMachineState(snapshot);
  if (order || history) {
    throw new DefinitionMismatchError(
      machine,
      'its structure has changed, and parallel or history states are remembered by it',
    );
  }
  checkTakesUp(machine, snapshot, draft.stepAt);
}

/** The tasks could not be handed to their functions now: each is dispatched a little later, as the same attempt. */
export function deferDispatch(execution: Execution, tasks: readonly OpenTask[], now: number): Advance {
  const draft = new Draft(execution, now);
  for (const put of tasks) {
    const task = draft.openAttempt(put);
    // After a conflict it may have been settled, or be another attempt.
    if (!task || task.dispatchAt !== undefined) continue;
    draft.replaceTask(deferred(execution.executionId, task, draft.now));
    draft.log('deferred', taskKey(task));
  }
  return draft.changed ? commitOf(draft, []) : { type: 'nothing', duplicates: [] };
}

/** Writes what did not fit into the transactions of earlier commits. */
export function drainOutbox(execution: Execution, now: number): Advance {
  return execution.outbox ? commitOf(new Draft(execution, now), []) : { type: 'nothing', duplicates: [] };
}

/** Ends the execution by a decision outside the machine: what the entries made of it could not be stored. */
export function failExecution(input: AdvanceInput, error: ExecutionError): Advance {
  const start = input.entries.find((entry) => entry.kind === 'start');
  const draft = draftOf(input.execution, start, input.executionId, input.now);
  const verdict = { type: 'failed', code: error.code } as const;
  for (const entry of input.entries) draft.log(logKindOf(entry), entry.reference, verdict);
  if (input.wakeId !== undefined) draft.log('wake', input.wakeId, verdict);
  const [first] = input.entries;
  draft.fail(error, first && { reference: first.reference });
  return commitOf(draft, []);
}

/** Lets the execution wait for a repair with nothing applied: a defect must not cost its input. */
export function waitForRepair(input: AdvanceInput, error: ExecutionError, limits: AdvanceLimits): Advance {
  const start = input.entries.find((entry) => entry.kind === 'start');
  if (!input.execution && !start) return { type: 'nothing', duplicates: [] };
  const draft = draftOf(input.execution, start, input.executionId, input.now);
  wait(draft, error, limits.waitForMachineMs, draft.execution.waiting);
  return commitOf(draft, []);
}

function draftOf(
  execution: Execution | undefined,
  start: StartEntry | undefined,
  executionId: string,
  now: number,
): Draft {
  return execution ? new Draft(execution, now) : Draft.first(executionId, start?.machine ?? '', now);
}

function commitOf(draft: Draft, duplicates: readonly string[]): Advance {
  const outgoing = postOutgoing(draft);
  const { wakeAt: _, ...rest } = draft.execution;
  const wakeAt = nextWakeAt(draft);
  return {
    type: 'commit',
    execution: { ...rest, version: rest.version + 1, ...(wakeAt === undefined ? {} : { wakeAt }) },
    effects: draft.allEffects(),
    outgoing,
    emitted: draft.emitted,
    segment: draft.segment,
    itemLists: draft.itemLists.filter(({ task }) => draft.fanOut(task)),
    duplicates,
  };
}
