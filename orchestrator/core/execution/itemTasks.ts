import type { Json } from '../json.ts';
import type { EachSource, MachineInput, PreparedMachine } from '../machine/index.ts';
import type { MachineEffect, TaskError } from '../machine/step.types.ts';
import { errorsShown, thresholdError } from '../thresholdError.ts';
import type { Draft } from './draft.ts';
import type { ResultEntry } from './entries.ts';
import type { FanOut, ItemOutcome, ItemTask } from './fanOut.ts';
import { doneCount, failedCount, withDone, withNextItems } from './fanOut.ts';
import { eachRequest, itemListOf } from './itemList.ts';
import { timeoutError } from './tasks.ts';

/** Results of the items of a list, by index and attempt. */
export type ItemResults = ReadonlyMap<string, ResultEntry>;

/**
 * Thrown out of a step that ends an `each`, where the results were not given: whoever takes the step reads them and
 * takes it again. They are read once, so that no commit before carries them.
 */
export class ItemResultsNeeded extends Error {
  readonly task: number;
  constructor(task: number) {
    super(`The results of task ${task} are needed.`);
    this.task = task;
  }
}

/** Thrown when the result of an item that was applied is not in the table any more. */
export class ItemResultMissingError extends Error {
  readonly code = 'ItemResultMissing';
  override readonly name = 'ItemResultMissingError';
  constructor(task: number, { index, attempt }: Omit<ItemOutcome, 'status'>) {
    super(
      `The result 'task#${task}.${index}#${attempt}' was applied and is not in the table: it has expired, or was deleted.`,
    );
  }
}

export function itemResultsOf(entries: readonly ResultEntry[]): ItemResults {
  return new Map(entries.map((entry) => [`${entry.index}#${entry.attempt}`, entry]));
}

/** The machine starts an `each`. One that has nothing to wait for is settled in the same commit. */
export function startFanOut(
  draft: Draft,
  source: EachSource,
  { task, src, input }: Extract<MachineEffect, { type: 'startTask' }>,
  cause: string,
): void {
  const request = eachRequest(input, source.options);
  const isList = request.type === 'items';
  const items = isList ? request.items : [];
  const { list, pageSize } = itemListOf(task, items);
  const fanOut: FanOut = {
    task,
    worker: src,
    count: items.length,
    items: { executionId: draft.execution.executionId, task, hash: list.hash, pageSize },
    concurrency: isList ? request.concurrency : 1,
    tolerated: isList ? request.tolerated : 0,
    next: 0,
    open: [],
    exceptions: [],
  };
  draft.addFanOut(fanOut);
  if (!isList) draft.settleAtOnce({ type: 'taskFailed', task, error: request.error });
  else if (items.length === 0) draft.settleAtOnce({ type: 'taskSucceeded', task, output: [] });
  else {
    draft.itemLists.push(list);
    dispatchNext(draft, fanOut, source.policy.timeoutMs, cause);
  }
}

/** An item is done: others take its place, or the whole is done. */
export function settleItem(
  draft: Draft,
  machine: PreparedMachine,
  item: ItemTask,
  status: ItemOutcome['status'],
  cause: string,
): void {
  const before = draft.fanOut(item.task);
  if (!before) return;
  const fanOut = withDone(before, item, status);
  const outcome = outcomeOf(draft, machine, fanOut);
  if (outcome) draft.settle(machine, outcome, cause);
  else {
    draft.replaceFanOut(fanOut);
    dispatchNext(draft, fanOut, machine.taskSourceOf(fanOut.worker).policy.timeoutMs, cause);
  }
}

function dispatchNext(draft: Draft, before: FanOut, timeoutMs: number, cause: string): void {
  const { fanOut, opened } = withNextItems(before, cause);
  if (opened.length === 0) return;
  draft.replaceFanOut(fanOut);
  draft.dispatchAll(opened, timeoutMs, cause);
}

type Outcome = Extract<MachineInput, { type: 'taskSucceeded' | 'taskFailed' }>;

/** What the machine gets, once the whole is done or more has failed than may. */
function outcomeOf(draft: Draft, machine: PreparedMachine, fanOut: FanOut): Outcome | undefined {
  const { task, count, tolerated, exceptions } = fanOut;
  const failed = failedCount(fanOut);
  if (failed <= tolerated && doneCount(fanOut) < count) return undefined;
  const results = new Results(draft, machine, fanOut);
  if (failed <= tolerated) return { type: 'taskSucceeded', task, output: results.output() };
  const first = exceptions.filter(({ status }) => status !== 'SUCCEEDED').slice(0, errorsShown);
  const failures = first.map((outcome) => ({ index: outcome.index, error: results.errorOf(outcome) }));
  const { errors, ...rest } = thresholdError(failures, count, tolerated, failed);
  return { type: 'taskFailed', task, error: { ...rest, errors: errors.map((error) => ({ ...error })) } };
}

/** What the items of one fan-out came to, from the journal. */
class Results {
  readonly #machine: PreparedMachine;
  readonly #fanOut: FanOut;
  readonly #results: ItemResults;

  /** @throws ItemResultsNeeded */
  constructor(draft: Draft, machine: PreparedMachine, fanOut: FanOut) {
    const results = draft.itemResults.get(fanOut.task);
    if (!results) throw new ItemResultsNeeded(fanOut.task);
    this.#machine = machine;
    this.#fanOut = fanOut;
    this.#results = results;
  }

  output(): Json[] {
    const { count, exceptions } = this.#fanOut;
    const outcomes = new Map(exceptions.map((outcome) => [outcome.index, outcome]));
    return Array.from({ length: count }, (_, index) => {
      const outcome = outcomes.get(index) ?? { index, attempt: 1, status: 'SUCCEEDED' };
      if (outcome.status !== 'SUCCEEDED') return { error: this.errorOf(outcome) };
      const { result } = this.#resultOf(outcome);
      return result.status === 'SUCCEEDED' ? (result.output ?? null) : { error: withoutStack(result.error) };
    });
  }

  errorOf(outcome: ItemOutcome): TaskError {
    const { task, worker } = this.#fanOut;
    if (outcome.status === 'TIMED_OUT') {
      const { policy } = this.#machine.taskSourceOf(worker);
      return timeoutError({ ...outcome, task, worker, cause: '' }, policy);
    }
    const { result } = this.#resultOf(outcome);
    return result.status === 'FAILED' ? withoutStack(result.error) : { name: 'Error', message: '' };
  }

  #resultOf(outcome: ItemOutcome): ResultEntry {
    const entry = this.#results.get(`${outcome.index}#${outcome.attempt}`);
    if (!entry) throw new ItemResultMissingError(this.#fanOut.task, outcome);
    return entry;
  }
}

/** The stack stays in the result's item. */
function withoutStack({ stack: _, ...error }: TaskError): TaskError {
  return error;
}
