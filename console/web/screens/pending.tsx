import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import type { ExecutionDescription } from '../../../client/index.ts';
import type { ConsoleInfo, DoctorView, ExecutionView, PendingView } from '../../server/api.ts';
import { links } from '../location.ts';
import { StatusMark } from '../parts/icons.tsx';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { executionPath, get } from '../request.ts';
import { counted, fromNow, number } from '../time.ts';
import { useNow } from '../useNow.ts';
import { visible } from '../visible.ts';
import type { ActionName } from './actionForms.ts';
import { ActionDialog } from './actions.tsx';

/** Everything that waits for a person or a machine, with the action beside it. */
export function Pending({ info }: { readonly info: ConsoleInfo | undefined }) {
  const pending = useQuery({ queryKey: ['pending'], queryFn: () => get<PendingView>('/pending') });
  const now = useNow(info?.nowMs);
  const [action, setAction] = useState<
    { readonly name: ActionName; readonly description: ExecutionDescription } | undefined
  >(undefined);
  const [error, setError] = useState<unknown>(undefined);
  if (pending.error) return <Problem error={pending.error} retry={() => pending.refetch()} />;
  if (!pending.data) return <Loading what="what waits" />;
  const { tasks, machines, parked, looked, isPartial } = pending.data;
  const mayWrite = info !== undefined && !info.isReadOnly;
  const open = async (executionId: string, name: ActionName) => {
    setError(undefined);
    try {
      const { description } = await get<ExecutionView>(executionPath(executionId));
      setAction({ name, description });
    } catch (failed) {
      setError(failed);
    }
  };
  const act = (executionId: string, name: ActionName, text: string) =>
    mayWrite && (
      <button type="button" class="small" onClick={() => open(executionId, name)}>
        {text} …
      </button>
    );
  return (
    <div class="screen prose">
      <div class="filter-row">
        <h1>Pending</h1>
        <button type="button" onClick={() => pending.refetch()}>
          Look again
        </button>
      </div>
      {error !== undefined && <Problem error={error} />}
      <p class="quiet">
        {counted(looked, 'running execution')} looked at{isPartial ? '; there are more' : ''}.
      </p>
      <section>
        <h2>Waiting for a person</h2>
        {tasks.length === 0 && <p class="quiet">No task waits for a result.</p>}
        <ul class="work">
          {tasks.map(({ token, executionId, machine, worker, deadline }) => (
            <li key={token}>
              <a href={links.execution(executionId)}>{visible(executionId)}</a>
              <span>{worker}</span>
              <span class="quiet">
                {machine}
                {deadline !== undefined && `, deadline ${fromNow(deadline, now)}`}
              </span>
              {act(executionId, 'task', 'Give result')}
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>Waiting for a machine</h2>
        {machines.length === 0 && <p class="quiet">No execution waits for its machine.</p>}
        <ul class="work">
          {machines.map(({ executionId, code, message, nextAttemptAt }) => (
            <li key={executionId}>
              <a href={links.execution(executionId)}>{visible(executionId)}</a>
              <span class="wait">{code}</span>
              <span class="quiet">
                {message} {nextAttemptAt !== undefined && `It looks again ${fromNow(nextAttemptAt, now)}.`}
              </span>
              {act(executionId, 'stop', 'Stop')}
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>Waiting for an operator</h2>
        {parked.length === 0 && <p class="quiet">No execution is suspended or waits for a redrive.</p>}
        <ul class="work">
          {parked.map(({ executionId, machine, status, endedAt }) => (
            <li key={executionId}>
              <a href={links.execution(executionId)}>{visible(executionId)}</a>
              <StatusMark status={status} />
              <span class="quiet">
                {machine}
                {endedAt !== undefined && `, ${fromNow(endedAt, now)}`}
              </span>
              {status === 'SUSPENDED'
                ? act(executionId, 'resume', 'Resume')
                : act(executionId, 'redrive', 'Redrive')}
            </li>
          ))}
        </ul>
      </section>
      <Doctor />
      {action && (
        <ActionDialog
          name={action.name}
          description={action.description}
          chart={undefined}
          entries={[]}
          onDone={() => {
            setAction(undefined);
            window.setTimeout(() => void pending.refetch(), 700);
          }}
          onClose={() => setAction(undefined)}
        />
      )}
    </div>
  );
}

function Doctor() {
  const [isAsked, setAsked] = useState(false);
  const doctor = useQuery({
    queryKey: ['doctor'],
    queryFn: () => get<DoctorView>('/doctor'),
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <section>
      <h2>Doctor</h2>
      {!isAsked && (
        <p>
          <button type="button" onClick={() => setAsked(true)}>
            Examine the table
          </button>{' '}
          <span class="quiet">It reads the whole table once, and changes nothing.</span>
        </p>
      )}
      {isAsked && doctor.isFetching && <Loading what="the whole table" />}
      {doctor.error ? <Problem error={doctor.error} retry={() => doctor.refetch()} /> : null}
      {doctor.data && (
        <>
          <p class="quiet">
            {counted(doctor.data.executions, 'execution')} examined with {number(doctor.data.readUnits)} read
            units.
          </p>
          {doctor.data.findings.length === 0 ? (
            <Empty title="Nothing is wrong" />
          ) : (
            <>
              <ul class="work">
                {doctor.data.findings.map(({ kind, executionId, detail }) => (
                  <li key={`${kind} ${executionId} ${detail}`}>
                    <a href={links.execution(executionId)}>{visible(executionId)}</a>
                    <span class="wait">{kind}</span>
                    <span class="quiet">{detail}</span>
                  </li>
                ))}
              </ul>
              <p>
                Repair them with <code>npx millrace doctor</code>.
              </p>
            </>
          )}
        </>
      )}
    </section>
  );
}
