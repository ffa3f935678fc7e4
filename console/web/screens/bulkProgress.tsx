import { useQuery } from '@tanstack/preact-query';
import { useEffect } from 'preact/hooks';
import type { BulkProgress } from '../../server/api.ts';
import { statusName } from '../parts/icons.tsx';
import { Problem } from '../parts/notices.tsx';
import { get, post } from '../request.ts';
import { counted, number } from '../time.ts';
import { visible } from '../visible.ts';

const outcomeNames: Readonly<Record<string, string>> = {
  listed: 'would receive it',
  sent: 'received it',
  sentBefore: 'had received it before',
  skipped: 'have moved on, and were skipped',
  notApplicable: 'have nothing that the patch could change',
  tooLate: 'ended too long ago to be redriven',
};

/** How far a bulk operation is: against the number of its dry run. */
export function BulkProgressBar({
  first,
  total,
  onDryRun,
}: {
  readonly first: BulkProgress;
  /** The executions of the dry run, once it is known. */
  readonly total: number | undefined;
  readonly onDryRun: (total: number) => void;
}) {
  const { data: job = first, error } = useQuery({
    queryKey: ['bulk', first.id],
    queryFn: () => get<BulkProgress>(`/bulk/${first.id}`),
    refetchInterval: ({ state }) => (state.data?.isDone ? false : 400),
    initialData: first,
    staleTime: 0,
  });
  const isDry = job.request.isDryRun === true;
  const { isDone } = job;
  const listed = job.outcomes.listed ?? 0;
  const sum = Object.values(job.outcomes).reduce((all, count) => all + count, 0);
  const isComplete = isDone && job.error === undefined;
  useEffect(() => {
    if (isDry && isComplete) onDryRun(listed);
  }, [isDry, isComplete, listed, onDryRun]);
  const value = isDone
    ? { value: 1, max: 1 }
    : isDry || total === undefined
      ? {}
      : { value: sum, max: Math.max(1, total, sum) };
  return (
    <div class="progress" role="status">
      <progress aria-label="Progress" {...value} />
      <p>
        {isDone ? '' : `${isDry ? 'Looking' : 'Working'}: `}
        {sum === 0 && isComplete
          ? 'No execution fits.'
          : Object.entries(job.outcomes)
              .map(([outcome, count]) => `${counted(count, 'execution')} ${outcomeNames[outcome] ?? outcome}`)
              .join('; ')}
      </p>
      {job.parts.length > 1 && (
        <ul class="plain-list quiet ids">
          {job.parts.map(({ machine, status, count }) => (
            <li key={`${machine} ${status}`}>
              {visible(machine)}, {statusName(status).toLowerCase()}: {number(count)}
            </li>
          ))}
        </ul>
      )}
      {isDry && job.examples.length > 0 && (
        <p class="quiet ids">
          {job.examples.map(visible).join(', ')}
          {sum > job.examples.length && ` and ${number(sum - job.examples.length)} more`}
        </p>
      )}
      {job.error !== undefined && <p class="bad">{visible(job.error)}</p>}
      {error && <Problem error={error} />}
      {!isDone && (
        <button type="button" class="small" onClick={() => post(`/bulk/${job.id}/cancel`, {})}>
          Cancel
        </button>
      )}
    </div>
  );
}
