import { setMaxListeners } from 'node:events';
import {
  type AnyStateMachine,
  fromPromise,
  type InputFrom,
  type OutputFrom,
  type PromiseActorLogic,
} from 'xstate';
import { describeThrown } from '../orchestrator/core/data/describeThrown.ts';
import type { Json } from '../orchestrator/core/data/json.ts';
import { serializable } from '../orchestrator/core/data/serializable.ts';
import { revivedError, revivedThrown, withoutStack } from '../orchestrator/core/data/thrown.ts';
import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { runItemMachine } from '../orchestrator/core/machine/itemMachine.ts';
import { runPromiseLogic } from '../orchestrator/core/machine/promiseLogic.ts';
import { isStateMachine } from '../orchestrator/core/machine/xstateInternals.ts';
import {
  type EachMark,
  type EachOptions,
  eachKey,
  type ListOptions,
  resolveEachOptions,
} from '../orchestrator/core/policy/eachOptions.ts';
import { eachRequest, invalidItemsErrorName } from '../orchestrator/core/policy/eachRequest.ts';
import type { EachOutcome } from '../orchestrator/core/policy/itemOutcomes.ts';
import type { ListFile, ListSummary } from '../orchestrator/core/policy/listFiles.ts';
import {
  type FailedItem,
  type ItemFailure,
  itemFailure,
  thresholdError,
  thresholdErrorName,
} from '../orchestrator/core/policy/thresholdError.ts';
import { WorkerOutsideMillraceError } from './worker.ts';

/** Actor logic that runs another for each item of a list. */
export type EachLogic<Input, Output, Actor = unknown> = PromiseActorLogic<Output, Input> & {
  /** Optional in the type alone, so that `provide` takes a `fromPromise` in its place. */
  readonly [eachKey]?: EachMark<Actor>;
};

/** Its input: the list, or the list with options that only the machine knows when it runs. */
export type EachInput<Item> = readonly Item[] | ({ readonly items: readonly Item[] } & ListOptions);

/** Thrown by a plain XState actor of an `each()` whose items failed in greater number than it tolerates. */
export class ExceedToleratedFailureThresholdError extends MillraceError {
  override readonly code = 'ExceedToleratedFailureThreshold';
  override readonly name = thresholdErrorName;
}

/** Thrown by a plain XState actor of an `each()` whose input is not a list, or whose options make no sense. */
export class InvalidItemsError extends MillraceError {
  override readonly code = 'InvalidItems';
  override readonly name = invalidItemsErrorName;
}

/**
 * An actor that runs another one for each item of a list: `resize: each(worker<Image, Size>({ timeout: '30s' }),
 * { concurrency: 20 })`. Its input is the list, its output the list of their outputs in the same order. Each item is a
 * task of its own, with the retries of its actor; beside it, an item costs the execution nothing that stays.
 *
 * With `tolerateFailures`, an item that failed is `{ error }` in the output. Beyond what is tolerated the whole fails
 * with `States.ExceedToleratedFailureThreshold`, and items that still run are given up. An input that is not a list is
 * `Millrace.InvalidItems`. With `outcomesInError`, the error says what each item came to: see {@link itemOutcomesOf}.
 *
 * @throws InvalidEachError
 */
export function each<Output, Input>(
  actor: PromiseActorLogic<Output, Input>,
  options?: EachOptions & { readonly tolerateFailures?: 0 },
): EachLogic<EachInput<Input>, Output[], PromiseActorLogic<Output, Input>>;
export function each<Output, Input>(
  actor: PromiseActorLogic<Output, Input>,
  options: EachOptions,
): EachLogic<EachInput<Input>, (Output | FailedItem)[], PromiseActorLogic<Output, Input>>;
/**
 * The same with a machine for each item: `fulfil: each(fulfilment, { concurrency: 10 })`. An item of the list is the input
 * of its machine, the machine's output is the item's. The machines are part of the execution: their tasks, timers and
 * children are its own, and what they send to their parent reaches the machine that invokes `each`.
 *
 * An item fails where its machine does. The `cause` of `States.ExceedToleratedFailureThreshold` is the error of the item
 * that was one too many.
 */
