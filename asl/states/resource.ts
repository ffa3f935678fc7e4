import type { AnyActorLogic } from 'xstate';
import type { KeysOf } from '../../orchestrator/core/policy/options.ts';
import { perTaskKey } from '../../orchestrator/core/policy/perTask.ts';
import { worker } from '../../workers/worker.ts';
import { checkCallOptions } from '../checkCallOptions.ts';
import type { Integration } from '../compile/integration.ts';
import { bringsPolicy } from '../compile/taskState.ts';
import { integrationOf } from '../integrations/integrationOf.ts';
import { timingOf } from '../integrations/timing.ts';
import { lazily } from '../lazily.ts';
import type { Amount, TaskState } from '../model/model.ts';
import { flowOf } from '../model/readFields.ts';
import { namedWorker } from './namedWorker.ts';

export interface ResourceOptions {
  /** `TimeoutSeconds`; or `'evaluated'`, where the state has it among its fields. */
  readonly timeoutSeconds?: number | 'evaluated';
  /** `HeartbeatSeconds`; or `'evaluated'`, where the state has it among its fields. */
  readonly heartbeatSeconds?: number | 'evaluated';
  /** Name of a worker that runs the task in place of the resource: it gets the arguments and gives the result. */
  readonly worker?: string;
}

const optionKeys: KeysOf<ResourceOptions> = { timeoutSeconds: true, heartbeatSeconds: true, worker: true };

/** A state's description of its actor. */
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
  checkCallOptions('resource', options, optionKeys);
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
  const logic: AnyActorLogic = bringsPolicy(task, integration)
    ? Object.assign({}, integration.logic, { [perTaskKey]: true })
    : { ...integration.logic };
  calls.set(logic, {
    resource: arn,
    timeoutSeconds: options.timeoutSeconds === 'evaluated' ? undefined : task.timeoutSeconds,
    heartbeatSeconds: options.heartbeatSeconds === 'evaluated' ? undefined : task.heartbeatSeconds,
    integration,
  });
  return logic;
}

function seconds(value: number | 'evaluated' | undefined): (() => Amount) | undefined {
  return value === undefined ? undefined : lazily(() => ({ type: 'literal', value }));
}

function workerFor(name: string, task: TaskState): Integration {
  return {
    logic: worker({ ...namedWorker(name), ...timingOf(task) }),
    input: (input) => ({ input }),
    result: (output) => output,
  };
}

/** Any other actor gets the state's arguments as its input, and its output is the state's result. */
export function callOf(logic: AnyActorLogic): ResourceCall {
  const known = calls.get(logic);
  if (known !== undefined) return known;
  const integration: Integration = { logic, input: (input) => ({ input }), result: (output) => output };
  return { resource: '', timeoutSeconds: undefined, heartbeatSeconds: undefined, integration };
}
