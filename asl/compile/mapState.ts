import { maximumConcurrency } from '../../orchestrator/core/policy/eachOptions.ts';
import { leftWithResult } from '../dataflow/flow.ts';
import type { Failure } from '../dataflow/handle.ts';
import { type Items, itemsOf } from '../dataflow/items.ts';
import type { Json } from '../json.ts';
import type { MapState } from '../model/model.ts';
import { errorNames } from '../statesError.ts';
import { act, atOf, frameOf, type Turn } from './act.ts';
import type { Builder } from './builder.ts';
import type { Given, StateConfig } from './config.ts';
import type { Frame, ItemStart } from './context.ts';
import { checkSize } from './limits.ts';
import { keepFailure, running, shellOf } from './shell.ts';
import { failureIn, jsonIn, type StatePlace } from './taskState.ts';

/** Items worked on at a time where the definition does not say: Step Functions' limit for an inline Map. */
const defaultConcurrency = 40;

/** The input of `each()`. */
interface Work {
  readonly items: readonly ItemStart[];
  readonly concurrency: number;
  readonly tolerateFailures: number;
}

/** A machine of its own works on each item. */
export function mapState(state: MapState, place: StatePlace, builder: Builder): StateConfig {
  const { id, to, scope } = place;
  const src = `${place.path}${state.name}`;
  builder.addItems(src, state.processor);
  // The machine hosts the items. In its context, they would be stored twice.
  const given = new WeakMap<Frame, Work>();
  const call = (turn: Turn): Frame => {
    const items = itemsOf(state, atOf(turn, builder.identity));
    const frame = running(state, turn.frame);
    given.set(frame, workOn(state, items, turn));
    return frame;
  };
  const succeeded = act(scope, (turn) => {
    const result = checkSize(state, outputsIn(turn.event.output));
    const { output, variables } = leftWithResult(state.flow(), result, atOf(turn, builder.identity));
    return { ...turn.frame, data: checkSize(state, output), variables };
  });
  const invoke: StateConfig['invoke'] = {
    id: `map ${id}`,
    src,
    input: ({ context }) => given.get(frameOf(context, scope)),
    onDone: { target: 'done', actions: [succeeded] },
    onError: { target: 'failed', actions: [keepFailure(scope, (turn) => failureOf(state, turn))] },
  };
  return shellOf({ state, id, place, to, call, running: { invoke } }, builder);
}

function workOn(state: MapState, { items, concurrency, tolerated }: Items, { context, frame }: Turn): Work {
  const { execution } = context;
  return {
    items: items.map(({ input, value }, index) => ({
      execution: { ...execution, item: { index, value } },
      input,
      // A distributed Map's items are executions of their own, and see no variables.
      variables: state.isDistributed ? {} : frame.variables,
    })),
    concurrency: Math.min(concurrency === 0 ? defaultConcurrency : concurrency, maximumConcurrency),
    tolerateFailures: tolerated,
  };
}

/** A failed item leaves null. An error stands there as such, which no item's output does. */
function outputsIn(output: unknown): readonly Json[] {
  if (!Array.isArray(output)) return [];
  return output.map((entry: unknown) => (isFailed(entry) ? null : jsonIn(entry)));
}

function isFailed(entry: unknown): boolean {
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
