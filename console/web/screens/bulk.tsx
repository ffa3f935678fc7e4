import { useState } from 'preact/hooks';
import type { ExecutionStatus } from '../../../client/index.ts';
import type { BulkProgress, BulkRequest, ConsoleInfo } from '../../server/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/fields.tsx';
import { statusName } from '../parts/icons.tsx';
import { Problem } from '../parts/notices.tsx';
import { post } from '../request.ts';
import { counted } from '../time.ts';
import { visible } from '../visible.ts';
import { BulkProgressBar } from './bulkProgress.tsx';
import { boundsOf, type Filter } from './filter.ts';

type Control = BulkRequest['control'];

/** The statuses in which executions take a request. */
const takes: Readonly<Record<Control, readonly ExecutionStatus[]>> = {
  stop: ['RUNNING', 'SUSPENDED', 'PENDING_REDRIVE'],
  redrive: ['FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'],
  suspend: ['RUNNING'],
  resume: ['SUSPENDED'],
};

const controls: readonly Control[] = ['redrive', 'stop', 'suspend', 'resume'];

const controlNames: Readonly<Record<Control, string>> = {
  redrive: 'Redrive',
  stop: 'Stop',
  suspend: 'Suspend',
  resume: 'Resume',
};

const effects: Readonly<Record<Control, string>> = {
  stop: 'Each ends as ABORTED. A redrive can continue it.',
  redrive: 'Each continues from where it was. Nothing that succeeded runs again.',
  suspend: 'Each stands still until a resume.',
  resume: 'Each continues with everything that has come meanwhile.',
};

/** The same request for all executions of some machines in some statuses: first a dry run, then the request. */
export function BulkDialog({
  filter,
  info,
  onClose,
}: {
  readonly filter: Filter;
  readonly info: ConsoleInfo | undefined;
  readonly onClose: () => void;
}) {
  const all = info?.machines ?? [];
  const [control, setControl] = useState<Control>(
    controls.find((each) => filter.statuses.some((status) => takes[each].includes(status))) ?? 'redrive',
  );
  const [machines, setMachines] = useState<readonly string[]>(filter.machine === '' ? all : [filter.machine]);
  const [chosen, setChosen] = useState<readonly ExecutionStatus[]>(statusesFor(control, filter));
  const [cause, setCause] = useState('');
  const [job, setJob] = useState<BulkProgress | undefined>(undefined);
  const [total, setTotal] = useState<number | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const time = boundsOf(filter.time);
  const hasTime = filter.time.type !== 'any';
  // The time in which executions entered their status says nothing of those that run.
  const open = takes[control].filter((status) => !hasTime || status !== 'RUNNING');
  const statuses = open.filter((status) => chosen.includes(status));
  const begin = async (isDryRun: boolean) => {
    setError(undefined);
    const request: BulkRequest = {
      control,
      machines,
      statuses,
      ...(filter.prefix !== '' && { idPrefix: filter.prefix }),
      ...time,
      ...(cause !== '' && { cause }),
      ...(isDryRun && { isDryRun }),
    };
    try {
      setJob(await post<BulkProgress>('/bulk', request));
      if (isDryRun) setTotal(undefined);
    } catch (failed) {
      setError(failed);
    }
  };
  /** A dry run is one of what was chosen then. */
  const change = (next: () => void) => {
    setJob(undefined);
    next();
  };
  const isSure = job?.request.isDryRun === true && total !== undefined;
  return (
    <Dialog title="Bulk actions" onClose={onClose}>
      <div class="form">
        <fieldset class="segments">
          <legend class="hidden">Action</legend>
          {controls.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={control === each}
              onClick={() =>
                change(() => {
                  setControl(each);
                  setChosen(statusesFor(each, filter));
                })
              }
            >
              {controlNames[each]}
            </button>
          ))}
        </fieldset>
        <Several
          label="Machines"
          all={all}
          chosen={machines}
          nameOf={visible}
          onChange={(next) => change(() => setMachines(next))}
        />
        <Several
          label="Statuses"
          all={open}
          chosen={statuses}
          nameOf={statusName}
          onChange={(next) => change(() => setChosen(next))}
        />
        {open.length < takes[control].length && (
          <p class="quiet">
            Running executions are left out, because the list is limited to a time. Clear the time to include
            them.
          </p>
        )}
        <TextField
          label="Cause, for the history"
          value={cause}
          onChange={(next) => change(() => setCause(next))}
        />
        <p class="effect">
          {scopeText(machines, statuses, all)}
          {filter.prefix !== '' && ` with ids that begin with ${visible(filter.prefix)}`}
          {hasTime && ', of the chosen time'}. {effects[control]}
        </p>
        {error !== undefined && <Problem error={error} />}
        {job && <BulkProgressBar key={job.id} first={job} total={total} onDryRun={setTotal} />}
        <div class="buttons">
          <button
            type="button"
            onClick={() => begin(true)}
            disabled={machines.length === 0 || statuses.length === 0}
          >
            Dry run
          </button>
          <button
            type="button"
            class={control === 'stop' ? 'primary danger' : 'primary'}
            disabled={!isSure || total === 0}
            onClick={() => begin(false)}
          >
            {controlNames[control]} them
          </button>
          {!job && <span class="quiet">Do a dry run first.</span>}
        </div>
      </div>
    </Dialog>
  );
}

/** Those of the list, where they take the request; else the ones that it is mostly for. */
function statusesFor(control: Control, filter: Filter): readonly ExecutionStatus[] {
  const listed = filter.statuses.filter((status) => takes[control].includes(status));
  return listed.length > 0 ? listed : takes[control].slice(0, 1);
}

function scopeText(
  machines: readonly string[],
  statuses: readonly ExecutionStatus[],
  all: readonly string[],
): string {
  const which = statuses.map((status) => statusName(status).toLowerCase()).join(' and ') || 'no';
  const named = machines.length <= 3 ? machines.map(visible).join(', ') : counted(machines.length, 'machine');
  const of =
    machines.length > 1 && machines.length === all.length ? `all ${machines.length} machines` : named;
  return `The ${which} executions of ${of || 'no machine'}`;
}

function Several<T extends string>({
  label,
  all,
  chosen,
  nameOf,
  onChange,
}: {
  readonly label: string;
  readonly all: readonly T[];
  readonly chosen: readonly T[];
  readonly nameOf: (each: T) => string;
  readonly onChange: (chosen: readonly T[]) => void;
}) {
  return (
    <fieldset class="chips several">
      <legend>
        {label}
        {all.length > 1 && (
          <>
            {' '}
            <button type="button" class="link" onClick={() => onChange(all)}>
              all
            </button>{' '}
            <button type="button" class="link" onClick={() => onChange([])}>
              none
            </button>
          </>
        )}
      </legend>
      {all.map((each) => (
        <button
          key={each}
          type="button"
          class={`chip-button ${each}`}
          aria-pressed={chosen.includes(each)}
          onClick={() => onChange(all.filter((other) => (other === each) !== chosen.includes(other)))}
        >
          {nameOf(each)}
        </button>
      ))}
    </fieldset>
  );
}
