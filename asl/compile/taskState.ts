import { type PerTask, perTaskKey } from '../../orchestrator/core/policy/perTask.ts';
import { taskTokenPlaceholder } from '../../orchestrator/core/policy/taskTokenPlaceholder.ts';
import { positiveSeconds } from '../dataflow/amounts.ts';
import type { At } from '../dataflow/at.ts';
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
import { beforeJob, waitingForJob } from './jobs.ts';
import { checkSize } from './limits.ts';
import { keepFailure, running, shellOf } from './shell.ts';

export interface StatePlace extends Place {
  readonly id: string;
  readonly to: (next: Next) => string;
}

export function taskState(state: TaskState, place: StatePlace, builder: Builder): StateConfig {
  const { id, to } = place;
  const path = `${place.path}${state.name}`;
  const { identity } = builder;
  const integration = builder.integrate({ path, task: state });
  const isPerTask = bringsPolicy(state, integration);
  const { logic } = integration;
  builder.addActor(path, isPerTask ? Object.assign({}, logic, { [perTaskKey]: true }) : logic);
  const given = new WeakMap<Frame, unknown>();
  const call = (turn: Turn): Frame => {
    const at = atOf(turn, identity, tokenOf(state, integration));
    // Refused here, where a catcher sees it.
    const task = integration.input(argumentsOf(state.flow(), at), {
      surroundings: turn.surroundings,
      identity,
      executionId: turn.context.execution.id,
    });
    const policy = policyOf(state, integration, at);
    const { input, starts } = task;
    const kept = integration.job ? beforeJob(turn, secondsOf(state, at)) : task.kept;
    const frame = running(state, kept === undefined ? turn.frame : withState(turn.frame, { kept }));
    // The task keeps it. Beside it, in the context, it would be stored twice.
    given.set(frame, isPerTask ? { input, ...policy, ...(starts && { starts }) } : input);
    return frame;
  };
  return shellOf(
    {
      state,
      id,
      place,
      to,
      call,
      running: invocation(state, place, path, integration, given, builder),
    },
    builder,
  );
}

/** The part of the context object that a task with a token has. */
function tokenOf(
  { resource }: TaskState,
  { hasToken = true }: Integration,
): { readonly [key: string]: Json } {
  const isWaiting = hasToken && /\.(?:waitForTaskToken|sync|sync:2)$/.test(resource);
  return isWaiting ? { Task: { Token: taskTokenPlaceholder } } : {};
}

/** Whether some of the task's policy is known only when it runs. */
export function bringsPolicy(
  state: Pick<TaskState, 'timeoutSeconds' | 'heartbeatSeconds'>,
  { takesHeartbeats, startsExecution, job }: Integration,
): boolean {
  const isOpen = (amount: TaskState['timeoutSeconds']) =>
    amount !== undefined && knownSeconds(amount()) === undefined;
  return (
    startsExecution === true ||
    job !== undefined ||
    isOpen(state.timeoutSeconds) ||
    (takesHeartbeats === true && isOpen(state.heartbeatSeconds))
  );
}

/** @throws EvaluationError */
function policyOf(
  state: TaskState,
  { takesHeartbeats }: Integration,
  at: At,
): Pick<PerTask, 'timeout' | 'heartbeat'> {
  const heartbeat = state.heartbeatSeconds?.();
  const seconds = secondsOf(state, at);
  const beatSeconds = heartbeat && positiveSeconds('HeartbeatSeconds', heartbeat, at);
  return {
    ...(seconds !== undefined && { timeout: 1000 * seconds }),
    ...(beatSeconds !== undefined && takesHeartbeats && { heartbeat: 1000 * beatSeconds }),
  };
}

/** @throws EvaluationError */
function secondsOf({ timeoutSeconds }: TaskState, at: At): number | undefined {
  const timeout = timeoutSeconds?.();
  return timeout && positiveSeconds('TimeoutSeconds', timeout, at);
}

function invocation(
  state: TaskState,
  { scope, id }: StatePlace,
  src: string,
  integration: Integration,
  given: WeakMap<Frame, unknown>,
  { identity }: Builder,
): StateConfig {
  const endOf = ({ frame }: Turn) => ({ kept: frame.state?.kept, identity });
  const succeeded = act(
    scope,
    (turn) => {
      const result = checkSize(state, integration.result(jsonIn(turn.event.output), endOf(turn)));
      const { output, variables } = leftWithResult(state.flow(), result, atOf(turn, identity));
      return { ...turn.frame, data: checkSize(state, output), variables };
    },
    4,
  );
  const failed = keepFailure(scope, (turn) => {
    const { error } = turn.event;
    return integration.failure?.(error, endOf(turn)) ?? failureIn(error);
  });
  const invoke: NonNullable<StateConfig['invoke']> = {
    id: `task ${id}`,
    src,
    input: ({ context }) => given.get(frameOf(context, scope)) ?? null,
    onDone: { target: 'done', actions: [succeeded] },
    onError: { target: 'failed', actions: [failed] },
  };
  const { job } = integration;
  return job === undefined ? { invoke } : waitingForJob({ job, invoke, scope, id });
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
