import type { ExecutionStatus } from '../../../client/index.ts';
import { executionStatuses } from '../../../orchestrator/core/execution/model/execution.ts';
import type { ConsoleInfo, ExecutionsPage, StatusCounts } from '../api.ts';
import { choiceOf, countIn, timeIn } from '../input.ts';
import type { Route } from '../router.ts';
import type { ConsoleService } from '../service.ts';

/** Index entries that are looked at once, to learn which machines a table has: it is asked for where no definitions are at hand. */
const discovered = 1000;
const countAtMost = 1000;
const countAllAtMost = 10_000_000;

export function executionsRoutes(service: ConsoleService): readonly Route[] {
  return [
    { method: 'GET', pattern: '/info', answer: () => info(service) },
    { method: 'GET', pattern: '/executions', answer: ({ query }) => page(service, query) },
    { method: 'GET', pattern: '/counts', answer: ({ query }) => counts(service, query) },
  ];
}

async function info({ client, machines, tableName, isReadOnly, now }: ConsoleService): Promise<ConsoleInfo> {
  const known = await machines.ids();
  if (known.length === 0) {
    const { items } = await client.list({ limit: discovered });
    machines.see(items.map(({ machine }) => machine));
  }
  return {
    tableName,
    isReadOnly,
    machines: await machines.ids(),
    ...(machines.problem !== undefined && { machinesProblem: machines.problem }),
    nowMs: now(),
  };
}

async function page(service: ConsoleService, query: URLSearchParams): Promise<ExecutionsPage> {
  const { client, machines } = service;
  const statuses = query.getAll('status').map((status) => choiceOf(status, 'status', executionStatuses));
  const prefix = query.get('prefix') ?? '';
  const cursor = query.get('cursor') ?? '';
  const answer = await client.browse({
    ...(await machinesAsked(service, query)),
    limit: countIn(query, 'limit', 100, 1000),
    ...(statuses.length > 0 && { statuses }),
    ...(prefix !== '' && { idPrefix: prefix }),
    ...(cursor !== '' && { cursor }),
    ...timeIn(query, 'since'),
    ...timeIn(query, 'until'),
  });
  machines.see(answer.items.map(({ machine }) => machine));
  return answer;
}

async function counts(service: ConsoleService, query: URLSearchParams): Promise<StatusCounts> {
  const asked = await machinesAsked(service, query);
  const atMost = query.has('all') ? countAllAtMost : countAtMost;
  return countsOf(service, asked, atMost);
}

export async function countsOf(
  { client }: Pick<ConsoleService, 'client'>,
  machines: { readonly machines: readonly string[]; readonly includesOtherMachines: boolean },
  atMost = countAtMost,
): Promise<StatusCounts> {
  const count = (status: ExecutionStatus) => client.count({ ...machines, status, atMost });
  const [RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE, SUSPENDED] = await Promise.all([
    count('RUNNING'),
    count('SUCCEEDED'),
    count('FAILED'),
    count('TIMED_OUT'),
    count('ABORTED'),
    count('PENDING_REDRIVE'),
    count('SUSPENDED'),
  ]);
  return { RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE, SUSPENDED };
}

async function machinesAsked({ machines }: ConsoleService, query: URLSearchParams) {
  const named = query.getAll('machine').filter((machine) => machine !== '');
  const isAll = named.length === 0;
  return { machines: isAll ? await machines.ids() : named, includesOtherMachines: isAll };
}
