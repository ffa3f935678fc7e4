import type { ExecutionInspection } from '../../../client/index.ts';
import type { ExecutionCost, ExecutionHistory, ExecutionVersionView, ExecutionView } from '../api.ts';
import { RefusedRequestError } from '../failures.ts';
import { countIn } from '../input.ts';
import { Inspections } from '../inspections.ts';
import { pricePerMillion, writeUnitsOf } from '../prices.ts';
import type { Route } from '../router.ts';
import type { ConsoleService } from '../service.ts';
import { courseOf } from '../stateTimes.ts';

/** Entries of the history in one answer: the first is small, so that there is soon something to see. */
const firstEntriesAtMost = 250;
const entriesAtMost = 2000;

export function executionRoutes(service: ConsoleService): readonly Route[] {
  const inspections = new Inspections(service.client);
  return [
    { method: 'GET', pattern: '/executions/:id', answer: (_, { id = '' }) => head(service, id) },
    {
      method: 'GET',
      pattern: '/executions/:id/history',
      answer: ({ query }, { id = '' }) => history(service, inspections, id, query),
    },
    { method: 'GET', pattern: '/executions/:id/version', answer: (_, { id = '' }) => version(service, id) },
    {
      method: 'GET',
      pattern: '/executions/:id/at/:entry',
      answer: async (_, { id = '', entry = '' }) => {
        const number = countIn(new URLSearchParams({ entry }), 'entry', 1, Number.MAX_SAFE_INTEGER);
        return service.client.stateAt(id, number, await service.machines.definitions());
      },
    },
    { method: 'GET', pattern: '/executions/:id/cost', answer: (_, { id = '' }) => cost(service, id) },
  ];
}

async function head({ client, machines, now }: ConsoleService, id: string): Promise<ExecutionView> {
  const description = await client.describe(id);
  machines.see([description.machine]);
  const { machine, machineVersion } = description;
  return { description, ...(await machines.chart(machine, machineVersion)), nowMs: now() };
}

async function history(
  { machines }: ConsoleService,
  inspections: Inspections,
  id: string,
  query: URLSearchParams,
): Promise<ExecutionHistory> {
  const from = countIn(query, 'from', 1, Number.MAX_SAFE_INTEGER);
  // The later parts of a long history are those of the version that its first part was of.
  const known = query.has('version') ? inspections.find(id, Number(query.get('version'))) : undefined;
  const inspection = known ?? inspections.begin(id, await machines.definitions());
  const entries = await inspection.entries(from - 1, from === 1 ? firstEntriesAtMost : entriesAtMost);
  return { version: inspection.version ?? 0, entries, total: inspection.total };
}

async function inspect({ client, machines }: ConsoleService, id: string): Promise<ExecutionInspection> {
  const definitions = await machines.definitions();
  return client.inspect(id, definitions.length > 0 ? { machines: definitions } : {});
}

async function version({ client }: ConsoleService, id: string): Promise<ExecutionVersionView> {
  const found = await client.version(id);
  if (found) return found;
  const { status, version: number } = await client.describe(id);
  return { status, version: number };
}

async function cost(service: ConsoleService, id: string): Promise<ExecutionCost> {
  const recording = await service.client.record(id);
  const { entries } = await inspect(service, id);
  const parts = writeUnitsOf(recording);
  const writeUnits = parts.reduce((sum, part) => sum + part.writeUnits, 0);
  const { taskSteps, stateTransitions } = courseOf(entries);
  if (entries.length === 0) throw new RefusedRequestError(404, 'NothingYet', 'Nothing has happened yet.');
  return { parts, taskSteps, ...pricePerMillion(writeUnits, stateTransitions) };
}
