import { executionStatuses } from '../../../orchestrator/core/execution/model/execution.ts';
import type { BulkRequest } from '../api.ts';
import { BulkJobs } from '../bulkJobs.ts';
import { RefusedRequestError } from '../failures.ts';
import { choiceOf, fieldsOf, listOf, optionalText, timeIn } from '../input.ts';
import type { Route } from '../router.ts';
import type { ConsoleService } from '../service.ts';

const controls = ['stop', 'redrive', 'suspend', 'resume'] as const;

export function bulkRoutes(service: ConsoleService): readonly Route[] {
  const jobs = new BulkJobs(service);
  return [
    {
      method: 'POST',
      pattern: '/bulk',
      answer: async ({ body }) => jobs.begin(bulkRequest(body)),
    },
    { method: 'GET', pattern: '/bulk/:id', answer: async (_, { id = '' }) => jobs.progress(id) },
    {
      method: 'POST',
      pattern: '/bulk/:id/cancel',
      answer: async (_, { id = '' }) => jobs.cancel(id),
    },
  ];
}

function bulkRequest(body: unknown): BulkRequest {
  const fields = fieldsOf(body);
  const times = new URLSearchParams();
  for (const name of ['since', 'until'])
    if (fields[name] !== undefined) times.set(name, String(fields[name]));
  const control = choiceOf(fields.control, 'control', controls);
  const statuses = listOf(fields, 'statuses', 'status').map((status) =>
    choiceOf(status, 'statuses', executionStatuses),
  );
  const time = { ...timeIn(times, 'since'), ...timeIn(times, 'until') };
  if (statuses.includes('RUNNING') && Object.keys(time).length > 0) {
    const message =
      'A time range is that in which executions entered their status. Leave it out for RUNNING executions.';
    throw new RefusedRequestError(400, 'InvalidRequest', message);
  }
  return {
    control,
    machines: listOf(fields, 'machines', 'machine'),
    statuses,
    ...optionalText(fields, 'idPrefix'),
    ...optionalText(fields, 'cause'),
    ...time,
    ...(fields.isDryRun === true && { isDryRun: true }),
  };
}