export function each<Machine extends AnyStateMachine>(
  machine: Machine,
  options?: EachOptions & { readonly tolerateFailures?: 0 },
): EachLogic<EachInput<InputFrom<Machine>>, OutputFrom<Machine>[], Machine>;
export function each<Machine extends AnyStateMachine>(
  machine: Machine,
  options: EachOptions,
): EachLogic<EachInput<InputFrom<Machine>>, (OutputFrom<Machine> | FailedItem)[], Machine>;
export function each(
  actor: PromiseActorLogic<unknown, unknown> | AnyStateMachine,
  options: EachOptions = {},
): EachLogic<EachInput<unknown>, unknown[], unknown> {
  resolveEachOptions(options);
  const logic = fromPromise<unknown[], EachInput<unknown>>(({ input, signal, self }) => {
    const runItem: RunItem = isStateMachine(actor)
      ? (item, stopped) => runItemMachine(actor, item, { signal: stopped, each: self })
      : (item, stopped) => runPromiseLogic(actor, item, { signal: stopped });
    return runEach(runItem, input, options, { signal, hasCause: isStateMachine(actor) });
  });
  const mark: EachMark = { actor, options };
  return Object.assign(logic, { [eachKey]: mark });
}

/**
 * The same for the items of a file in the object store, NDJSON, JSON or CSV: `import: eachFromFile(worker<Row, void>(…),
 * { concurrency: 100 })`. Its input names the file, `{ items: 'imports/rows.csv' }`. Outputs are written beside the file, and its own output
 * says where: a list of millions goes through no machine.
 *
 * @throws InvalidEachError
 */
export function eachFromFile<Output, Input>(
  actor: PromiseActorLogic<Output, Input>,
  options: ListOptions = {},
): EachLogic<ListFile & ListOptions, ListSummary, PromiseActorLogic<Output, Input>> {
  resolveEachOptions(options);
  const logic = fromPromise<ListSummary, ListFile & ListOptions>(() =>
    Promise.reject(new WorkerOutsideMillraceError()),
  );
  const mark: EachMark<PromiseActorLogic<Output, Input>> = { actor, options, isFromFile: true };
  return Object.assign(logic, { [eachKey]: mark });
}

/** Whether an entry of the output stands for an item that failed. */
export function isFailedItem(entry: unknown): entry is FailedItem {
  return typeof entry === 'object' && entry !== null && Object.keys(entry).join() === 'error';
}

/**
 * The outcome of each item, in the order of the items, of a list that failed with more failures than it tolerates:
 * `onError: { actions: assign({ done: ({ event }) => itemOutcomesOf(event.error)?.filter(({ status }) => status === 'done') }) }`.
 * Undefined for any other error, and for that of an `each` without `outcomesInError`.
 */
export function itemOutcomesOf<Output = unknown>(error: unknown): readonly EachOutcome<Output>[] | undefined {
  if (typeof error !== 'object' || error === null || !('outcomes' in error)) return undefined;
  return Reflect.get(error, 'name') === thresholdErrorName && Array.isArray(error.outcomes)
    ? error.outcomes
    : undefined;
}

/** Runs an item, and answers its output. */
type RunItem = (item: Json, stopped: AbortSignal) => Promise<unknown>;

/** The work of a plain XState actor: the same in one process, without retries. */
async function runEach(
  runItem: RunItem,
  input: EachInput<unknown>,
  given: EachOptions,
  { signal, hasCause }: { readonly signal: AbortSignal; readonly hasCause: boolean },
): Promise<unknown[]> {
  const request = eachRequest(serializable(input, 'input'), resolveEachOptions(given));
  if (request.type === 'invalid') throw new InvalidItemsError(request.error.message);
  const { items, concurrency, tolerated } = request;
  const failed = new AbortController();
  const stopped = AbortSignal.any([signal, failed.signal]);
  // Every item that is worked on listens to it.
  setMaxListeners(0, stopped);
  const output: unknown[] = [];
  const outcomes: EachOutcome[] = items.map(() => ({ status: 'notStarted' }));
  const failures: ItemFailure[] = [];
  const left = items.entries();
  const work = async () => {
    for (const [index, item] of left) {
      outcomes[index] = { status: 'stopped' };
      try {
        output[index] = await runItem(item, stopped);
        outcomes[index] = { status: 'done', output: output[index] };
      } catch (thrown) {
        const described = withoutStack(describeThrown(thrown));
        const error = revivedThrown(described) as FailedItem['error'];
        failures.push(itemFailure(index, described));
        output[index] = { error };
        outcomes[index] = { status: 'error', error };
        if (failures.length > tolerated) {
          const { message, errors, ...rest } = thresholdError(failures, items.length, tolerated);
          failed.abort();
          const shown = {
            ...rest,
            errors: errors.map(revivedError),
            ...(hasCause && { cause: thrown }),
            ...(given.outcomesInError && { outcomes: [...outcomes] }),
          };
          throw Object.assign(new ExceedToleratedFailureThresholdError(message), shown);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return output;
}
