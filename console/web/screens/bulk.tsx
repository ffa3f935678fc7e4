import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import type { ExecutionStatus } from '../../../client/index.ts';
import type { BulkProgress, BulkRequest, ConsoleInfo } from '../../server/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { statusName } from '../parts/icons.tsx';
import { Problem } from '../parts/notices.tsx';
import { get, post } from '../request.ts';
import { counted, number } from '../time.ts';
import { type Filter, sinceOf, statuses } from './filters.tsx';

type Control = BulkRequest['control'];

/** The statuses in which executions take a request. */
const takes: Readonly<Record<Control, readonly ExecutionStatus[]>> = {
  stop: ['RUNNING', 'SUSPENDED', 'PENDING_REDRIVE'],
  redrive: ['FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'],
  suspend: ['RUNNING'],
  resume: ['SUSPENDED'],
};

const controls: readonly Control[] = ['redrive', 'stop', 'suspend', 'resume'];

const effects: Readonly<Record<Control, string>> = {
  stop: 'Each ends as ABORTED. A redrive can continue it.',
  redrive: 'Each continues from where it was. Nothing that succeeded runs again.',
  suspend: 'Each stands still until a resume.',
  resume: 'Each continues with everything that has come meanwhile.',
};

/** The same request for all executions that the filter names: first a dry run, then the request. */
export function BulkDialog({
  filter,
  info,
  onClose,
}: {
  readonly filter: Filter;
  readonly info: ConsoleInfo | undefined;
  readonly onClose: () => void;
}) {
  const chosen = filter.statuses[0];
  const [control, setControl] = useState<Control>(
    controls.find((each) => chosen && takes[each].includes(chosen)) ?? 'redrive',
  );
  const [machine, setMachine] = useState(filter.machine || info?.machines[0] || '');
  const [status, setStatus] = useState<ExecutionStatus>(
    chosen && takes[control].includes(chosen) ? chosen : (takes[control][0] ?? 'FAILED'),
  );
  const [cause, setCause] = useState('');
  const [job, setJob] = useState<BulkProgress | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const since = status === 'RUNNING' ? undefined : sinceOf(filter.within);
  const request: BulkRequest = {
    control,
    machine,
    status,
    ...(filter.prefix !== '' && { idPrefix: filter.prefix }),
    ...(since !== undefined && { since }),
    ...(cause !== '' && { cause }),
  };
  const begin = async (isDryRun: boolean) => {
    setError(undefined);
    try {
      setJob(await post<BulkProgress>('/bulk', { ...request, ...(isDryRun && { isDryRun }) }));
    } catch (failed) {
      setError(failed);
    }
  };
  const change = (next: () => void) => {
    setJob(undefined);
    next();
  };
  const changeControl = (next: Control) =>
    change(() => {
      setControl(next);
      if (!takes[next].includes(status)) setStatus(takes[next][0] ?? 'FAILED');
    });
  const isDry = job?.request.isDryRun === true;
  return (
    <Dialog title="Bulk actions" onClose={onClose}>
      <div class="form">
        <div class="fields">
          <Choice
            label="Action"
            value={control}
            choices={controls.map((each) => [each, each])}
            onChange={changeControl}
          />
          <Choice
            label="Machine"
            value={machine}
            choices={(info?.machines ?? []).map((each) => [each, each])}
            onChange={(next) => change(() => setMachine(next))}
          />
          <Choice
            label="Status"
            value={status}
            choices={statuses
              .filter((each) => takes[control].includes(each))
              .map((each) => [each, statusName(each)])}
            onChange={(next) => change(() => setStatus(next))}
          />
        </div>
        <label class="field wide">
          <span>Cause, for the history</span>
          <input value={cause} onInput={(event) => setCause(event.currentTarget.value)} />
        </label>
        <p class="effect">
          All {statusName(status).toLowerCase()} executions of {machine}
          {filter.prefix !== '' && ` with ids that begin with ${filter.prefix}`}
          {since !== undefined && ', of the chosen time'}. {effects[control]}
        </p>
        {error !== undefined && <Problem error={error} />}
        {job && <Progress key={job.id} first={job} />}
        <div class="buttons">
          <button type="button" onClick={() => begin(true)} disabled={machine === ''}>
            Dry run
          </button>
          <button type="button" class="primary" disabled={!isDry} onClick={() => begin(false)}>
            {`${control[0]?.toUpperCase()}${control.slice(1)} them`}
          </button>
          {!isDry && !job && <span class="quiet">Do a dry run first.</span>}
        </div>
      </div>
    </Dialog>
  );
}

function Choice<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          const found = choices.find(([each]) => each === event.currentTarget.value);
          if (found) onChange(found[0]);
        }}
      >
        {choices.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const outcomeNames: Readonly<Record<string, string>> = {
  listed: 'would receive it',
  sent: 'received it',
  sentBefore: 'had received it before',
  skipped: 'have moved on, and were skipped',
  notApplicable: 'have nothing that the patch could change',
};

function Progress({ first }: { readonly first: BulkProgress }) {
  const { data: job = first, error } = useQuery({
    queryKey: ['bulk', first.id],
    queryFn: () => get<BulkProgress>(`/bulk/${first.id}`),
    refetchInterval: ({ state }) => (state.data?.isDone ? false : 400),
    initialData: first,
    staleTime: 0,
  });
  const total = Object.values(job.outcomes).reduce((sum, count) => sum + count, 0);
  const isDry = job.request.isDryRun === true;
  return (
    <div class="progress" role="status">
      <progress aria-label="Progress" {...(job.isDone ? { value: 1, max: 1 } : {})} />
      <p>
        {job.isDone ? '' : `${isDry ? 'Looking' : 'Working'}: `}
        {total === 0 && job.isDone && job.error === undefined
          ? 'No execution fits.'
          : Object.entries(job.outcomes)
              .map(([outcome, count]) => `${counted(count, 'execution')} ${outcomeNames[outcome] ?? outcome}`)
              .join('; ')}
      </p>
      {isDry && job.examples.length > 0 && (
        <p class="quiet ids">
          {job.examples.join(', ')}
          {total > job.examples.length && ` and ${number(total - job.examples.length)} more`}
        </p>
      )}
      {job.error !== undefined && <p class="bad">{job.error}</p>}
      {error && <Problem error={error} />}
      {!job.isDone && (
        <button type="button" class="small" onClick={() => post(`/bulk/${job.id}/cancel`, {})}>
          Cancel
        </button>
      )}
    </div>
  );
}
