import { act, actionOf, start } from '../actions.ts';
import { RefusedRequestError } from '../failures.ts';
import { fieldsOf } from '../input.ts';
import type { Route } from '../router.ts';
import type { ConsoleService } from '../service.ts';

export function actionRoutes(service: ConsoleService): readonly Route[] {
  return [
    {
      method: 'POST',
      pattern: '/executions/:id/actions',
      answer: async ({ body }, { id = '' }) => {
        const action = actionOf(body);
        if (action.action === 'start') {
          throw new RefusedRequestError(400, 'InvalidRequest', 'An execution is started by POST /start.');
        }
        return act(service, id, action, isDryRun(body));
      },
    },
    {
      method: 'POST',
      pattern: '/start',
      answer: async ({ body }) => {
        const action = actionOf({ ...fieldsOf(body), action: 'start' });
        if (action.action !== 'start') throw new RefusedRequestError(400, 'InvalidRequest', 'Not a start.');
        return start(service, action, isDryRun(body));
      },
    },
  ];
}

function isDryRun(body: unknown): boolean {
  return fieldsOf(body).isDryRun === true;
}
