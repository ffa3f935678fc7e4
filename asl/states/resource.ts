import type { AnyActorLogic } from 'xstate';
import { worker } from '../../workers/worker.ts';
import type { Integration } from '../compile/integration.ts';
import { integrationOf } from '../integrations/integrationOf.ts';
import { timingOf } from '../integrations/timing.ts';
import { lazily } from '../lazily.ts';
import type { Amount, TaskState } from '../model/model.ts';
import { flowOf } from '../model/readFields.ts';

export interface ResourceOptions {
  /** `TimeoutSeconds`. A state that evaluates its timeout has it among its own fields. */
  readonly timeoutSeconds?: number;
  /** `HeartbeatSeconds`. A state that evaluates its heartbeat has it among its own fields. */
  readonly heartbeatSeconds?: number;
  /** Name of a worker that runs the task in place of the resource: it gets the arguments and gives the result. */
  readonly worker?: string;
}

/** What a state knows of its actor. */
export interface ResourceCall extends Pick<TaskState, 'resource' | 'timeoutSeconds' | 'heartbeatSeconds'> {
  readonly integration: Integration;
}

const calls = new WeakMap<AnyActorLogic, ResourceCall>();

/**
 * The actor of a Task state, by its resource as definitions in Amazon States Language name it. A Lambda function gets the
 * state's arguments and nothing else.
 *
 *     actors: { 'Charge card': resource('arn:aws:lambda:us-east-1:123456789012:function:charge', { timeoutSeconds: 30 }) },
 */
export function resource(arn: string, options: ResourceOptions = {}): AnyActorLogic {
  const task: TaskState = {
    type: 'Task',
    name: '',
    language: 'JSONPath',
    resource: arn,
    flow: flowOf({}, 'JSONPath'),
    timeoutSeconds: seconds(options.timeoutSeconds),
    heartbeatSeconds: seconds(options.heartbeatSeconds),
    retry: [],
    catch: [],
    next: { type: 'end' },
  };
  const integration =
    options.worker === undefined ? integrationOf({ path: '', task }) : workerFor(options.worker, task);
  const logic: AnyActorLogic = { ...integration.logic };
  const { timeoutSeconds, heartbeatSeconds } = task;
  calls.set(logic, { resource: arn, timeoutSeconds, heartbeatSeconds, integration });
  return logic;
}

function seconds(value: number | undefined): (() => Amount) | undefined {
  return value === undefined ? undefined : lazily(() => ({ type: 'literal', value }));
}

function workerFor(name: string, task: TaskState): Integration {
  return {
    logic: worker({ worker: name, ...timingOf(task) }),
    input: (given) => given,
    result: (output) => output,
  };
}

/** Any other actor gets the state's arguments as its input, and its output is the state's result. */
export function callOf(logic: AnyActorLogic): ResourceCall {
  const known = calls.get(logic);
  if (known !== undefined) return known;
  const integration: Integration = { logic, input: (given) => given, result: (output) => output };
  return { resource: '', timeoutSeconds: undefined, heartbeatSeconds: undefined, integration };
}
