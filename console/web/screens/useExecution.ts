import { type QueryClient, useQuery, useQueryClient } from '@tanstack/preact-query';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ExecutionStatus, HistoryEntry } from '../../../client/index.ts';
import type { ExecutionHistory, ExecutionVersionView, ExecutionView } from '../../server/api.ts';
import { executionBackoff, nextWaitMs } from '../backoff.ts';
import { executionPath, get } from '../request.ts';

export interface LiveExecution {
  readonly view: ExecutionView | undefined;
  readonly entries: readonly HistoryEntry[];
  /** All of the history is here. */
  readonly isWhole: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  /** Looks for what is new now: something was just sent. */
  readonly look: () => void;
}

/** These can go on only if an operator redrives them. */
const atRest: readonly ExecutionStatus[] = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];
const atRestWaitMs = 30_000;

/** An execution with its history. While it may change, its version is asked for: one read each, ever less often. */
export function useExecution(id: string): LiveExecution {
  const head = useQuery({
    queryKey: ['execution', id],
    queryFn: ({ signal }) => get<ExecutionView>(executionPath(id), {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const version = head.data?.description.version;
  const history = useHistory(id, version);
  const { refetch } = head;
  /** How many looks there had been when the last change was seen. */
  const changedAt = useRef(0);
  const looks = useQueryClient();
  const status = head.data?.description.status;
  const latest = useQuery({
    queryKey: ['version', id],
    queryFn: ({ signal }) => get<ExecutionVersionView>(executionPath(id, '/version'), {}, signal),
    enabled: head.data !== undefined,
    refetchInterval: ({ state }) =>
      status !== undefined && atRest.includes(status)
        ? atRestWaitMs
        : nextWaitMs(executionBackoff, state.dataUpdateCount - changedAt.current),
    initialData: head.data && {
      status: head.data.description.status,
      version: head.data.description.version,
    },
    initialDataUpdatedAt: Date.now,
    gcTime: 0,
  });
  const found = latest.data?.version;
  useEffect(() => {
    if (found === undefined || version === undefined || found <= version) return;
    changedAt.current = looksOf(looks, id);
    void refetch();
  }, [found, version, refetch, looks, id]);
  return {
    view: head.data,
    entries: history.entries,
    isWhole: history.isWhole,
    error: head.error ?? history.error ?? latest.error,
    retry: () => {
      void head.refetch();
      history.retry();
      void latest.refetch();
    },
    look: () => {
      changedAt.current = looksOf(looks, id);
      void latest.refetch();
      window.setTimeout(() => void latest.refetch(), 500);
    },
  };
}

function looksOf(queries: QueryClient, id: string): number {
  return queries.getQueryState(['version', id])?.dataUpdateCount ?? 0;
}

interface History {
  readonly entries: readonly HistoryEntry[];
  readonly isWhole: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** The history, part by part. After a change only what is new is sent. */
function useHistory(id: string, version: number | undefined): History {
  const [entries, setEntries] = useState<readonly HistoryEntry[]>([]);
  const [isWhole, setWhole] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const [attempt, setAttempt] = useState(0);
  const known = useRef<readonly HistoryEntry[]>([]);
  useEffect(() => {
    if (version === undefined) return;
    const controller = new AbortController();
    const read = async () => {
      // An entry that was pending has another place once it is applied.
      const settled = known.current.findIndex(
        ({ verdict }) => verdict.type === 'pending' || verdict.type === 'held',
      );
      let all = settled < 0 ? known.current : known.current.slice(0, settled);
      for (let ofVersion: number | undefined; ; ) {
        const query = { from: all.length + 1, ...(ofVersion !== undefined && { version: ofVersion }) };
        const part = await get<ExecutionHistory>(executionPath(id, '/history'), query, controller.signal);
        ofVersion = part.version;
        all = [...all, ...part.entries];
        known.current = all;
        setEntries(all);
        const isEnd = all.length >= part.total || part.entries.length === 0;
        setWhole(isEnd);
        if (isEnd) return;
      }
    };
    setError(undefined);
    read().catch((failed: unknown) => {
      if (!controller.signal.aborted) setError(failed);
    });
    return () => controller.abort();
  }, [id, version, attempt]);
  return { entries, isWhole, error, retry: () => setAttempt(attempt + 1) };
}
