import { useQuery } from '@tanstack/preact-query';
import { useEffect, useState } from 'preact/hooks';
import type { ExecutionStatus } from '../../../client/index.ts';
import type { ConsoleInfo, StatusCounts } from '../../server/api.ts';
import { changedQuery, navigate, type Place } from '../location.ts';
import { Icon, statusName } from '../parts/icons.tsx';
import { get } from '../request.ts';
import { number } from '../time.ts';
import { visible } from '../visible.ts';
import { type Filter, statuses } from './filter.ts';
import { TimeChoice } from './timeChoice.tsx';

const failedStatuses: readonly ExecutionStatus[] = ['FAILED', 'TIMED_OUT', 'PENDING_REDRIVE'];

export function Filters({
  place,
  info,
  filter,
  onBulk,
}: {
  readonly place: Place;
  readonly info: ConsoleInfo | undefined;
  readonly filter: Filter;
  readonly onBulk: () => void;
}) {
  const counts = useQuery({
    queryKey: ['counts', filter.machine],
    queryFn: () => get<StatusCounts>('/counts', { machine: filter.machine }),
    refetchInterval: 30_000,
  });
  const change = (changes: Readonly<Record<string, string | readonly string[] | undefined>>) =>
    navigate(changedQuery(place, changes));
  const toggle = (status: ExecutionStatus) => {
    const has = filter.statuses.includes(status);
    change({
      status: has ? filter.statuses.filter((each) => each !== status) : [...filter.statuses, status],
    });
  };
  const isFailedOnly =
    filter.statuses.length === failedStatuses.length &&
    failedStatuses.every((each) => filter.statuses.includes(each));
  return (
    <div class="filters">
      <div class="filter-row">
        <h1>Executions</h1>
        <Search value={filter.prefix} onChange={(prefix) => change({ prefix })} />
        <label class="field">
          <span class="hidden">Machine</span>
          <select value={filter.machine} onChange={(event) => change({ machine: event.currentTarget.value })}>
            <option value="">All machines</option>
            {[
              ...new Set([...(info?.machines ?? []), ...(filter.machine === '' ? [] : [filter.machine])]),
            ].map((machine) => (
              <option key={machine} value={machine}>
                {visible(machine)}
              </option>
            ))}
          </select>
        </label>
        <TimeChoice time={filter.time} onChange={change} />
        {info && !info.isReadOnly && (
          <button type="button" onClick={onBulk}>
            Bulk actions …
          </button>
        )}
      </div>
      <fieldset class="chips">
        <legend class="hidden">Status</legend>
        <button
          type="button"
          class="chip-button failed-only"
          aria-pressed={isFailedOnly}
          onClick={() => change({ status: isFailedOnly ? [] : failedStatuses })}
        >
          Failed only
        </button>
        {statuses.map((status) => (
          <button
            key={status}
            type="button"
            class={`chip-button ${status}`}
            aria-pressed={filter.statuses.includes(status)}
            onClick={() => toggle(status)}
          >
            {statusName(status)}
            <CountOf counts={counts.data} status={status} />
          </button>
        ))}
      </fieldset>
    </div>
  );
}

function CountOf({
  counts,
  status,
}: {
  readonly counts: StatusCounts | undefined;
  readonly status: ExecutionStatus;
}) {
  const count = counts?.[status];
  if (!count) return null;
  return (
    <span
      class={count.count === 0 ? 'num count none' : 'num count'}
      title={count.isPartial ? 'There are more: counting stops here' : undefined}
    >
      {number(count.count)}
      {count.isPartial ? '+' : ''}
    </span>
  );
}

function Search({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => onChange(text.trim()), 300);
    return () => window.clearTimeout(timer);
  });
  return (
    <label class="search">
      <Icon name="search" />
      <input
        type="search"
        data-shortcut="/"
        placeholder="Id begins with …"
        aria-label="Id begins with"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}
