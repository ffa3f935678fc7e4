import { fromPromise } from 'xstate';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import type { Integration, TaskPlace } from '../compile/integration.ts';
import type { TaskState } from '../model/model.ts';
import { activityTask } from './activity.ts';
import { lambdaByArn, lambdaInvoke, lambdaWithToken } from './lambda.ts';
import { type Resource, resourceOf } from './resource.ts';
import { serviceTask } from './serviceTask.ts';
import { startExecution } from './startExecution.ts';
import { type Impossible, impossibleService } from './supported.ts';

/** How a task runs by its resource. */
export function integrationOf({ task }: TaskPlace): Integration {
  const resource = resourceOf(task.resource);
  return integrations(resource)?.(task) ?? unsupported(task.resource);
}

/** Whether Millrace runs tasks of the resource by itself. */
export function isSupported(resource: Resource): boolean {
  return resource.type === 'placeholder' || integrations(resource) !== undefined;
}

function integrations(resource: Resource): ((task: TaskState) => Integration) | undefined {
  switch (resource.type) {
    case 'lambdaArn':
      return (task) => lambdaByArn(resource.arn, task);
    case 'activity':
      return (task) => activityTask(resource.name, task);
    case 'service': {
      const { waits } = resource;
      switch (nameOf(resource)) {
        case 'lambda:invoke':
          if (waits === 'token') return lambdaWithToken;
          return waits === 'no' ? lambdaInvoke : undefined;
        case 'states:startExecution':
          return startExecution(waits);
        default:
          return impossibleService(resource) === undefined
            ? (task) => serviceTask(resource, task)
            : undefined;
      }
    }
    default:
      return undefined;
  }
}

/** The name of an integration: one of the AWS SDK has it before. */
function nameOf({ service, action, isSdk }: Extract<Resource, { readonly type: 'service' }>): string {
  return `${isSdk ? 'aws-sdk:' : ''}${service}:${action}`;
}

/** The machine is deployed all the same: what it does beside this task works, and the task's Catch can see to it. */
function unsupported(resource: string): Integration {
  return {
    logic: fromPromise<never, unknown>(() => Promise.reject(new UnsupportedResourceError(resource))),
    input: (input) => ({ input }),
    result: (output) => output,
  };
}

/** The error of a task whose resource Millrace does not call. */
class UnsupportedResourceError extends MillraceError {
  override readonly code = 'UnsupportedResource';
  override readonly name = 'Millrace.UnsupportedResource';
  constructor(resource: string) {
    super(messageOf(resource));
  }
}

function messageOf(text: string): string {
  if (text.includes('${'))
    return `The resource '${text}' has no value: give one in the substitutions of the deployment.`;
  const { reason, instead } = impossibilityOf(resourceOf(text));
  return `Millrace does not call '${text}': ${reason}. To correct it, ${instead}.`;
}

/** Why Millrace does not call a resource, and what to do instead. */
export function impossibilityOf(resource: Resource): Impossible {
  const ofService = resource.type === 'service' ? impossibleService(resource) : undefined;
  return (
    ofService ?? {
      reason: 'it is not a resource of a function, an activity or a service',
      instead: 'call it from a Lambda function, and name that function in the state',
    }
  );
}
