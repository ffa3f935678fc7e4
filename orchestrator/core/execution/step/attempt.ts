import type { PreparedMachine } from '../../machine/index.ts';
import { applyParentsWord, countAgain, needsNoMachine } from '../children/parentsWord.ts';
import { applyControl } from '../control/control.ts';
import { unfetchedPatchedTask } from '../control/inputPatch.ts';
import { goOnFromFailure } from '../control/redriven.ts';
import type { KnownItemResults } from '../lists/itemResults.ts';
import type { JournalEntry } from '../model/entries.ts';
import type { Waiting } from '../model/execution.ts';
import type { LogVerdict } from '../model/log.ts';
import type { MachineLookup } from '../model/machines.ts';
import { neededData, unfetchedSnapshot } from '../model/storedData.ts';
import type { SeenBeats } from '../tasks/seenBeat.ts';
import type { AdvanceInput, AdvanceLimits, Need } from './advance.types.ts';
import { applyEntry } from './applyEntry.ts';
import type { Draft } from './draft.ts';
import { offerHeldEvents } from './drain.ts';
import { fireDue, fireDueTimers, isTimedOut, timeOut } from './due.ts';
import { cameTooLate, standingOf } from './duplicates.ts';
import { logAsEnded } from './ended.ts';
import { endFailed } from './ending.ts';
import { logKindOf } from './logKind.ts';
import { refuseOtherStates } from './otherStates.ts';
import { noReferences, type SegmentReferences } from './segmentReferences.ts';
import { findMachine, wait } from './waiting.ts';

const ended: LogVerdict = { type: 'ignored', reason: 'Ended' };

type Ready =
  | { readonly type: 'ready'; readonly machine: PreparedMachine }
  /** It waits for its machine, or for an operator. */
  | { readonly type: 'notNow' }
  | { readonly type: 'needs'; readonly need: Need };

const notNow: Ready = { type: 'notNow' };

/**
 * One attempt at a step. Each of its parts answers what has to be known before, if anything: nothing of the draft is to be
 * kept then.
 */
export class Attempt {
  readonly #machines: MachineLookup;
  readonly #limits: AdvanceLimits;
  readonly #draft: Draft;
  readonly #input: AdvanceInput;
  readonly #entries: readonly JournalEntry[];
  readonly #delivered: readonly string[] | undefined;
  readonly #isWholeJournal: boolean;
  readonly #segments: SegmentReferences;
  readonly #itemResults: KnownItemResults;
  /** Cause of the entries that have no delivery of their own. */
  readonly #cause: string;
  readonly #waited: Waiting | undefined;
  /** Whether the execution can go on: it did not wait, or what it waits for may be looked for again. */
  readonly #mayGoOn: boolean;
  #machine: PreparedMachine | undefined;
  /** References that an earlier commit has applied. */
  readonly duplicates: string[] = [];

  constructor(machines: MachineLookup, limits: AdvanceLimits, draft: Draft, input: AdvanceInput) {
    const { delivered, wakeId, entries, segments = noReferences, itemResults = new Map() } = input;
    const { waiting } = draft.execution;
    this.#machines = machines;
    this.#limits = limits;
    this.#draft = draft;
    this.#input = input;
    this.#entries = entries;
    this.#delivered = delivered;
    this.#isWholeJournal = input.isWholeJournal === true;
    this.#segments = segments;
    this.#itemResults = itemResults;
    this.#cause = wakeId ?? delivered?.[0] ?? entries[0]?.reference ?? '';
    this.#waited = waiting;
    this.#mayGoOn = waiting === undefined || (this.#isWholeJournal && waiting.nextAttemptAt <= draft.now);
  }

