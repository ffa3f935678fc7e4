import { redrivesOf } from '../../orchestrator/core/policy/redrives.ts';
import type { Failure } from '../dataflow/handle.ts';
import { isArray, type Json } from '../json.ts';
import type { MapState } from '../model/model.ts';
import { errorNames, StatesError } from '../statesError.ts';
import { act, type Turn, whenFrame, withState } from './act.ts';
import type { Builder } from './builder.ts';
import type { StateConfig, TransitionConfig } from './config.ts';
import type { Frame } from './context.ts';
import {
  isKept,
  type Kept,
  numbered,
  outcomesIn,
  outcomesInError,
  outputsIn,
  resultsOf,
  writingOf,
} from './keptForWriter.ts';
import { checkSize } from './limits.ts';
import type { StatePlace } from './place.ts';
import { keepFailure } from './shell.ts';
import { failureIn, jsonIn } from './taskState.ts';

export interface WithFiles {
  readonly state: MapState;
  readonly place: StatePlace;
  readonly src: string;
  readonly builder: Builder;
  /** Inputs of what is invoked, by the frame that it is invoked with. */
  readonly given: WeakMap<Frame, unknown>;
  readonly input: NonNullable<StateConfig['invoke']>['input'];
  readonly work: (onDone: TransitionConfig, onError: TransitionConfig) => NonNullable<StateConfig['invoke']>;
  /** Begins with the list that an ItemReader has read, or once more with the items that are left. */
  readonly begin: (turn: Turn, read?: readonly Json[], before?: Kept) => Frame;
  /** Begins to read the list once more. */
  readonly readAgain: (turn: Turn) => Frame;
  /** Goes on with the result. */
  readonly leave: (turn: Turn, result: Json) => Frame;
  readonly failureOf: (turn: Turn) => Failure;
}

/**
 * `reading`, where there is an ItemReader, `working`, and `writing`, where a ResultWriter has a place to write to. It also
 * writes where the run fails: `writingOutcomes`. A redrive then works on the items that are left.
 */
export function runningWithFiles(files: WithFiles): StateConfig {
  const { state, place, builder, given, work, begin, leave } = files;
  const { id, scope } = place;
  const isFailed = {
    guard: whenFrame(scope, ({ failure }) => failure !== undefined),
    target: `#${id}.failed`,
  };
  const read = act(scope, (turn) => {
    const { kept } = turn.frame.state ?? {};
    return begin(turn, listIn(turn.event.output), isKept(kept) ? kept : undefined);
  });
  const collect = act(scope, (turn) => {
    const { kept } = turn.frame.state ?? {};
    const { output } = turn.event;
    if (!isKept(kept)) return leave(turn, checkSize(state, outputsIn(output)));
    const results = resultsOf(state, turn, kept, numbered(kept, outcomesIn(output)), builder);
    if (kept.to === undefined) {
      return leave(turn, checkSize(state, [...results.succeeded, ...results.failed]));
    }
    const frame = { ...turn.frame };
    given.set(frame, writingOf(state, turn, kept, results, builder));
    return frame;
  });
  const toWrite = whenFrame(scope, (frame) => isKept(frame.state?.kept) && frame.state.kept.to !== undefined);
  return {
    initial: state.itemReader === undefined ? 'working' : 'reading',
    states: {
      ...(state.itemReader !== undefined && {
        reading: fileTask('ItemReader', { target: 'read', actions: [read] }, files),
        read: { always: [isFailed, { target: 'working' }] },
      }),
      working: { invoke: work({ target: 'worked', actions: [collect] }, whenItFails(files)) },
      worked: {
        always: [
          isFailed,
          ...(state.resultWriter === undefined ? [] : [{ guard: toWrite, target: 'writing' }]),
          { target: `#${id}.done` },
        ],
      },
      ...(state.resultWriter !== undefined && writingStates(files, isFailed)),
    },
  };
}

function writingStates(files: WithFiles, isFailed: TransitionConfig): NonNullable<StateConfig['states']> {
  const { state, place, src, input, leave } = files;
  const { id, scope } = place;
  const written = act(scope, (turn) => leave(turn, jsonIn(turn.event.output)));
  const failOrGoOn = {
    target: 'outcomesWritten',
    actions: [act(scope, (turn) => failedOrAgain(files, turn))],
  };
  return {
    writing: fileTask('ResultWriter', { target: `#${id}.done`, actions: [written] }, files),
    failing: { always: [isFailed, { target: 'writingOutcomes' }] },
    writingOutcomes: {
      invoke: {
        id: `outcomes ${id}`,
        src: `${src}/ResultWriter`,
        input,
        onDone: failOrGoOn,
        // The run has failed, whether its results can be written or not.
        onError: failOrGoOn,
      },
    },
    outcomesWritten: {
      always: [isFailed, { target: state.itemReader === undefined ? 'working' : 'reading' }],
    },
  };
}

function whenItFails(files: WithFiles): TransitionConfig {
  const { state, place, builder, given } = files;
  const fail = act(place.scope, (turn) => {
    const { kept } = turn.frame.state ?? {};
    const all = outcomesInError(turn.event.error);
    if (!isKept(kept) || kept.to === undefined || all === undefined) return failed(files, turn);
    const outcomes = numbered(kept, all);
    const results = resultsOf(state, turn, kept, outcomes, builder);
    const left = outcomes.filter(({ outcome }) => !('output' in outcome)).map(({ index }) => index);
    const frame = withState(turn.frame, { kept: { ...kept, left, redrives: redrivesIn(turn) } });
    given.set(frame, writingOf(state, turn, kept, results, builder));
    return frame;
  });
  const target = state.resultWriter === undefined ? `#${place.id}.failed` : 'failing';
  return { target, actions: [fail] };
}

/** A run that was redriven since it failed goes on with the items that are left. */
function failedOrAgain(files: WithFiles, turn: Turn): Frame {
  const { kept } = turn.frame.state ?? {};
  if (!isKept(kept) || redrivesIn(turn) <= (kept.redrives ?? 0)) return failed(files, turn);
  const before = { ...kept, writes: (kept.writes ?? 0) + 1 };
  return files.state.itemReader === undefined
    ? files.begin(turn, undefined, before)
    : files.readAgain({ ...turn, frame: withState(turn.frame, { kept: before }) });
}

function failed({ state, place, builder, failureOf }: WithFiles, turn: Turn): Frame {
  const { frame, event } = turn;
  const failure = failureOf(turn);
  // The event of a task that has written them is its end.
  const hasWritten = frame.state?.kept !== undefined && event.output !== undefined;
  builder.observe(turn, { ...place, name: state.name }, { type: 'mapFailed', failure, hasWritten });
  return { ...withState(frame, { kept: null }), failure };
}

function redrivesIn({ self }: Turn): number {
  return redrivesOf(self)?.count ?? 0;
}

function fileTask(
  kind: 'ItemReader' | 'ResultWriter',
  onDone: TransitionConfig,
  { state, place, src, builder, input }: WithFiles,
): StateConfig {
  const { id, scope } = place;
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
      onError: { target: `#${id}.failed`, actions: [failure] },
    },
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
