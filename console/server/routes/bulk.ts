import { executionStatuses } from '../../../orchestrator/core/execution/model/execution.ts';
import type { BulkRequest } from '../api.ts';
import { BulkJobs } from '../bulkJobs.ts';
import { choiceOf, fieldsOf, optionalText, textOf, timeIn } from '../input.ts';
import type { Route } from '../router.ts';
import type { ConsoleService } from '../service.ts';

const controls = ['stop', 'redrive', 'suspend', 'resume'] as const;

export function bulkRoutes(service: ConsoleService): readonly Route[] {
  const jobs = new BulkJobs(service);
  return [
    {
      method: 'POST',
      pattern: '/bulk',
      isWrite: true,
      answer: async ({ body }) => jobs.begin(bulkRequest(body)),
    },
    { method: 'GET', pattern: '/bulk/:id', answer: async (_, { id = '' }) => jobs.progress(id) },
    {
      method: 'POST',
      pattern: '/bulk/:id/cancel',
      isWrite: true,
      answer: async (_, { id = '' }) => jobs.cancel(id),
    },
  ];
}

function bulkRequest(body: unknown): BulkRequest {
  const fields = fieldsOf(body);
  const times = new URLSearchParams();
  for (const name of ['since', 'until'])
    if (fields[name] !== undefined) times.set(name, String(fields[name]));
  return {
    control: choiceOf(fields.control, 'control', controls),
    machine: textOf(fields, 'machine'),
    status: choiceOf(fields.status, 'status', executionStatuses),
    ...optionalText(fields, 'idPrefix'),
    ...optionalText(fields, 'cause'),
    ...timeIn(times, 'since'),
    ...timeIn(times, 'until'),
    ...(fields.isDryRun === true && { isDryRun: true }),
  };
}
