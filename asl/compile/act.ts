import { assign } from 'xstate';
import { entryTime } from '../../orchestrator/core/policy/entryTime.ts';
import { ExecutionFailure } from '../../orchestrator/core/policy/executionFailure.ts';
import { redrivesOf } from '../../orchestrator/core/policy/redrives.ts';
import type { At } from '../dataflow/at.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { Json } from '../json.ts';
import { lazily } from '../lazily.ts';
import { Random, type Surroundings } from '../random.ts';
import { EvaluationError, errorNames, runtimeError, StatesError } from '../statesError.ts';
import type { Action, Given } from './config.ts';
import { type ActiveState, type Context, contextObject, type Frame, type Identity } from './context.ts';
import type { Observing } from './observer.ts';
import type { ObservedPlace } from './place.ts';

/** One step of one scope. */
export interface Turn extends Given {
  readonly frame: Frame;
  readonly surroundings: Surroundings;
}

/** Frames that a step changes, by scope. Undefined: the scope has ended. */
export type Changes = Readonly<Record<string, Frame | undefined>>;

/**
 * An action that takes a scope one step on. A failure to evaluate becomes the state's failure, which its retriers and
 * catchers handle: a machine whose code throws would end at once.
 *
 * @param counted history events of Step Functions that the step stands for
 */
export function act(scope: string, step: (turn: Turn) => Frame | Changes, counted = 0): Action {
  return assign(({ context, event, self }: Given) => {
    const frame = frameOf(context, scope);
    const surroundings = { now: entryTime(self), random: new Random(`${self.id}#${context.steps}`) };
    const changed = attempted(frame, () => step({ context, event, self, frame, surroundings }));
    const changes: Changes = isFrame(changed) ? { [scope]: changed } : changed;
    return {
      frames: withChanges(context.frames, changes),
      steps: context.steps + 1,
      events: context.events + counted,
    };
  });
}

export function frameOf({ frames }: Context, scope: string): Frame {
  return frames[scope] ?? { variables: {}, data: null };
}

function isFrame(changed: Frame | Changes): changed is Frame {
  return 'variables' in changed && 'data' in changed;
}

function attempted(frame: Frame, step: () => Frame | Changes): Frame | Changes {
  try {
    return step();
  } catch (thrown) {
    return { ...frame, failure: failureOf(thrown, frame) };
  }
}

/** Anything else that is thrown is a defect here, and still must not end others. */
function failureOf(thrown: unknown, { state }: Frame): Failure {
  const error =
    thrown instanceof StatesError
      ? thrown
      : runtimeError(thrown instanceof Error ? thrown.message : String(thrown));
  const placed = error instanceof EvaluationError && state ? error.within(state.name, state.event) : error;
  return {
    ...(placed.error !== undefined && { error: placed.error }),
    ...(placed.causeText !== undefined && { cause: placed.causeText }),
  };
}

function withChanges(frames: Context['frames'], changes: Changes): Context['frames'] {
  const kept: Record<string, Frame> = { ...frames };
  for (const [scope, frame] of Object.entries(changes)) {
    if (frame === undefined) delete kept[scope];
    else kept[scope] = frame;
  }
  return kept;
}

/** The data that a state's fields can use. */
export function atOf(turn: Turn, identity: Identity, more: { readonly [key: string]: Json } = {}): At {
  const { context, frame, surroundings } = turn;
  return {
    input: frame.state?.input ?? null,
    variables: frame.variables,
    surroundings,
    context: lazily(() => ({ ...contextObject(context, frame, identity, redrivesOf(turn.self)), ...more })),
  };
}

/** The scope's frame once a state has been entered: what the last one has left is its input. */
export function entered(turn: Turn, { name, type }: Pick<ActiveState, 'name' | 'type'>): Frame {
  const { frame, context, surroundings } = turn;
  const { variables, data } = frame;
  const active = { name, type, entered: surroundings.now, event: context.events + 1, input: data };
  return { variables, data: null, state: active };
}

/** The frame with another active state. */
export function withState(frame: Frame, change: Partial<ActiveState>): Frame {
  return frame.state === undefined ? frame : { ...frame, state: { ...frame.state, ...change } };
}

/** The frame without the failure, which has been seen to. */
export function withoutFailure({ failure: _, ...frame }: Frame): Frame {
  return frame;
}

export type Guard = (given: { readonly context: Context }) => boolean;

export function whenFrame(scope: string, holds: (frame: Frame) => boolean): Guard {
  return ({ context }) => holds(frameOf(context, scope));
}

/** Ends a scope whose state has failed: the branch, whose Parallel state then sees it. */
function failScope(place: ObservedPlace, builder: Observing): Action {
  return act(place.scope, (turn) => {
    const { frame } = turn;
    if (frame.failure === undefined) return frame;
    builder.observe(turn, place, { type: 'scopeFailed', failure: frame.failure });
    return { ...frame, hasFailed: true };
  });
}

/** Ends an execution whose state has failed, with what Step Functions would say. */
function failExecution(place: ObservedPlace, builder: Observing): Action {
  return assign((given: Given) => {
    const { failure } = frameOf(given.context, '');
    if (failure === undefined) return {};
    builder.observe(given, place, { type: 'scopeFailed', failure });
    throw new ExecutionFailure(endedBy(failure.error ?? ''), failure.cause ?? '');
  });
}

/** An execution that a missed heartbeat ends has timed out. Retriers and catchers see the heartbeat. */
function endedBy(error: string): string {
  return error === errorNames.heartbeat ? errorNames.timeout : error;
}

/** The action that ends a scope whose state has failed. */
export function endIfFailed(place: ObservedPlace, builder: Observing): Action {
  return place.scope === '' ? failExecution(place, builder) : failScope(place, builder);
}
