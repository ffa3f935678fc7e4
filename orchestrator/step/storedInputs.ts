import { unfetchedPatchedTask } from '../core/execution/control/inputPatch.ts';
import type { JournalEntry } from '../core/execution/model/entries.ts';
import type { Execution, ExecutionError } from '../core/execution/model/execution.ts';
import { neededData, unfetchedSnapshot } from '../core/execution/model/storedData.ts';
import type { AdvanceInput } from '../core/execution/step/advance.ts';
import { Draft } from '../core/execution/step/draft.ts';
import { isDuplicate, noReferences } from '../core/execution/step/duplicates.ts';
import { isStoredDataError, type StoredJson } from '../store/storedJson.ts';
import { withEntryData, withPatchedTasksInput, withSnapshot } from '../table/stored/storedParts.ts';

/**
 * Executions with stored data that are stepped at a time. Each may have a state of 16 MB and some objects of 6 MB in memory, as
 * text and parsed; a function of 512 MB has room for two of them beside its batch.
 */
const mostAtATime = 2;

/** Fetches from the object store what a step needs, so that the step itself sees no difference. */
export class StoredInputs {
  readonly #data: StoredJson;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(data: StoredJson) {
    this.#data = data;
  }

  /** Runs the work on one execution with a fetcher of its own: what it fetches is in memory until the work has ended. */
  async within<T>(work: (fetch: Fetch) => Promise<T>): Promise<T> {
    let hasTurn = false;
    const turn = async () => {
      if (!hasTurn) await this.#turn();
      hasTurn = true;
    };
    try {
      return await work(async (input) => {
        if (!needsData(input)) return input;
        await turn();
        return this.#fetch(input);
      });
    } finally {
      if (hasTurn) this.#endTurn();
    }
  }

  /** The execution with its state; as it is where that is not to be had. */
  async withState(execution: Execution | undefined): Promise<Execution | undefined> {
    if (!execution || unfetchedSnapshot(execution) === undefined) return execution;
    const input = await this.#fetch({
      executionId: execution.executionId,
      execution,
      entries: [],
      now: execution.updatedAt,
    });
    return input.execution;
  }

  /**
   * What the store fails to give is left out, and the step decides what becomes of it. A state that is gone because another
   * commit has replaced it comes to the same: the wait for it is a commit that meets the other's.
   */
  async #fetch(input: AdvanceInput): Promise<AdvanceInput> {
    let unavailable: ExecutionError | undefined;
    const orAsItIs = async <T>(as: T, fetched: Promise<T>): Promise<T> => {
      try {
        return await fetched;
      } catch (error) {
        if (!isStoredDataError(error)) throw error;
        unavailable ??= dataUnavailable(error);
        return as;
      }
    };
    const isNeeded = entryFilter(input);
    const entries: JournalEntry[] = [];
    for (const entry of input.entries) {
      entries.push(isNeeded(entry) ? await orAsItIs(entry, withEntryData(this.#data, entry)) : entry);
    }
    const { execution } = input;
    const fetched = execution && (await orAsItIs(execution, withSnapshot(this.#data, execution)));
    const complete = fetched && (await orAsItIs(fetched, withPatchedTasksInput(this.#data, fetched)));
    return { ...input, execution: complete, entries, ...(unavailable && { unavailable }) };
  }

  async #turn(): Promise<void> {
    if (this.#taken < mostAtATime) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #endTurn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken -= 1;
  }
}

/** Answers the input with what it refers to; with `unavailable` where some of that is not to be had. */
export type Fetch = (input: AdvanceInput) => Promise<AdvanceInput>;

/** Why an execution waits whose data the store does not give or take. */
export function dataUnavailable(error: Error): ExecutionError {
  return {
    code: 'DataUnavailable',
    name: error.name,
    message: `${error.message} The execution waits for it, and goes on.`,
  };
}

function needsData(input: AdvanceInput): boolean {
  const { execution, entries } = input;
  if (!mayStep(input)) return false;
  if (execution && (unfetchedSnapshot(execution) ?? unfetchedPatchedTask(execution)) !== undefined)
    return true;
  return entries.some(entryFilter(input));
}

/** Of an execution that has ended or waits, nothing is looked into. */
function mayStep({ execution, isWholeJournal }: AdvanceInput): boolean {
  if (!execution) return true;
  return execution.status === 'RUNNING' && (!execution.waiting || isWholeJournal === true);
}

/** Which entries are to be applied, and have data that is not there yet. */
function entryFilter({ execution, now, segments }: AdvanceInput): (entry: JournalEntry) => boolean {
  const draft = execution && new Draft(execution, now);
  return (entry) =>
    neededData(entry) !== undefined && !(draft && isDuplicate(draft, entry, segments ?? noReferences));
}
