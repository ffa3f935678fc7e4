import { maximumConcurrency } from '../../orchestrator/core/policy/eachOptions.ts';
import type { Failure } from '../dataflow/handle.ts';
import { itemReadingOf } from '../dataflow/itemReader.ts';
import { type Items, itemsOf } from '../dataflow/items.ts';
import type { Json } from '../json.ts';
import type { MapState } from '../model/model.ts';
import { errorNames, StatesError } from '../statesError.ts';
import { act, atOf, frameOf, type Turn, withState } from './act.ts';
import type { Builder } from './builder.ts';
import type { Given, StateConfig, TransitionConfig } from './config.ts';
import type { Frame, ItemStart } from './context.ts';
import { type Kept, keptForWriter, outputsIn } from './keptForWriter.ts';
import { leaveWithResult } from './leaveWithResult.ts';
import { checkSize } from './limits.ts';
import { runningWithFiles } from './mapFiles.ts';
import type { StatePlace } from './place.ts';
import { keepFailure, running, shellOf } from './shell.ts';
import { failureIn } from './taskState.ts';

/** Items worked on at a time where the definition does not say: Step Functions' limit for an inline Map. */
const defaultConcurrency = 40;

/** The input of `each()`. */
interface Work {
  readonly items: readonly ItemStart[];
  readonly concurrency: number;
  readonly tolerateFailures: number;
}

/** A machine of its own works on each item. A list may be read from files before, and results written to some after. */
export function mapState(state: MapState, place: StatePlace, builder: Builder): StateConfig {
  const { id, to, scope } = place;
  const src = `${place.path}${state.name}`;
  builder.addItems(src, state.processor, { outcomesInError: state.resultWriter !== undefined });
  // The machine hosts the items. In its context, they would be stored twice.
  const given = new WeakMap<Frame, unknown>();
  const observed = { ...place, name: state.name };
  const started = (turn: Turn, length: number, isRead: boolean) => {
    const { isDistributed, label } = state;
    builder.observe(turn, observed, { type: 'mapStarted', length, isRead, isDistributed, label });
  };
  const begin = (turn: Turn, read?: readonly Json[], before?: Kept): Frame => {
    const onList = read || before ? undefined : (length: number) => started(turn, length, false);
    const items = itemsOf(state, atOf(turn, builder.identity), read, onList);
    if (before?.left !== undefined) {
      const frame = withState(turn.frame, { kept: before });
      given.set(frame, workOn(state, items, itemsLeft(before, before.left, items), turn));
      return frame;
    }
    const kept = keptForWriter(state, items, turn, builder);
    const { concurrency: maxConcurrency, toleratedCount, toleratedPercentage, batches } = items;
    builder.observe(turn, observed, {
      type: 'itemsStarted',
      concurrency: concurrencyIn(items),
      length: items.items.length,
      ...(batches && { batches }),
      limits: { maxConcurrency, toleratedCount, toleratedPercentage },
      writesResults: kept?.to !== undefined,
      ...(kept && { run: kept.run }),
    });
    const frame = kept === undefined ? running(state, turn.frame) : withState(turn.frame, { kept });
    const all = items.items.map((item, index) => ({ ...item, index }));
    given.set(frame, workOn(state, items, all, turn));
    return frame;
  };
  const readingOf = (turn: Turn) => {
    try {
      return itemReadingOf(state, atOf(turn, builder.identity));
    } catch (error) {
      // A reader that cannot work fails the run. Where its fields cannot be evaluated, there is no run.
      if (error instanceof StatesError && error.error === errorNames.itemReader) {
        started(turn, 0, true);
        const failure = { error: error.error, ...(error.causeText && { cause: error.causeText }) };
        builder.observe(turn, observed, { type: 'mapFailed', failure });
      }
      throw error;
    }
  };
  const readAgain = (turn: Turn): Frame => {
    const frame = { ...turn.frame };
    given.set(frame, readingOf(turn));
    return frame;
  };
  const call = (earlier: Turn): Frame => {
    const isRetried = earlier.frame.state?.kept !== undefined;
    const turn = isRetried ? { ...earlier, frame: withState(earlier.frame, { kept: null }) } : earlier;
    if (state.itemReader === undefined) return begin(turn);
    const reading = readingOf(turn);
    if (reading === undefined) return begin(turn);
    started(turn, 0, true);
    const frame = { ...turn.frame };
    given.set(frame, reading);
    return frame;
  };
  const succeeded = act(scope, (turn) => {
    const result = checkSize(state, outputsIn(turn.event.output));
    return leftBy(state, result, turn, place, builder);
  });
  const fail = keepFailure(scope, (turn) => {
    const failure = failureOf(state, turn);
    builder.observe(turn, observed, { type: 'mapFailed', failure });
    return failure;
  });
  const input = ({ context }: Pick<Given, 'context'>) => given.get(frameOf(context, scope));
  const work = (onDone: TransitionConfig, onError: TransitionConfig): NonNullable<StateConfig['invoke']> => ({
    id: `map ${id}`,
    src,
    input,
    onDone,
    onError,
  });
  const withFiles = state.itemReader !== undefined || state.resultWriter !== undefined;
  const runningState: StateConfig = withFiles
    ? runningWithFiles({
        state,
        place,
        src,
        builder,
        given,
        input,
        work,
        begin,
        readAgain,
        leave: (turn, result) => leftBy(state, result, turn, place, builder),
        failureOf: (turn) => failureOf(state, turn),
      })
    : {
        invoke: work({ target: 'done', actions: [succeeded] }, { target: 'failed', actions: [fail] }),
      };
  return shellOf({ state, id, place, to, call, running: runningState }, builder);
}

function leftBy(state: MapState, result: Json, turn: Turn, place: StatePlace, builder: Builder): Frame {
  const observed = { ...place, name: state.name };
  builder.observe(turn, observed, { type: 'mapSucceeded' });
  return { ...turn.frame, ...leaveWithResult(state, result, turn, place, builder) };
}

/** Items worked on at a time, where `MaxConcurrency` is this. */
export function concurrencyIn({ concurrency }: Pick<Items, 'concurrency'>): number {
  return Math.min(concurrency === 0 ? defaultConcurrency : concurrency, maximumConcurrency);
}

interface NumberedItem {
  /** Its place in the whole list. */
  readonly index: number;
  readonly input: Json;
  readonly value: Json;
}

/** The items that a redrive repeats, with the inputs that they have had. */
function itemsLeft({ inputs }: Kept, left: readonly number[], { items }: Items): readonly NumberedItem[] {
  return left.map((index) => {
    const input = inputs[index] ?? null;
    return { index, input, value: items[index]?.value ?? input };
  });
}

function workOn(
  state: MapState,
  work: Items,
  items: readonly NumberedItem[],
  { context, frame }: Turn,
): Work {
  const { tolerated } = work;
  const { execution } = context;
  return {
    items: items.map(({ input, value, index }) => ({
      execution: { ...execution, item: { index, value } },
      input,
      // A distributed Map's items are executions of their own, and see no variables.
      variables: state.isDistributed ? {} : frame.variables,
    })),
    concurrency: concurrencyIn(work),
    tolerateFailures: tolerated,
  };
}

function failureOf({ isDistributed }: MapState, { event }: Given): Failure {
  if (isDistributed) return thresholdFailure;
  const { error } = event;
  const cause: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'cause') : undefined;
  return failureIn(cause ?? error);
}

const thresholdFailure: Failure = {
  error: errorNames.threshold,
  cause: 'The specified tolerated failure threshold was exceeded',
};
