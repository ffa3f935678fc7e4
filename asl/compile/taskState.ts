import { taskTokenPlaceholder } from '../../orchestrator/core/policy/taskTokenPlaceholder.ts';
import { positiveSeconds } from '../dataflow/amounts.ts';
import { argumentsOf, leftWithResult } from '../dataflow/flow.ts';
import { knownSeconds } from '../integrations/timing.ts';
import type { Json } from '../json.ts';
import type { Next, TaskState } from '../model/model.ts';
import { errorNames } from '../statesError.ts';
import { act, atOf, frameOf, type Turn, withState } from './act.ts';
import type { Builder, Place } from './builder.ts';
import type { StateConfig } from './config.ts';
import type { Frame } from './context.ts';
import type { Integration } from './integration.ts';
import { checkSize } from './limits.ts';
import { keepFailure, running, shellOf } from './shell.ts';

export interface StatePlace extends Place {
  readonly id: string;
  readonly to: (next: Next) => string;
}

export function taskState(state: TaskState, place: StatePlace, builder: Builder): StateConfig {
  const { id, to } = place;
  const path = `${place.path}${state.name}`;
  const integration = builder.integrate({ path, task: state });
  builder.addActor(path, integration.logic);
  const given = new WeakMap<Frame, Json>();
  const call = (turn: Turn): Frame => {
    const at = atOf(turn, builder.identity, tokenOf(state));
    const input = argumentsOf(state.flow(), at);
    // Refused here, where a catcher sees it.
    integration.input(input);
    const timeout = state.timeoutSeconds?.();
    const seconds = timeout && positiveSeconds('TimeoutSeconds', timeout, at);
    const delayMs = seconds === undefined || knownSeconds(timeout) !== undefined ? undefined : 1000 * seconds;
    const heartbeat = state.heartbeatSeconds?.();
    if (heartbeat) positiveSeconds('HeartbeatSeconds', heartbeat, at);
    const frame = running(state, delayMs === undefined ? turn.frame : withState(turn.frame, { delayMs }));
    // The task keeps it. Beside it, in the context, it would be stored twice.
    given.set(frame, input);
    return frame;
  };
  return shellOf(
    {
      state,
      id,
      place,
      to,
      call,
      running: {
        ...invocation(state, place, path, integration, given, builder),
        ...timer(state, place, builder),
      },
    },
    builder,
  );
}

/** The part of the context object that a task with a token has. */
function tokenOf({ resource }: TaskState): { readonly [key: string]: Json } {
  return resource.endsWith('.waitForTaskToken') ? { Task: { Token: taskTokenPlaceholder } } : {};
}

function invocation(
  state: TaskState,
  { scope, id }: StatePlace,
  src: string,
  integration: Integration,
  given: WeakMap<Frame, Json>,
  builder: Builder,
): StateConfig {
  const succeeded = act(
    scope,
    (turn) => {
      const result = checkSize(state, integration.result(jsonIn(turn.event.output)));
      const { output, variables } = leftWithResult(state.flow(), result, atOf(turn, builder.identity));
      return { ...turn.frame, data: checkSize(state, output), variables };
    },
    4,
  );
  return {
    invoke: {
      id: `task ${id}`,
      src,
      input: ({ context }) => integration.input(given.get(frameOf(context, scope)) ?? null),
      onDone: { target: 'done', actions: [succeeded] },
      onError: { target: 'failed', actions: [keepFailure(scope, ({ event }) => failureIn(event.error))] },
    },
  };
}

function timer(state: TaskState, { scope, id }: StatePlace, builder: Builder): StateConfig {
  // Of one that the definition itself says, the task has a deadline.
  const timeout = state.timeoutSeconds?.();
  if (timeout === undefined || knownSeconds(timeout) !== undefined) return {};
  const timedOut = keepFailure(scope, () => ({ error: errorNames.timeout, cause: '' }));
  return { after: { [builder.delayOf(scope, `timeout ${id}`)]: { target: 'failed', actions: [timedOut] } } };
}

/** Results are JSON by the time they come here. */
export function jsonIn(value: unknown): Json {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

/** A task's error, as its worker or function reported it. */
export function failureIn(error: unknown): { readonly error: string; readonly cause: string } {
  if (typeof error !== 'object' || error === null) return { error: 'Error', cause: String(error) };
  const { name, message } = { name: Reflect.get(error, 'name'), message: Reflect.get(error, 'message') };
  // Step Functions gives no cause to what was too late.
  const isLate = name === errorNames.timeout || name === errorNames.heartbeat;
  const cause = typeof message === 'string' && !isLate ? message : '';
  return { error: typeof name === 'string' ? name : 'Error', cause };
}
