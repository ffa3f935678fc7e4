import { isArray, type Json } from '../../asl/json.ts';
import { at } from '../jobs/job.ts';
import { ServiceCallError } from '../serviceError.ts';

/** ECS answers a `RunTask` that it has no place for without an error. @throws ServiceCallError where no task was placed */
export function checkPlaced(answer: Json): void {
  const tasks = at(answer, 'Tasks');
  if (isArray(tasks) && tasks.length > 0) return;
  throw new ServiceCallError('AmazonECS.Unknown', JSON.stringify(at(answer, 'Failures')));
}
