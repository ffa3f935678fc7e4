import { lambda } from '../../workers/lambda.ts';
import { worker } from '../../workers/worker.ts';
import type { Integration, TaskPlace } from '../compile/integration.ts';
import { resourceOf } from './resource.ts';

/** How a task runs by its resource. */
export function integrationOf({ task, path }: TaskPlace): Integration {
  const resource = resourceOf(task.resource);
  switch (resource.type) {
    case 'lambdaArn':
      return { logic: lambda(resource.arn), input: (given) => given, result: (output) => output };
    default:
      return { logic: worker({ worker: path }), input: (given) => given, result: (output) => output };
  }
}
