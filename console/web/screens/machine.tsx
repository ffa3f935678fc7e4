import { useQuery } from '@tanstack/preact-query';
import { useMemo, useState } from 'preact/hooks';
import type { ConsoleInfo, MachineNumbers, MachineView } from '../../server/api.ts';
import { ChartPane } from '../chart/chartPane.tsx';
import { ChartView } from '../chart/chartView.tsx';
import { changedQuery, links, navigate, type Place } from '../location.ts';
import { StatusMark } from '../parts/icons.tsx';
import { JsonTree } from '../parts/jsonTree.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { get } from '../request.ts';
import { counted, duration, number, usd } from '../time.ts';
import { statuses } from './filters.tsx';
import { StartForm } from './startForm.tsx';

export function Machine({
  id,
  place,
  info,
}: {
  readonly id: string;
  readonly place: Place;
  readonly info: ConsoleInfo | undefined;
}) {
  const version = place.query.get('version') ?? undefined;
  const path = `/machines/${encodeURIComponent(id)}`;
  const machine = useQuery({
    queryKey: ['machine', id, version],
    queryFn: () => get<MachineView>(path, { version }),
  });
  const numbers = useQuery({
    queryKey: ['numbers', id],
    queryFn: () => get<MachineNumbers>(`${path}/numbers`),
  });
  const [tab, setTab] = useState<'numbers' | 'source' | 'start'>('numbers');
  const counts = useMemo(() => countsByNode(machine.data, numbers.data), [machine.data, numbers.data]);
  if (machine.error) return <Problem error={machine.error} retry={() => machine.refetch()} />;
  if (!machine.data) return <Loading what={`the machine ${id}`} />;
  const { chart, chartProblem, versions, source } = machine.data;
  const tabs = [
    { name: 'numbers', title: 'Numbers' },
    ...(source === undefined ? [] : [{ name: 'source', title: 'Source' } as const]),
    ...(info && !info.isReadOnly ? [{ name: 'start', title: 'Start' } as const] : []),
  ] as const;
  return (
    <div class="screen machine">
      <div class="head">
        <div class="head-line">
          <h1>{id}</h1>
          {versions.length > 0 && (
            <label class="field">
              <span class="hidden">Version</span>
              <select
                value={machine.data.version}
                onChange={(event) => navigate(changedQuery(place, { version: event.currentTarget.value }))}
              >
                {versions.map((each) => (
                  <option key={each} value={each}>
                    version {each}
                  </option>
                ))}
              </select>
            </label>
          )}
          <a href={links.executions({ machine: id })}>All its executions</a>
        </div>
      </div>
      <div class="panes">
        <div class="pane chart-side">
          {chart ? (
            <ChartPane width={chart.drawing.width} height={chart.drawing.height}>
              <ChartView drawing={chart.drawing} counts={counts} label={`Chart of ${id}`} />
            </ChartPane>
          ) : (
            <p class="quiet pad">{chartProblem}</p>
          )}
        </div>
        <div class="pane facts-side">
          <div class="tabs" role="tablist" aria-label="Details of the machine">
            {tabs.map(({ name, title }) => (
              <button
                key={name}
                type="button"
                role="tab"
                id={`tab-${name}`}
                aria-selected={tab === name}
                aria-controls="details"
                onClick={() => setTab(name)}
              >
                {title}
              </button>
            ))}
          </div>
          <div id="details" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
            {tab === 'numbers' && numbers.error ? (
              <Problem error={numbers.error} retry={() => numbers.refetch()} />
            ) : null}
            {tab === 'numbers' &&
              !numbers.error &&
              (numbers.data ? (
                <Numbers machine={id} numbers={numbers.data} />
              ) : (
                <Loading what="a sample of executions" />
              ))}
            {tab === 'source' && <JsonTree value={source} label="source" />}
            {tab === 'start' && <StartForm machine={id} version={machine.data.version} />}
          </div>
        </div>
      </div>
    </div>
  );
}

function Numbers({ machine, numbers }: { readonly machine: string; readonly numbers: MachineNumbers }) {
  const { counts, now, states, runningSampled, endedSampled, price } = numbers;
  const nowIn = new Map(now.map(({ state, count }) => [state, count]));
  const rows = [
    ...states,
    ...now
      .filter(({ state }) => !states.some((each) => each.state === state))
      .map(({ state }) => ({ state, visits: 0, p50Ms: 0, p95Ms: 0, failures: 0 })),
  ];
  const longest = Math.max(1, ...rows.map(({ p95Ms }) => p95Ms));
  return (
    <div class="details">
      <ul class="status-counts">
        {statuses
          .filter((status) => counts[status].count > 0)
          .map((status) => (
            <li key={status}>
              <a href={links.executions({ machine, status })}>
                <StatusMark status={status} />
                <b class="num">
                  {number(counts[status].count)}
                  {counts[status].isPartial ? '+' : ''}
                </b>
              </a>
            </li>
          ))}
      </ul>
      {rows.length === 0 ? (
        <p class="quiet">No executions yet.</p>
      ) : (
        <table class="figures states">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Now</th>
              <th scope="col">Visits</th>
              <th scope="col">p50</th>
              <th scope="col">p95</th>
              <th scope="col">Failures</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ state, visits, p50Ms, p95Ms, failures }) => (
              <tr key={state}>
                <th scope="row">{state}</th>
                <td class="num">{nowIn.get(state) ?? ''}</td>
                <td class="num">{visits}</td>
                <td class="num">{visits === 0 ? '' : duration(p50Ms)}</td>
                <td class="num">
                  {visits === 0 ? '' : duration(p95Ms)}
                  <meter min={0} max={longest} value={p95Ms} aria-label={`p95 of ${state}`} />
                </td>
                <td class={failures > 0 ? 'num bad' : 'num'}>{failures === 0 ? '' : failures}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > 0 && (
        <p class="quiet">
          Times and failures are those of the {counted(endedSampled, 'execution')} that ended last; the states
          now are those of {counted(runningSampled, 'running execution')}. The table keeps no such numbers, so
          that they cost no writes.
        </p>
      )}
      {price && (
        <p>
          A million executions like these: {usd(price.millraceUsd)} of DynamoDB writes (
          {price.writeUnits.toFixed(1)} write units each). Step Functions would bill{' '}
          {price.stateTransitions.toFixed(1)} state transitions each: {usd(price.stepFunctionsUsd)}.
        </p>
      )}
    </div>
  );
}

/** The states now, by the chart's nodes. */
function countsByNode(
  machine: MachineView | undefined,
  numbers: MachineNumbers | undefined,
): ReadonlyMap<string, number> {
  const byPath = new Map((numbers?.now ?? []).map(({ state, count }) => [state, count]));
  const nodes = machine?.chart?.model.nodes ?? [];
  return new Map(
    nodes.flatMap(({ id, path }) => {
      const count = byPath.get(path.join('.'));
      return count === undefined || path.length === 0 ? [] : [[id, count] as const];
    }),
  );
}
