import type { Failure } from '../dataflow/handle.ts';
import { routeOf } from '../dataflow/handle.ts';
import type { MapState, Next, ParallelState, State, TaskState } from '../model/model.ts';
import { act, atOf, endIfFailed, entered, type Turn, whenFrame, withoutFailure, withState } from './act.ts';
import type { Builder } from './builder.ts';
import type { Action, StateConfig, TransitionConfig } from './config.ts';
import type { Frame } from './context.ts';
import { neededInput } from './neededInput.ts';
import { observeExit } from './observeExit.ts';
import type { ObservedPlace, Place } from './place.ts';

type Handled = TaskState | ParallelState | MapState;

export interface Shell {
  readonly state: Handled;
  readonly id: string;
  readonly place: Place;
  /** Leads to a state of the same scope, or to its end. */
  readonly to: (next: Next) => string;
  /** Evaluates what the state runs with. */
  readonly call: (turn: Turn) => Frame | Readonly<Record<string, Frame | undefined>>;
  /** Runs it. Its transitions lead to `done` and `failed`. */
  readonly running: StateConfig;
}

/**
 * The shell of states that can fail and be tried again. Each is a compound state: `call` evaluates its arguments,
 * `running` runs it, `done` goes on, `failed` decides between `backoff`, a catcher and the end of the scope.
 */
export function shellOf(shell: Shell, builder: Builder): StateConfig {
  const { state, id, place, to } = shell;
  const { scope } = place;
  const hasFailed = whenFrame(scope, ({ failure }) => failure !== undefined);
  const goes = (way: string) =>
    whenFrame(scope, (frame) => frame.failure === undefined && frame.state?.way === way);
  const catches = state.catch.map(
    ({ next }, index): TransitionConfig => ({
      guard: goes(`catch ${index}`),
      target: to({ type: 'state', name: next }),
    }),
  );
  const retries: TransitionConfig[] =
    state.retry.length > 0 ? [{ guard: goes('retry'), target: 'backoff' }] : [];
  const observed = { ...place, name: state.name };
  const route = act(scope, (turn) => routed(state, turn, observed, builder));
  return {
    id,
    meta: {
      asl: {
        name: state.name,
        type: state.type,
        ...(state.type === 'Task' && { resource: state.resource }),
        retries: state.retry.flatMap(({ errors }) => errors),
        catches: state.catch.map(({ errors }) => errors),
      },
    },
    initial: 'call',
    entry: [enterState(state, place, builder)],
    states: {
      call: {
        entry: [act(scope, shell.call)],
        always: [{ guard: hasFailed, target: 'failed' }, { target: 'running' }],
      },
      running: shell.running,
      done: { always: [{ guard: hasFailed, target: 'failed' }, { target: to(state.next) }] },
      failed: { entry: [route, endIfFailed(observed, builder)], always: [...retries, ...catches] },
      ...(state.retry.length > 0 && {
        backoff: { after: { [builder.delayOf(scope, `backoff ${id}`)]: { target: 'call' } } },
      }),
    },
  };
}

/** Enters a state: what the one before has left is its input. */
export function enterState(state: State, { scope, path }: Place, builder: Builder): Action {
  return act(
    scope,
    (turn) => {
      const { name, type } = state;
      builder.observe(turn, { scope, path, name }, { type: 'entered', state: type, input: turn.frame.data });
      return entered(turn, state);
    },
    1,
  );
}

function routed(state: Handled, turn: Turn, place: ObservedPlace, builder: Builder): Frame {
  const { frame } = turn;
  const { failure, state: active } = frame;
  if (failure === undefined || active === undefined) return frame;
  builder.observe(turn, place, { type: 'failed', state: state.type, failure });
  const at = atOf(turn, builder.identity);
  const route = routeOf(state, state.language, failure, active.retries ?? [], at);
  switch (route.type) {
    case 'fail':
      return frame;
    case 'retry': {
      const { retries, delayMs } = route;
      builder.observe(turn, place, { type: 'retried' });
      return withState(withoutFailure(frame), {
        way: 'retry',
        retries,
        delayMs,
        attempts: (active.attempts ?? 0) + 1,
      });
    }
    case 'catch': {
      const { output, variables, place: index } = route;
      const assign = state.catch[index]?.assign?.();
      observeExit(builder, turn, place, { state: state.type, output, variables, assign, isLast: false });
      return { ...withState(withoutFailure(frame), { way: `catch ${index}` }), data: output, variables };
    }
  }
}

/** Keeps a failure that came from elsewhere, for `failed` to decide on. */
export function keepFailure(scope: string, failureIn: (turn: Turn) => Failure): Action {
  return act(scope, (turn) => ({ ...turn.frame, failure: failureIn(turn) }));
}

/** The frame of a state that runs now: with its input only where that is asked for again. */
export function running(state: Handled, frame: Frame): Frame {
  if (frame.state === undefined || neededInput(state)) return frame;
  const { input: _, ...active } = frame.state;
  return { ...frame, state: active };
}
