import { perTaskKey } from '../../orchestrator/core/policy/perTask.ts';
import { taskTokenPlaceholder } from '../../orchestrator/core/policy/taskTokenPlaceholder.ts';
import { positiveSeconds } from '../dataflow/amounts.ts';
import { type At, expressionScope, pathScope } from '../dataflow/at.ts';
import { argumentsOf, effectiveInput } from '../dataflow/flow.ts';
import type { Failure } from '../dataflow/handle.ts';
import { knownSeconds } from '../integrations/timing.ts';
import { isObject, type Json, own } from '../json.ts';
import type { TaskState } from '../model/model.ts';
import { errorNames } from '../statesError.ts';
import { evaluate } from '../template/evaluate.ts';
import { act, atOf, frameOf, type Turn, withState } from './act.ts';
import type { Builder } from './builder.ts';
import type { StateConfig } from './config.ts';
import type { Frame } from './context.ts';
import type { Integration } from './integration.ts';
import { beforeJob, isOfLastRun, waitingForJob } from './jobs.ts';
import { leaveWithResult } from './leaveWithResult.ts';
import { checkSize } from './limits.ts';
import type { StatePlace } from './place.ts';
import { keepFailure, running, shellOf } from './shell.ts';

export function taskState(state: TaskState, place: StatePlace, builder: Builder): StateConfig {
  const { id, to } = place;
  const path = `${place.path}${state.name}`;
  const { identity } = builder;
  const integration = builder.integrate({ path, task: state });
  const isPerTask = bringsPolicy(state, integration);
  const { logic } = integration;
  builder.addActor(path, isPerTask ? Object.assign({}, logic, { [perTaskKey]: true }) : logic);
  const given = new WeakMap<Frame, unknown>();
  const observed = { ...place, name: state.name };
  const call = (turn: Turn): Frame => {
    const at = atOf(turn, identity, tokenOf(state, integration));
    const values = argumentsOf(state.flow(), at);
    // Refused here, where a catcher sees it.
    const roleArn = roleOf(state, at);
    const task = integration.input(values, {
      ...(roleArn !== undefined && { roleArn }),
      surroundings: turn.surroundings,
      identity,
      executionId: turn.context.execution.id,
      actor: turn.self.id,
    });
    const { timeoutSeconds, heartbeatSeconds } = secondsOf(state, at);
    const policy = {
      ...(timeoutSeconds !== undefined && { timeout: 1000 * timeoutSeconds }),
      ...(heartbeatSeconds !== undefined &&
        integration.takesHeartbeats && { heartbeat: 1000 * heartbeatSeconds }),
    };
    builder.observe(turn, observed, {
      type: 'taskScheduled',
      resource: state.resource,
      given: values,
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(heartbeatSeconds !== undefined && { heartbeatSeconds }),
      ...(task.starts && { starts: task.starts }),
    });
    const { input, starts } = task;
    const kept = integration.job ? beforeJob(turn, timeoutSeconds) : task.kept;
    const frame = running(state, kept === undefined ? turn.frame : withState(turn.frame, { kept }));
    // The task keeps it. Beside it, in the context, it would be stored twice.
    const work = integration.job?.isCancellable && ({ work: 'starts' } as const);
    given.set(frame, isPerTask ? { input, ...policy, ...(starts && { starts }), ...work } : input);
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

/** @throws EvaluationError */
function roleOf({ credentials, flow, language }: TaskState, at: At): string | undefined {
  const template = credentials?.();
  if (template === undefined) return undefined;
  const scope = language === 'JSONata' ? expressionScope(at) : pathScope(at, effectiveInput(flow(), at));
  const value = evaluate(template, scope);
  const role = isObject(value) ? own(value, 'RoleArn') : undefined;
  return typeof role === 'string' ? role : undefined;
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
function secondsOf(state: TaskState, at: At) {
  const timeout = state.timeoutSeconds?.();
  const heartbeat = state.heartbeatSeconds?.();
  return {
    timeoutSeconds: timeout && positiveSeconds('TimeoutSeconds', timeout, at),
    heartbeatSeconds: heartbeat && positiveSeconds('HeartbeatSeconds', heartbeat, at),
  };
}

function invocation(
  state: TaskState,
  place: StatePlace,
  src: string,
  integration: Integration,
  given: WeakMap<Frame, unknown>,
  builder: Builder,
): StateConfig {
  const { scope, id } = place;
  const { identity } = builder;
  const observed = { ...place, name: state.name };
  const endOf = ({ frame }: Turn) => ({ kept: frame.state?.kept, identity });
  const succeeded = act(
    scope,
    (turn) => {
      const result = checkSize(state, integration.result(jsonIn(turn.event.output), endOf(turn)));
      builder.observe(turn, observed, { type: 'taskSucceeded', result });
      return { ...turn.frame, ...leaveWithResult(state, result, turn, place, builder) };
    },
    4,
  );
  const failed = keepFailure(scope, (turn) => {
    const { error } = turn.event;
    try {
      const failure = integration.failure?.(error, endOf(turn)) ?? failureIn(error);
      // The history has had its end: the job that failed before a redrive is started again by it.
      if (!isOfLastRun(turn)) builder.observe(turn, observed, { type: 'taskFailed', failure });
      return failure;
    } catch (thrown) {
      builder.observe(turn, observed, { type: 'taskRefused' });
      throw thrown;
    }
  });
  const invoke: NonNullable<StateConfig['invoke']> = {
    id: `task ${id}`,
    src,
    input: ({ context }) => given.get(frameOf(context, scope)) ?? null,
    onDone: { target: 'done', actions: [succeeded] },
    onError: { target: 'failed', actions: [failed] },
  };
  const { job } = integration;
  if (job === undefined) return { invoke };
  const onLate = (turn: Turn, failure: Failure) =>
    builder.observe(turn, observed, { type: 'taskFailed', failure });
  return waitingForJob({ job, invoke, scope, id, onLate });
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
