import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/preact-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ListedExecution } from '../../../client/index.ts';
import type { ConsoleInfo, ExecutionsPage } from '../../server/api.ts';
import { listBackoff, nextWaitMs } from '../backoff.ts';
import { links, navigate, type Place } from '../location.ts';
import { Icon, StatusMark } from '../parts/icons.tsx';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { VirtualRows } from '../parts/virtualRows.tsx';
import { get, type Query } from '../request.ts';
import { counted, duration, fromNow, moment, number } from '../time.ts';
import { useNow } from '../useNow.ts';
import { visible } from '../visible.ts';
import { BulkDialog } from './bulk.tsx';
import { type Filter, filterOf, queryOf } from './filter.ts';
import { Filters } from './filters.tsx';

const pageSize = 100;
const rowHeight = 33;

export function Executions({
  place,
  info,
}: {
  readonly place: Place;
  readonly info: ConsoleInfo | undefined;
}) {
  const filter = useMemo(() => filterOf(place.query), [place.query]);
  const query = useMemo(() => ({ ...queryOf(filter), limit: pageSize }), [filter]);
  const list = useList(query);
  const scroll = useRef<HTMLDivElement>(null);
  const isAtTop = useRef(true);
  const head = useHead(query, list.first, isAtTop, list.restart);
  const [current, setCurrent] = useState<number | undefined>(undefined);
  const [isBulkOpen, setBulkOpen] = useState(false);
  const now = useNow(info?.nowMs);
  const { items } = list;
  const showNew = () => {
    list.restart(head.page);
    scroll.current?.scrollTo({ top: 0 });
  };
  return (
    <div class="screen executions">
      <Filters place={place} info={info} filter={filter} onBulk={() => setBulkOpen(true)} />
      {list.first?.notSearched && <NotSearched machines={list.first.notSearched} />}
      {head.hasNew && (
        <button type="button" class="pill" onClick={showNew}>
          <Icon name="up" size={12} /> Executions have changed. Show them
        </button>
      )}
      {list.error ? <Problem error={list.error} retry={list.retry} /> : null}
      {list.isLoading && <Loading what="executions" />}
      {list.isDone && items.length === 0 && !list.error && <NoExecutions filter={filter} info={info} />}
      {items.length > 0 && (
        <>
          <div class="list-head row-grid" aria-hidden="true">
            <span>Status</span>
            <span>Execution</span>
            <span>Machine</span>
            <span>Started</span>
            <span class="ended">Ended</span>
            <span class="end">Took</span>
          </div>
          <VirtualRows
            count={items.length}
            rowHeight={rowHeight}
            label="Executions"
            current={current}
            scrollRef={scroll}
            onScroll={(top) => {
              isAtTop.current = top < rowHeight;
            }}
            onCurrent={setCurrent}
            onOpen={(index) => {
              const found = items[index];
              if (found) navigate(links.execution(found.executionId));
            }}
            onEnd={list.more}
            row={(index) => {
              const each = items[index];
              return each ? <ExecutionRow execution={each} nowMs={now} /> : null;
            }}
          />
          <p class="list-foot quiet">
            {number(items.length)} shown{list.hasMore ? '; scroll for more' : ''}
            {list.isLoadingMore && ' · loading …'}
          </p>
        </>
      )}
      {isBulkOpen && <BulkDialog filter={filter} info={info} onClose={() => setBulkOpen(false)} />}
    </div>
  );
}

function ExecutionRow({ execution, nowMs }: { readonly execution: ListedExecution; readonly nowMs: number }) {
  const { executionId, machine, status, startedAt, endedAt } = execution;
  const took = (endedAt === undefined ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt);
  return (
    <div class="row-grid">
      <StatusMark status={status} />
      <a class="id" href={links.execution(executionId)} title={executionId}>
        {visible(executionId)}
      </a>
      <a class="quiet machine" href={links.machine(machine)} title={machine}>
        {visible(machine)}
      </a>
      <time dateTime={startedAt} title={`${startedAt} · ${fromNow(startedAt, nowMs)}`}>
        {moment(startedAt, nowMs)}
      </time>
      <span class="ended num">{endedAt === undefined ? '' : moment(endedAt, nowMs)}</span>
      <span class="end num">{Number.isNaN(took) ? '—' : duration(Math.max(0, took))}</span>
    </div>
  );
}

