import type { ExecutionStatus } from '../../../client/index.ts';
import { executionStatuses } from '../../../orchestrator/core/execution/model/execution.ts';
import type { ConsoleInfo, ExecutionsPage, StatusCounts } from '../api.ts';
import { RefusedRequestError } from '../failures.ts';
import { choiceOf, countIn, timeIn } from '../input.ts';
import type { Route } from '../router.ts';
import type { ConsoleService } from '../service.ts';

/** Index entries that are looked at once, to learn which machines a table has: it is asked for where no definitions are at hand. */
const discovered = 1000;
/**
 * Ended executions are listed by machine and status: a query each and index shard. Where no machine is named, a page searches so
 * many pairs of them.
 */
const pairsSearched = 32;
const endedStatuses: readonly ExecutionStatus[] = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];
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
  const asked = query.getAll('status').map((status) => choiceOf(status, 'status', executionStatuses));
  const prefix = query.get('prefix') ?? '';
  const { cursor, machines: before } = cursorOf(query.get('cursor') ?? '');
  const { notSearched, ...search } = await searchOf(service, query, asked);
  const searched = { ...search, machines: before ?? search.machines };
  const answer = await client.browse({
    ...searched,
    limit: countIn(query, 'limit', 100, 1000),
    ...(asked.length > 0 && { statuses: asked }),
    ...(prefix !== '' && { idPrefix: prefix }),
    ...(cursor !== undefined && { cursor }),
    ...timeIn(query, 'since'),
    ...timeIn(query, 'until'),
  });
  machines.see(answer.items.map(({ machine }) => machine));
  return {
    items: answer.items,
    ...(answer.cursor !== undefined && { cursor: cursorText(answer.cursor, searched.machines) }),
    ...(notSearched.length > 0 && { notSearched }),
  };
}

function cursorText(cursor: string, machines: readonly string[]): string {
  return Buffer.from(JSON.stringify([cursor, machines])).toString('base64url');
}

/** A page goes on with the machines of the one before it, though others have been seen meanwhile. @throws RefusedRequestError */
function cursorOf(text: string): { readonly cursor?: string; readonly machines?: readonly string[] } {
  if (text === '') return {};
  const [cursor, machines]: readonly unknown[] = listIn(text);
  if (typeof cursor !== 'string' || !isTexts(machines)) throw invalidCursor();
  return { cursor, machines };
}

function listIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidCursor();
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function invalidCursor(): RefusedRequestError {
  return new RefusedRequestError(
    400,
    'InvalidCursor',
    'The cursor is not one of this list. Begin at its first page.',
  );
}

async function counts(service: ConsoleService, query: URLSearchParams): Promise<StatusCounts> {
  const { notSearched, ...asked } = await searchOf(service, query, []);
  const atMost = query.has('all') ? countAllAtMost : countAtMost;
  const found = await countsOf(service, asked, atMost);
  if (notSearched.length === 0) return found;
  const entries = Object.entries(found).map(([status, count]) =>
    endedStatuses.some((each) => each === status) ? [status, { ...count, isPartial: true }] : [status, count],
  );
  return { ...found, ...Object.fromEntries(entries) };
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

interface Search {
  readonly machines: readonly string[];
  readonly includesOtherMachines: boolean;
  /** Machines whose ended executions are left out. */
  readonly notSearched: readonly string[];
}

async function searchOf(
  { machines }: ConsoleService,
  query: URLSearchParams,
  statuses: readonly ExecutionStatus[],
): Promise<Search> {
  const named = query.getAll('machine').filter((machine) => machine !== '');
  if (named.length > 0) return { machines: named, includesOtherMachines: false, notSearched: [] };
  const ended =
    statuses.length === 0
      ? endedStatuses.length
      : statuses.filter((each) => endedStatuses.includes(each)).length;
  const atMost = ended === 0 ? Number.POSITIVE_INFINITY : Math.floor(pairsSearched / ended);
  const { machines: searched, others } = await machines.searched(atMost);
  return { machines: searched, includesOtherMachines: true, notSearched: others };
}
