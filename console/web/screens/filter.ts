import type { ExecutionStatus } from '../../../client/index.ts';
import { executionStatuses } from '../../../orchestrator/core/execution/model/execution.ts';
import type { Query } from '../request.ts';

export const statuses: readonly ExecutionStatus[] = executionStatuses;

/** The choice of executions. It is in the address. */
export interface Filter {
  readonly machine: string;
  readonly statuses: readonly ExecutionStatus[];
  readonly prefix: string;
  readonly time: TimeRange;
}

/** A length of time up to now, a range of which either end may be open, or any time. */
export type TimeRange =
  | { readonly type: 'any' }
  | { readonly type: 'within'; readonly name: string; readonly ms: number }
  | { readonly type: 'between'; readonly since?: number; readonly until?: number };

export const ranges = [
  { label: 'Last 15 minutes', name: '15m', ms: 15 * 60_000 },
  { label: 'Last hour', name: '1h', ms: 3_600_000 },
  { label: 'Last 24 hours', name: '24h', ms: 86_400_000 },
  { label: 'Last 7 days', name: '7d', ms: 7 * 86_400_000 },
  { label: 'Last 30 days', name: '30d', ms: 30 * 86_400_000 },
] as const;

export function filterOf(query: URLSearchParams): Filter {
  return {
    machine: query.get('machine') ?? '',
    statuses: statuses.filter((status) => query.getAll('status').includes(status)),
    prefix: query.get('prefix') ?? '',
    time: timeRangeOf(query),
  };
}

function timeRangeOf(query: URLSearchParams): TimeRange {
  const range = ranges.find(({ name }) => name === query.get('within'));
  if (range) return { type: 'within', name: range.name, ms: range.ms };
  if (!query.has('since') && !query.has('until')) return { type: 'any' };
  const [since, until] = [timeIn(query, 'since'), timeIn(query, 'until')];
  return { type: 'between', ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

function timeIn(query: URLSearchParams, name: string): number | undefined {
  const ms = Date.parse(query.get(name) ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** The filter as the API takes it. */
export function queryOf({ machine, statuses: chosen, prefix, time }: Filter): Query {
  return {
    ...(machine !== '' && { machine }),
    ...(chosen.length > 0 && { status: chosen }),
    ...(prefix !== '' && { prefix }),
    ...boundsOf(time),
  };
}

/** Milliseconds since the epoch. A time before now is rounded, so that the same filter is the same request for a while. */
export function boundsOf(time: TimeRange): { readonly since?: number; readonly until?: number } {
  switch (time.type) {
    case 'any':
      return {};
    case 'within':
      return { since: Math.floor((Date.now() - time.ms) / 60_000) * 60_000 };
    case 'between': {
      const { type: _, ...bounds } = time;
      return bounds;
    }
  }
}
