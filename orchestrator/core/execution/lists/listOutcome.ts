import type { Json } from '../../data/json.ts';
import { escapedData, markedThrown, type TaskError, withoutStack } from '../../data/thrown.ts';
import type { MachineInput, PreparedMachine } from '../../machine/index.ts';
import { MillraceError } from '../../millraceError.ts';
import { type ItemFailure, itemFailure, thresholdError } from '../../policy/thresholdError.ts';
import type { ResultEntry, TaskResult } from '../model/entries.ts';
import type { Draft } from '../step/draft.ts';
import { givenUp } from '../tasks/tasks.ts';
import { exceptionsText, type FanOut, type ItemOutcome } from './fanOut.ts';
import { type PartResult, partInput } from './listPart.ts';

/** What the machine gets. */
type Outcome = Extract<MachineInput, { type: 'taskSucceeded' | 'taskFailed' }>;

/** What the journal has of a list's items. */
export interface ItemResults {
  /** By index and attempt: `17#1`. */
  readonly entries: ReadonlyMap<string, ResultEntry>;
  /** Of a list that other executions worked on; of one's own, the execution has them. */
  readonly exceptions?: readonly ItemOutcome[];
}

export function itemResultsOf(
  entries: readonly ResultEntry[],
  exceptions?: readonly ItemOutcome[],
): ItemResults {
  const byKey = new Map(entries.map((entry) => [`${entry.index}#${entry.attempt}`, entry]));
  return exceptions ? { entries: byKey, exceptions } : { entries: byKey };
}

/**
 * Thrown out of a step that ends an `each`, where the results were not given: whoever takes the step reads them and
 * takes it again. They are read once, so that no commit before carries them.
 */
export class ItemResultsNeeded extends Error {
  readonly fanOut: FanOut;
  constructor(fanOut: FanOut) {
    super(`The results of task ${fanOut.task} are needed.`);
    this.fanOut = fanOut;
  }
}

/** Thrown when the result of an item that was applied is not in the table any more. */
export class ItemResultMissingError extends MillraceError {
  override readonly code = 'ItemResultMissing';
  override readonly name = 'ItemResultMissingError';
  constructor(task: number, { index, attempt }: Omit<ItemOutcome, 'status'>) {
    super(
      `The result 'task#${task}.${index}#${attempt}' was applied and is not in the table: it has expired, or was deleted.`,
    );
  }
}

export function wholeOutcome({ task }: FanOut, outputs: ItemOutputs): Outcome {
  return { type: 'taskSucceeded', task, ...outputs.all() };
}

export function thresholdOutcome(
  { task, count, tolerated }: FanOut,
  failed: number,
  failures: readonly ItemFailure[],
): Outcome {
  const { errors, ...rest } = thresholdError(failures, count, tolerated, failed);
  return { type: 'taskFailed', task, error: { ...rest, errors: errors.map((error) => ({ ...error })) } };
}

/** Of a file: what became of its items is in the store. */
export function fileOutcome({ task }: FanOut, { failed, count = 0, results = '' }: PartResult): Outcome {
  return { type: 'taskSucceeded', task, output: { count, succeeded: count - failed, failed, results } };
}

/** Of a part, however many failed: whether that is too many is for the whole to say. */
export function partOutcome(fanOut: FanOut, { failed, errors }: PartResult): Outcome {
  const { task, exceptions, parts, results } = fanOut;
  const output = {
    failed,
    errors: errors.map((error) => ({ ...error })),
    ...(exceptions.length > 0 && { exceptions: exceptionsText(exceptions) }),
    // What becomes of a file's items is written beside it, by the machine's next task.
    ...(results !== undefined && { part: partInput(fanOut), isWhole: parts !== undefined }),
  };
  return { type: 'taskSucceeded', task, output };
}

/** What the items of one list came to. */
export class ItemOutputs {
  readonly #machine: PreparedMachine;
  readonly #fanOut: FanOut;
  readonly #results: ItemResults;
  readonly #exceptions: readonly ItemOutcome[];

  /** @throws ItemResultsNeeded */
  constructor(draft: Draft, machine: PreparedMachine, fanOut: FanOut) {
    const results = draft.itemResults.get(fanOut.task);
    if (!results) throw new ItemResultsNeeded(fanOut);
    this.#machine = machine;
    this.#fanOut = fanOut;
    this.#results = results;
    this.#exceptions = results.exceptions ?? fanOut.exceptions;
  }

  /** With a failed item among them, errors are marked. */
  all(): { readonly output: Json[]; readonly isMessage?: true } {
    const { first, count } = this.#fanOut;
    const outcomes = new Map(this.#exceptions.map((outcome) => [outcome.index, outcome]));
    const results = Array.from({ length: count }, (_, i): TaskResult => {
      const index = first + i;
      const outcome = outcomes.get(index) ?? { index, attempt: 1, status: 'SUCCEEDED' };
      if (outcome.status !== 'SUCCEEDED') return { status: 'FAILED', error: this.#errorOf(outcome) };
      return this.#resultOf(outcome).result;
    });
    if (results.every(({ status }) => status === 'SUCCEEDED')) {
      return { output: results.map((result) => outputOf(result)) };
    }
    const output = results.map((result) =>
      result.status === 'FAILED'
        ? { error: markedThrown(withoutStack(result.error)) }
        : escapedData(outputOf(result)),
    );
    return { output, isMessage: true };
  }

  /** Of the items that failed, those that failed first. */
  firstFailures(most: number): ItemFailure[] {
    const failures = this.#exceptions.filter(({ status }) => status !== 'SUCCEEDED').slice(0, most);
    return failures.map((outcome) => itemFailure(outcome.index, this.#errorOf(outcome)));
  }

  #errorOf(outcome: ItemOutcome): TaskError {
    const { task, worker } = this.#fanOut;
    if (outcome.status === 'TIMED_OUT') {
      const { policy } = this.#machine.taskSourceOf(worker);
      const due = policy.timeoutMs === undefined ? 'start' : 'deadline';
      return givenUp({ ...outcome, task, worker, cause: '' }, due, policy);
    }
    const { result } = this.#resultOf(outcome);
    return result.status === 'FAILED' ? withoutStack(result.error) : { name: 'Error', message: '' };
  }

  #resultOf(outcome: ItemOutcome): ResultEntry {
    const entry = this.#results.entries.get(`${outcome.index}#${outcome.attempt}`);
    if (!entry) throw new ItemResultMissingError(this.#fanOut.task, outcome);
    return entry;
  }
}

function outputOf(result: TaskResult): Json {
  return result.status === 'SUCCEEDED' ? (result.output ?? null) : null;
}
