import { maximumConcurrency } from '../../orchestrator/core/policy/eachOptions.ts';
import type { Failure } from '../dataflow/handle.ts';
import { itemReadingOf } from '../dataflow/itemReader.ts';
import { type Items, itemsOf } from '../dataflow/items.ts';
import {
  type ItemOutcome,
  type ResultWriting,
  resultWritingOf,
  writtenResults,
} from '../dataflow/resultWriter.ts';
import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import { mapRunArnOf } from '../mapRunArns.ts';
import type { MapState } from '../model/model.ts';
import { errorNames, StatesError } from '../statesError.ts';
import { act, atOf, frameOf, type Turn, whenFrame, withState } from './act.ts';
import type { Builder } from './builder.ts';
import type { Given, StateConfig, TransitionConfig } from './config.ts';
import type { Frame, ItemStart } from './context.ts';
import { leaveWithResult } from './leaveWithResult.ts';
import { checkSize } from './limits.ts';
import type { StatePlace } from './place.ts';
import { keepFailure, running, shellOf } from './shell.ts';
import { failureIn, jsonIn } from './taskState.ts';

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
  builder.addItems(src, state.processor);
  // The machine hosts the items. In its context, they would be stored twice.
  const given = new WeakMap<Frame, unknown>();
  const observed = { ...place, name: state.name };
  const started = (turn: Turn, length: number, isRead: boolean) => {
    const { isDistributed, label } = state;
    builder.observe(turn, observed, { type: 'mapStarted', length, isRead, isDistributed, label });
  };
  const begin = (turn: Turn, read?: readonly Json[]): Frame => {
    const onList = read ? undefined : (length: number) => started(turn, length, false);
    const items = itemsOf(state, atOf(turn, builder.identity), read, onList);
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
    given.set(frame, workOn(state, items, turn));
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
  const call = (turn: Turn): Frame => {
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
  const work = (onDone: TransitionConfig, failed: string): NonNullable<StateConfig['invoke']> => ({
    id: `map ${id}`,
    src,
    input,
    onDone,
    onError: { target: failed, actions: [fail] },
  });
  const withFiles = state.itemReader !== undefined || state.resultWriter !== undefined;
  const runningState: StateConfig = withFiles
    ? runningWithFiles({ state, place, src, builder, given, input, work, begin })
    : { invoke: work({ target: 'done', actions: [succeeded] }, 'failed') };
  return shellOf({ state, id, place, to, call, running: runningState }, builder);
}

interface WithFiles {
  readonly state: MapState;
  readonly place: StatePlace;
  readonly src: string;
  readonly builder: Builder;
  readonly given: WeakMap<Frame, unknown>;
  readonly input: NonNullable<StateConfig['invoke']>['input'];
  readonly work: (onDone: TransitionConfig, failed: string) => NonNullable<StateConfig['invoke']>;
  readonly begin: (turn: Turn, read?: readonly Json[]) => Frame;
}

/** `reading`, where there is an ItemReader, `working`, and `writing`, where a ResultWriter has a place to write to. */
function runningWithFiles({ state, place, src, builder, given, input, work, begin }: WithFiles): StateConfig {
  const { id, scope } = place;
  const failed = `#${id}.failed`;
  const isFailed = { guard: whenFrame(scope, ({ failure }) => failure !== undefined), target: failed };
  const fileTask = (kind: 'ItemReader' | 'ResultWriter', onDone: TransitionConfig): StateConfig => {
    const name = `${src}/${kind}`;
    builder.addActor(name, builder.fileTask(kind, name));
    const failure = keepFailure(scope, (turn) => {
      const failure = failureOfFiles(kind, turn.event.error);
      builder.observe(turn, { ...place, name: state.name }, { type: 'mapFailed', failure });
      return failure;
    });
    return {
      invoke: {
        id: `${kind} ${id}`,
        src: name,
        input,
        onDone,
        onError: { target: failed, actions: [failure] },
      },
    };
  };
  const read = act(scope, (turn) => begin(turn, listIn(turn.event.output)));
  const collect = act(scope, (turn) => {
    const { frame, toWrite, result } = collected(state, turn, builder);
    if (toWrite !== undefined) {
      given.set(frame, toWrite);
      return frame;
    }
    return leftBy(state, checkSize(state, result), turn, place, builder);
  });
  const written = act(scope, (turn) => leftBy(state, jsonIn(turn.event.output), turn, place, builder));
  const toWrite = whenFrame(scope, (frame) => isKept(frame.state?.kept) && frame.state.kept.to !== undefined);
  return {
    initial: state.itemReader === undefined ? 'working' : 'reading',
    states: {
      ...(state.itemReader !== undefined && {
        reading: fileTask('ItemReader', { target: 'read', actions: [read] }),
        read: { always: [isFailed, { target: 'working' }] },
      }),
      working: { invoke: work({ target: 'worked', actions: [collect] }, failed) },
      worked: {
        always: [
          isFailed,
          ...(state.resultWriter === undefined ? [] : [{ guard: toWrite, target: 'writing' }]),
          { target: `#${id}.done` },
        ],
      },
      ...(state.resultWriter !== undefined && {
        writing: fileTask('ResultWriter', { target: `#${id}.done`, actions: [written] }),
      }),
    },
  };
}

function leftBy(state: MapState, result: Json, turn: Turn, place: StatePlace, builder: Builder): Frame {
  const observed = { ...place, name: state.name };
  builder.observe(turn, observed, { type: 'mapSucceeded' });
  return { ...turn.frame, ...leaveWithResult(state, result, turn, place, builder) };
}

function concurrencyIn({ concurrency }: Items): number {
  return Math.min(concurrency === 0 ? defaultConcurrency : concurrency, maximumConcurrency);
}

/** The data that the ResultWriter needs once the items have ended. */
type Kept = JsonObject & {
  readonly run: string;
  readonly started: string;
  readonly inputs: readonly Json[];
  readonly transformation: ResultWriting['transformation'];
  readonly isLines: boolean;
  readonly to?: { readonly bucket: string; readonly prefix: string };
};

function isKept(value: Json | undefined): value is Kept {
  return isObject(value) && 'run' in value && 'inputs' in value;
}

function keptForWriter(state: MapState, { items }: Items, turn: Turn, builder: Builder): Kept | undefined {
  const writing = resultWritingOf(state, atOf(turn, builder.identity));
  if (writing === undefined) return undefined;
  return {
    ...writing,
    run: turn.surroundings.random.uuid(),
    started: new Date(turn.surroundings.now).toISOString(),
    inputs: items.map(({ input }) => input),
  };
}

/** The results as the writer has them, and what it is to write, where it has a place. */
function collected(state: MapState, turn: Turn, { identity }: Builder) {
  const outcomes = outcomesIn(turn.event.output);
  const kept = turn.frame.state?.kept;
  if (!isKept(kept)) return { frame: turn.frame, result: outputsIn(turn.event.output) };
  const { run, started, inputs, transformation, isLines, to } = kept;
  const label = state.label ?? state.name;
  const machine = `${identity.machine}/${label}`;
  const { succeeded, failed } = writtenResults(outcomes, transformation, {
    stateMachineArn: `${identity.arn}:stateMachine:${machine}`,
    executionArn: `${identity.arn}:execution:${machine}`,
    run,
    started,
    stopped: new Date(turn.surroundings.now).toISOString(),
    inputs,
  });
  if (to === undefined) return { frame: turn.frame, result: [...succeeded, ...failed] };
  const executionId = turn.context.execution.id;
  const mapRunArn = mapRunArnOf({ ...identity, label, executionId, run });
  return {
    frame: { ...turn.frame },
    toWrite: { ...to, mapRunArn, run, isLines, succeeded, failed },
    result: null,
  };
}

function failureOfFiles(kind: 'ItemReader' | 'ResultWriter', error: unknown): Failure {
  const { error: name, cause } = failureIn(error);
  const own = kind === 'ItemReader' ? errorNames.itemReader : errorNames.resultWriter;
  return { error: name.startsWith('States.') ? name : own, cause };
}

function listIn(output: unknown): readonly Json[] {
  const list = jsonIn(output);
  if (isArray(list)) return list;
  throw new StatesError(errorNames.itemReader, 'Attempting to map over non-iterable node.');
}

function outcomesIn(output: unknown): readonly ItemOutcome[] {
  if (!Array.isArray(output)) return [];
  return output.map((entry: unknown): ItemOutcome => {
    if (!isFailed(entry)) return { output: jsonIn(entry) };
    return { failure: failureIn(Reflect.get(entry, 'error')) };
  });
}

function workOn(state: MapState, work: Items, { context, frame }: Turn): Work {
  const { items, tolerated } = work;
  const { execution } = context;
  return {
    items: items.map(({ input, value }, index) => ({
      execution: { ...execution, item: { index, value } },
      input,
      // A distributed Map's items are executions of their own, and see no variables.
      variables: state.isDistributed ? {} : frame.variables,
    })),
    concurrency: concurrencyIn(work),
    tolerateFailures: tolerated,
  };
}

/** A failed item leaves null. An error stands there as such, which no item's output does. */
function outputsIn(output: unknown): readonly Json[] {
  if (!Array.isArray(output)) return [];
  return output.map((entry: unknown) => (isFailed(entry) ? null : jsonIn(entry)));
}

function isFailed(entry: unknown): entry is object {
  return typeof entry === 'object' && entry !== null && 'error' in entry && entry.error instanceof Error;
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