  /** Takes the entries, ends a wait, and fires what is due. */
  run(): Need | undefined {
    const { goesOnWaiting, wakeId, beats = new Map() } = this.#input;
    for (const entry of this.#entries) {
      const standing = standingOf(this.#draft, entry, this.#segments);
      const need = standing === 'decided' ? this.#again(entry) : this.#take(entry, standing === 'tooLate');
      if (need) return need;
    }
    const need =
      (this.#waited && goesOnWaiting !== true ? this.#endWaiting(this.#waited) : undefined) ??
      (wakeId === undefined ? undefined : this.#wake(wakeId, beats));
    if (need) return need;
    const { named } = this.#segments;
    if (this.#draft.ended) logAsEnded(this.#draft, this.#entries, new Set([...named, ...this.duplicates]));
    return undefined;
  }

  #again(entry: JournalEntry): undefined {
    this.duplicates.push(entry.reference);
    if (entry.kind !== 'message') return;
    // A redrive that finds its machine takes it yet.
    if (!cameTooLate(this.#draft, entry, this.#segments)) countAgain(this.#draft, entry);
  }

  #take(entry: JournalEntry, isStale: boolean): Need | undefined {
    const draft = this.#draft;
    const { reference } = entry;
    if (entry.kind === 'control') {
      applyControl(draft, entry, this.#limits);
      return undefined;
    }
    if (entry.kind === 'message' && !isStale && needsNoMachine(draft, entry)) {
      applyParentsWord(draft, entry);
      return undefined;
    }
    if (draft.ended) {
      draft.log(logKindOf(entry), reference, ended);
      return undefined;
    }
    if (entry.kind === 'start' && entry.invalid !== undefined) {
      endFailed(draft, { code: 'InvalidStart', name: 'InvalidStart', message: entry.invalid }, { reference });
      draft.log('start', reference, { type: 'failed', code: 'InvalidStart' });
      return undefined;
    }
    const ready = this.#ready(entry.kind === 'start' ? entry.version : undefined);
    if (ready.type === 'needs') return ready.need;
    if (ready.type === 'notNow') {
      this.#leave(entry);
      return undefined;
    }
    if (neededData(entry) !== undefined) return { type: 'entryData', references: this.#unfetched() };
    const { machine } = ready;
    // An entry that was read beside the delivered ones has a delivery of its own, which must not dispatch the same
    // again.
    const cause = this.#delivered?.includes(reference) === false ? this.#cause : reference;
    fireDueTimers(draft, machine, { cause });
    if (!draft.ended) {
      return applyEntry(draft, entry, { machine, cause, isStale, itemResults: this.#itemResults });
    }
    draft.log(logKindOf(entry), reference, ended);
    return undefined;
  }

  /** Leaves an entry that cannot be decided on now in the journal, for when the execution goes on. */
  #leave(entry: JournalEntry): void {
    const { status } = this.#draft.execution;
    const isLeft = this.#waited !== undefined || status === 'PENDING_REDRIVE' || status === 'SUSPENDED';
    if (!isLeft) return;
    // A commit of another that has read the journal without this entry must not come after this decision.
    if (!this.#isWholeJournal || this.#delivered?.includes(entry.reference)) this.#draft.set({});
  }

  /** The entries that are to be taken and whose data is not there: they are fetched together. */
  #unfetched(): readonly string[] {
    return this.#entries
      .filter(
        (entry) =>
          neededData(entry) !== undefined && standingOf(this.#draft, entry, this.#segments) !== 'decided',
      )
      .map(({ reference }) => reference);
  }

  #wake(wakeId: string, beats: SeenBeats): Need | undefined {
    const draft = this.#draft;
    const ready = draft.ended ? notNow : this.#ready(undefined);
    if (ready.type === 'needs') return ready.need;
    if (ready.type === 'notNow') {
      // For that no machine is needed.
      if (draft.execution.status !== 'RUNNING' || !isTimedOut(draft)) return undefined;
      timeOut(draft);
      draft.log('wake', wakeId);
      return undefined;
    }
    const origin = { cause: wakeId };
    const fired = fireDue(draft, ready.machine, { origin, beats, itemResults: this.#itemResults });
    if (typeof fired !== 'number') return fired;
    if (fired > 0) draft.log('wake', wakeId);
    return undefined;
  }

  /** The execution's machine, unless it has to wait for it. */
  #ready(version: string | undefined): Ready {
    const { status, waiting } = this.#draft.execution;
    if (status !== 'RUNNING' || !this.#mayGoOn) return notNow;
    const isWaitingAgain = waiting !== undefined && waiting !== this.#waited;
    if (isWaitingAgain) return notNow;
    return this.#machine ? { type: 'ready', machine: this.#machine } : this.#find(version);
  }

  #find(version: string | undefined): Ready {
    const draft = this.#draft;
    const { machine: id, machineVersion, held } = draft.execution;
    const found = findMachine(this.#machines, id, machineVersion ?? version);
    if (found.type === 'missing') {
      wait(draft, found.error, this.#limits.waitForMachineMs, this.#waited);
      return notNow;
    }
    if (unfetchedSnapshot(draft.execution) !== undefined) return { type: 'needs', need: { type: 'state' } };
    const { machine } = found;
    refuseOtherStates(machine, draft);
    // One of them may be what has failed.
    if (this.#waited?.isRedrive && held) offerHeldEvents(draft, machine, { cause: this.#cause });
    this.#machine = machine;
    return { type: 'ready', machine };
  }

  /**
   * Its machine is there: it was found, and took up the stored state. With the whole journal known, it is looked for
   * where no entry has.
   */
  #endWaiting(waited: Waiting): Need | undefined {
    const draft = this.#draft;
    if (draft.ended || draft.execution.waiting !== waited) return undefined;
    const { hasGoneOn } = this.#input;
    const ready = hasGoneOn ? this.#find(undefined) : this.#isWholeJournal ? this.#ready(undefined) : notNow;
    if (ready.type === 'needs') return ready.need;
    const machine = ready.type === 'ready' ? ready.machine : this.#machine;
    if (!machine || draft.ended || draft.execution.waiting !== waited) return undefined;
    if (unfetchedPatchedTask(draft.execution)) return { type: 'patchedInput' };
    draft.clear('waiting');
    draft.clear('error');
    if (waited.isRedrive) goOnFromFailure(draft, machine, { cause: this.#cause });
    draft.log('waiting', '');
    return undefined;
  }
}
