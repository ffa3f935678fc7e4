import { enqueueActions } from 'xstate';
import { leftWithResult } from '../dataflow/flow.ts';
import type { Failure } from '../dataflow/handle.ts';
import { itemsOf } from '../dataflow/items.ts';
import type { Json } from '../json.ts';
import type { MapState } from '../model/model.ts';
import { errorNames } from '../statesError.ts';
import { act, atOf, frameOf, type Turn, whenFrame, withState } from './act.ts';
import type { Builder } from './builder.ts';
import type { Action, Given, StateConfig } from './config.ts';
import type { Context, Frame, ItemStart, ItemsInWork } from './context.ts';
import { checkSize } from './limits.ts';
import { shellOf } from './shell.ts';
import { failureIn, jsonIn, type StatePlace } from './taskState.ts';

/** Items worked on at a time where the definition does not say: Step Functions' limit for an inline Map. */
const defaultConcurrency = 40;

/**
 * A machine of its own works on each item, as a child of the execution. As many are started as may work at a time, and
 * another where one has ended.
 */
export function mapState(state: MapState, place: StatePlace, builder: Builder): StateConfig {
  const { id, to } = place;
  const src = `${place.path}${state.name}`;
  builder.addActor(src, builder.itemMachine(state.processor, `${src}/`));
  const call = (turn: Turn): Frame => {
    const { items, concurrency, tolerated } = itemsOf(state, atOf(turn, builder.identity));
    const work: ItemsInWork = {
      inputs: items.map(({ input }) => input),
      values: items.map(({ value }) => value),
      results: items.map(() => null),
      concurrency: concurrency === 0 ? defaultConcurrency : concurrency,
      tolerated,
      started: 0,
      ended: 0,
      failed: 0,
      base: turn.context.steps,
    };
    return withState(turn.frame, { items: work });
  };
  return shellOf({ state, id, place, to, call, running: runningState(state, place, src, builder) }, builder);
}

function runningState(
  state: MapState,
  { scope, id }: StatePlace,
  src: string,
  builder: Builder,
): StateConfig {
  const children = `item ${id}`;
  const startMore = starting(state, scope, src, children);
  const succeeded = act(scope, (turn) => {
    const results = workOf(turn.frame)?.results ?? [];
    const { output, variables } = leftWithResult(
      state.flow(),
      checkSize(state, results),
      atOf(turn, builder.identity),
    );
    return { ...withoutItems(turn.frame), data: checkSize(state, output), variables };
  });
  return {
    entry: startMore,
    exit: [stopping(scope, children)],
    on: {
      [`xstate.done.actor.${children}.*`]: { actions: [settling(state, scope, succeededItem), ...startMore] },
      [`xstate.error.actor.${children}.*`]: { actions: [settling(state, scope, failedItem), ...startMore] },
    },
    always: [
      { guard: whenFrame(scope, ({ failure }) => failure !== undefined), target: 'failed' },
      {
        guard: whenFrame(scope, (frame) => workOf(frame)?.ended === workOf(frame)?.inputs.length),
        target: 'done',
        actions: [succeeded],
      },
    ],
  };
}

function workOf(frame: Frame): ItemsInWork | undefined {
  return frame.state?.items;
}

function withoutItems(frame: Frame): Frame {
  if (frame.state === undefined) return frame;
  const { items: _, ...state } = frame.state;
  return { ...frame, state };
}

/** How many items may have been started by now. */
function mayHaveStarted({ ended, concurrency, inputs }: ItemsInWork): number {
  return Math.min(inputs.length, ended + concurrency);
}

/** Starts children, then counts them. */
function starting(state: MapState, scope: string, src: string, children: string): readonly Action[] {
  const start = enqueueActions(({ context, enqueue }: EnqueueGiven) => {
    const frame = frameOf(context, scope);
    const work = workOf(frame);
    if (work === undefined || frame.failure !== undefined) return;
    for (let index = work.started; index < mayHaveStarted(work); index++) {
      const input = itemStart(state, context, frame, work, index);
      enqueue.spawnChild(src, { id: `${children}.${work.base}.${index}`, input });
    }
  });
  const count = act(scope, ({ frame }) => {
    const work = workOf(frame);
    return work ? withState(frame, { items: { ...work, started: mayHaveStarted(work) } }) : frame;
  });
  return [start, count];
}

/** The part of what `enqueueActions` gives that is used here. */
interface EnqueueGiven {
  readonly context: Context;
  readonly enqueue: {
    spawnChild(src: string, options: { readonly id: string; readonly input: unknown }): void;
    stopChild(id: string): void;
  };
}

function itemStart(
  state: MapState,
  { execution }: Context,
  frame: Frame,
  work: ItemsInWork,
  index: number,
): ItemStart {
  return {
    execution: { ...execution, item: { index, value: work.values[index] ?? null } },
    input: work.inputs[index] ?? null,
    // A distributed Map's items are executions of their own, and see no variables.
    variables: state.isDistributed ? {} : frame.variables,
  };
}

function stopping(scope: string, children: string): Action {
  return enqueueActions(({ context, enqueue }: EnqueueGiven) => {
    const work = workOf(frameOf(context, scope));
    for (let index = 0; index < (work?.started ?? 0); index++)
      enqueue.stopChild(`${children}.${work?.base}.${index}`);
  });
}

type Settled = { readonly output: Json } | { readonly failure: Failure };

function succeededItem({ event }: Given): Settled {
  return { output: jsonIn(event.output) };
}

function failedItem({ event }: Given): Settled {
  return { failure: failureIn(event.error) };
}

function settling(state: MapState, scope: string, settledBy: (given: Given) => Settled): Action {
  return act(scope, (turn) => {
    const work = workOf(turn.frame);
    if (work === undefined) return turn.frame;
    const index = Number(String(turn.event.actorId).split('.').at(-1));
    const settled = settledBy(turn);
    const results = work.results.with(index, 'output' in settled ? settled.output : null);
    const failed = work.failed + ('failure' in settled ? 1 : 0);
    const frame = withState(turn.frame, { items: { ...work, results, failed, ended: work.ended + 1 } });
    if (!('failure' in settled) || failed <= work.tolerated) return frame;
    return { ...frame, failure: state.isDistributed ? thresholdFailure : settled.failure };
  });
}

const thresholdFailure: Failure = {
  error: errorNames.threshold,
  cause: 'The specified tolerated failure threshold was exceeded',
};
