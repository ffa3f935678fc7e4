import type { Json } from '../../data/json.ts';
import { escapedData, markedThrown, type TaskError, withoutStack } from '../../data/thrown.ts';
import type { ActorSource, PreparedMachine } from '../../machine/index.ts';
import type { OutcomeData } from '../../policy/itemOutcomes.ts';
import { type ItemFailure, itemFailure, thresholdError } from '../../policy/thresholdError.ts';
import type { ResultEntry } from '../model/entries.ts';
import type { TaskResult } from '../model/taskResult.ts';
import type { Outcome } from '../step/followUp.ts';
import { givenUp } from '../tasks/tasks.ts';
import { ItemResultMissingError, type ItemResults } from './itemResults.ts';
import { type PartResult, partInput } from './listPart.ts';
import { exceptionsText, type ItemOutcome, isFailure, type RunningList } from './runningList.ts';

export function wholeOutcome({ task }: RunningList, outputs: ItemOutputs): Outcome {
  return { type: 'taskSucceeded', task, ...outputs.all() };
}

export function thresholdOutcome(
  { task, count, tolerated }: RunningList,
  failed: number,
  {
    failures,
    cause,
    outcomes,
  }: {
    readonly failures: readonly ItemFailure[];
    readonly cause?: Json | undefined;
    readonly outcomes?: readonly OutcomeData[] | undefined;
  },
): Outcome {
  const { errors, ...rest } = thresholdError(failures, count, tolerated, failed);
  const shown = errors.map((error) => ({ ...error }));
  return {
    type: 'taskFailed',
    task,
    error: {
      ...rest,
      errors: shown,
      ...(cause !== undefined && { cause }),
      ...(outcomes && { outcomes: outcomes.map((outcome) => ({ ...outcome })) }),
    },
  };
}

/** Whether the error of a list that fails says what each item came to. */
export function hasOutcomesInError(source: ActorSource): boolean {
  return (source.kind === 'each' || source.kind === 'eachMachine') && source.options.outcomesInError;
}

/** The outcome of a list on whose items machines have worked, in other executions. */
export function machinesOutcome({ task }: RunningList, outputs: readonly Json[]): Outcome {
  return { type: 'taskSucceeded', task, output: outputs, isMessage: true };
}

/** The outcome of a file: its items' outcomes are in the store. */
export function fileOutcome({ task }: RunningList, { failed, count = 0, results = '' }: PartResult): Outcome {
  return { type: 'taskSucceeded', task, output: { count, succeeded: count - failed, failed, results } };
}

/** The outcome of a part, however many items failed: the whole list decides whether that is too many. */
export function partOutcome(list: RunningList, { failed, errors, cause, next }: PartResult): Outcome {
  const { task, exceptions, parts, results, tolerated, updates } = list;
  const isTooMany = parts === undefined && failed > tolerated;
  const output = {
    failed,
    errors: errors.map((error) => ({ ...error })),
    ...(cause !== undefined && { cause }),
    ...(exceptions.length > 0 && { exceptions: exceptionsText(exceptions) }),
    ...(next !== undefined && { next }),
    ...(updates !== undefined && { tolerated }),
    ...(isTooMany && { isTooMany }),
    // The outcomes of a file's items are written beside it, by the machine's next task.
    ...(results !== undefined && { part: partInput(list), isWhole: parts !== undefined }),
  };
  return { type: 'taskSucceeded', task, output };
}

/** The outputs and errors of one list's items. */
export class ItemOutputs {
  readonly #machine: PreparedMachine;
  readonly #list: RunningList;
  readonly #results: ItemResults;
  readonly #exceptions: readonly ItemOutcome[];

  constructor(machine: PreparedMachine, list: RunningList, results: ItemResults) {
    this.#machine = machine;
    this.#list = list;
    this.#results = results;
    this.#exceptions = results.exceptions ?? list.exceptions;
  }

  /** With a failed item among them, errors are marked. */
  all(): { readonly output: Json[]; readonly isMessage?: true } {
    const results = this.#inOrder().map((outcome): TaskResult => {
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

  /** The outcomes of a list that failed. Errors are marked. */
  outcomes(): readonly OutcomeData[] {
    return this.#inOrder().map((outcome) => this.#outcomeData(outcome));
  }

  #outcomeData(outcome: ItemOutcome): OutcomeData {
    switch (outcome.status) {
      case 'SUCCEEDED':
        return { status: 'done', output: escapedData(outputOf(this.#resultOf(outcome).result)) };
      case 'FAILED':
      case 'TIMED_OUT':
        return { status: 'error', error: markedThrown(withoutStack(this.#errorOf(outcome))) };
      case 'STOPPED':
        return { status: 'stopped' };
      case 'NOT_STARTED':
        return { status: 'notStarted' };
    }
  }

  #inOrder(): readonly ItemOutcome[] {
    const { first, count } = this.#list;
    const outcomes = new Map(this.#exceptions.map((outcome) => [outcome.index, outcome]));
    return Array.from(
      { length: count },
      (_, i) => outcomes.get(first + i) ?? { index: first + i, attempt: 1, status: 'SUCCEEDED' },
    );
  }

  /** The items that failed first. */
  firstFailures(most: number): ItemFailure[] {
    const failures = this.#exceptions.filter(isFailure).slice(0, most);
    return failures.map((outcome) => itemFailure(outcome.index, this.#errorOf(outcome)));
  }

  #errorOf(outcome: ItemOutcome): TaskError {
    const { task, worker } = this.#list;
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
    if (!entry) throw new ItemResultMissingError(this.#list.task, outcome);
    return entry;
  }
}

function outputOf(result: TaskResult): Json {
  return result.status === 'SUCCEEDED' ? (result.output ?? null) : null;
}
