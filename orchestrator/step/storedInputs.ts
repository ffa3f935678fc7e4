import type { JournalEntry } from '../core/execution/model/entries.ts';
import type { Execution, ExecutionError } from '../core/execution/model/execution.ts';
import { unfetchedSnapshot } from '../core/execution/model/storedData.ts';
import type { AdvanceInput, Need } from '../core/execution/step/advance.types.ts';
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
      return await work(async (input, need) => {
        await turn();
        return this.#fetch(input, need);
      });
    } finally {
      if (hasTurn) this.#endTurn();
    }
  }

  /** The execution with its state; as it is where the state is not available. */
  async withState(execution: Execution): Promise<Execution> {
    if (unfetchedSnapshot(execution) === undefined) return execution;
    const { executionId, updatedAt: now } = execution;
    const input = await this.#fetch({ executionId, execution, entries: [], now }, { type: 'state' });
    return input.execution ?? execution;
  }

  /**
   * Data that the store fails to give is left out, and the step decides what to do about it. A state that is gone
   * because another commit has replaced it has the same result: the wait for it is a commit that meets the other's.
   */
  async #fetch(input: AdvanceInput, need: StoredNeed): Promise<AdvanceInput> {
    try {
      return { ...input, ...(await this.#needed(input, need)) };
    } catch (error) {
      if (!isStoredDataError(error)) throw error;
      return { ...input, unavailable: input.unavailable ?? dataUnavailable(error) };
    }
  }

  async #needed(
    { execution, entries }: AdvanceInput,
    need: StoredNeed,
  ): Promise<Partial<Pick<AdvanceInput, 'execution' | 'entries'>>> {
    switch (need.type) {
      case 'state':
        return execution ? { execution: await withSnapshot(this.#data, execution) } : {};
      case 'patchedInput':
        return execution ? { execution: await withPatchedTasksInput(this.#data, execution) } : {};
      case 'entryData': {
        const fetched: JournalEntry[] = [];
        for (const entry of entries) {
          const isNeeded = need.references.includes(entry.reference);
          fetched.push(isNeeded ? await withEntryData(this.#data, entry) : entry);
        }
        return { entries: fetched };
      }
    }
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

/** The data that a step needs out of the object store. */
export type StoredNeed = Exclude<Need, { type: 'itemResults' | 'page' }>;

/** Answers the input with what is needed; with `unavailable` where the store does not give it. */
export type Fetch = (input: AdvanceInput, need: StoredNeed) => Promise<AdvanceInput>;

/** Why an execution waits whose data the store does not give or take. */
export function dataUnavailable(error: Error): ExecutionError {
  return {
    code: 'DataUnavailable',
    name: error.name,
    message: `${error.message} The execution waits for it, and goes on.`,
  };
}