/** Ended executions are listed by machine: where there are many, a list of all would cost many queries. */
function NotSearched({ machines }: { readonly machines: readonly string[] }) {
  return (
    <p class="notice warning" title={machines.join(', ')}>
      Ended executions of {counted(machines.length, 'machine')} are not searched, to keep the list cheap.
      Choose a machine to see its executions.
    </p>
  );
}

function NoExecutions({ filter, info }: { readonly filter: Filter; readonly info: ConsoleInfo | undefined }) {
  const isFiltered = Object.keys(queryOf(filter)).length > 0;
  if (isFiltered) {
    return (
      <Empty title="No execution fits">
        <a href={links.executions()}>Show all executions</a>
      </Empty>
    );
  }
  return (
    <Empty title="There are no executions yet">
      <p>
        Start one: <code>npx millrace start {info?.machines[0] ?? 'MACHINE'}</code>
        {info && !info.isReadOnly && info.machines[0] !== undefined && (
          <>
            , or <a href={links.machine(info.machines[0])}>with the form of {info.machines[0]}</a>
          </>
        )}
        .
      </p>
    </Empty>
  );
}

interface List {
  readonly items: readonly ListedExecution[];
  readonly first: ExecutionsPage | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly isLoadingMore: boolean;
  readonly isDone: boolean;
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly retry: () => void;
  /** Begins again with this first page. */
  readonly restart: (first: ExecutionsPage | undefined) => void;
}

function useList(query: Query): List {
  const queries = useQueryClient();
  const queryKey = useMemo(() => ['executions', query], [query]);
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      get<ExecutionsPage>('/executions', { ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last: ExecutionsPage) => last.cursor,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const pages = list.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const { hasNextPage, isFetchingNextPage, isFetching, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  // A page of a filtered list may be empty, and still not be the last.
  const lacks = items.length < pageSize / 2;
  useEffect(() => {
    if (lacks && !isFetching) more();
  }, [lacks, isFetching, more]);
  return {
    items,
    first: pages?.[0],
    error: list.error,
    isLoading: list.isPending || (items.length === 0 && hasNextPage),
    isLoadingMore: isFetchingNextPage,
    isDone: list.isSuccess && !hasNextPage,
    hasMore: hasNextPage,
    more,
    retry: () => void list.refetch(),
    restart: useCallback(
      (first) => {
        if (first) queries.setQueryData(queryKey, { pages: [first], pageParams: [''] });
        else void queries.resetQueries({ queryKey });
      },
      [queries, queryKey],
    ),
  };
}

/** Looks at the first page again and again. A reader at the top sees what is new; elsewhere the list does not move. */
function useHead(
  query: Query,
  shown: ExecutionsPage | undefined,
  isAtTop: { readonly current: boolean },
  show: (page: ExecutionsPage) => void,
): { readonly hasNew: boolean; readonly page: ExecutionsPage | undefined } {
  const changedAt = useRef(0);
  const queries = useQueryClient();
  const head = useQuery({
    queryKey: ['head', query],
    queryFn: ({ signal }) => get<ExecutionsPage>('/executions', query, signal),
    enabled: shown !== undefined,
    refetchInterval: ({ state }) => nextWaitMs(listBackoff, state.dataUpdateCount - changedAt.current),
    initialData: shown,
    initialDataUpdatedAt: Date.now,
    staleTime: 0,
    gcTime: 0,
  });
  const page = head.data;
  const isNew = page !== undefined && shown !== undefined && !isSame(page, shown);
  useEffect(() => {
    if (!isNew) return;
    changedAt.current = queries.getQueryState(['head', query])?.dataUpdateCount ?? 0;
    if (isAtTop.current) show(page);
  }, [isNew, page, isAtTop, show, queries, query]);
  return { hasNew: isNew && !isAtTop.current, page };
}

function isSame(a: ExecutionsPage, b: ExecutionsPage): boolean {
  const keyOf = ({ executionId, status }: ListedExecution) => `${status} ${executionId}`;
  return (
    a.items.length === b.items.length &&
    a.items.every((each, i) => {
      const other = b.items[i];
      return other !== undefined && keyOf(each) === keyOf(other);
    })
  );
}
