import { type PageAddress, pageName } from '../core/execution/lists/listItems.ts';
import type { LoadMachine, MachineLookup } from '../core/execution/model/machines.ts';
import { advance } from '../core/execution/step/advance.ts';
import type { AdvanceInput, AdvanceLimits, Decided, Need } from '../core/execution/step/advance.types.ts';
import { waitForRepair } from '../core/execution/step/withoutMachine.ts';
import type { TaskDispatcher } from '../dispatch/taskDispatcher.ts';
import { subjectOf } from '../observability/activity.ts';
import { describeError, type Reporter } from '../observability/report.ts';
import { isStoredDataError } from '../store/storedJson.ts';
import type { JournalReader } from './journalReader.ts';
import { dataUnavailable, type Fetch } from './storedInputs.ts';

export interface StepTakerOptions {
  readonly machines: MachineLookup;
  /** Gets a machine whose definition is in the table. @default all machines are deployed */
  readonly loadMachine?: LoadMachine;
  readonly limits: AdvanceLimits;
  readonly report: Reporter;
  readonly journal: Pick<JournalReader, 'itemResults'>;
  readonly dispatcher: Pick<TaskDispatcher, 'lists'>;
}

/** A step, and what it was taken with. */
export interface TakenStep {
  readonly step: Decided;
  readonly input: AdvanceInput;
}

/** Each need is asked for once: a step that asks more often has a defect. */
const mostNeeds = 1000;

/** Takes the pure step: reads what it answers that it needs, and asks it again. */
export class StepTaker {
  readonly #options: StepTakerOptions;

  constructor(options: StepTakerOptions) {
    this.#options = options;
  }

  /**
   * A defect in the step lets the execution wait with its input unapplied, and harms no other.
   *
   * @param fetch gets data out of the object store
   */
  async take(given: AdvanceInput, fetch: Fetch): Promise<TakenStep> {
    const { machines, limits } = this.#options;
    if (this.#options.loadMachine) await loadMachines(given, this.#options.loadMachine);
    let input = given;
    for (let needs = 0; needs < mostNeeds; needs++) {
      let need: Need;
      try {
        const step = advance(machines, limits, input);
        if (step.type !== 'needs') return { step, input };
        ({ need } = step);
      } catch (error) {
        return { step: this.#waitForRepair(input, error), input };
      }
      input = await this.#supply(input, need, fetch);
    }
    const error = new Error('The step asks for data that it was given.');
    return { step: this.#waitForRepair(input, error), input };
  }

  async #supply(input: AdvanceInput, need: Need, fetch: Fetch): Promise<AdvanceInput> {
    switch (need.type) {
      case 'state':
      case 'entryData':
      case 'patchedInput':
        return fetch(input, need);
      case 'page':
        return this.#withPage(input, need.address);
      case 'itemResults':
        try {
          const results = await this.#options.journal.itemResults(input, need.list);
          return { ...input, itemResults: new Map(input.itemResults).set(need.list.task, results) };
        } catch (error) {
          if (!isStoredDataError(error)) throw error;
          return { ...input, unavailable: dataUnavailable(error) };
        }
    }
  }

  async #withPage(input: AdvanceInput, address: PageAddress): Promise<AdvanceInput> {
    try {
      const page = await this.#options.dispatcher.lists.page(address.items, address.page);
      if (page) return { ...input, pages: new Map(input.pages).set(pageName(address), page) };
      const message = `The items of task ${address.items.task} are not in the table: they have expired, or were deleted.`;
      const unavailable = { code: 'DataUnavailable', name: 'DataUnavailable', message } as const;
      return { ...input, unavailable };
    } catch (error) {
      if (!isStoredDataError(error)) throw error;
      return { ...input, unavailable: dataUnavailable(error) };
    }
  }

  #waitForRepair(input: AdvanceInput, error: unknown): Decided {
    const { limits, report } = this.#options;
    const { executionId, execution } = input;
    const message = `${describeError(error)}. The execution is tried again; report this with the message.`;
    report({ type: 'waiting', executionId, ...(execution && subjectOf(execution)), error: message });
    try {
      return waitForRepair(input, { code: 'InternalError', name: 'InternalError', message }, limits);
    } catch (repairError) {
      // Not even that: another program has written the execution item. Its journal stays as it is.
      report({ type: 'dropped', executionId, error: describeError(repairError) });
      return { type: 'nothing', duplicates: input.entries.map((entry) => entry.reference) };
    }
  }
}

/** The machine of the execution, of its start, and of a redrive that names another version. */
async function loadMachines({ execution, entries }: AdvanceInput, load: LoadMachine): Promise<void> {
  if (execution) await load(execution.machine, execution.machineVersion);
  for (const entry of entries) {
    if (entry.kind === 'start') await load(entry.machine, entry.version);
    else if (entry.kind === 'control' && execution && entry.version !== undefined) {
      await load(execution.machine, entry.version);
    }
  }
}
