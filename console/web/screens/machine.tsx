import { useQuery } from '@tanstack/preact-query';
import { useMemo } from 'preact/hooks';
import type { ConsoleInfo, MachineNumbers, MachineView } from '../../server/api.ts';
import { MachineChart } from '../chart/machineChart.tsx';
import { changedQuery, changeQuery, links, navigate, type Place } from '../location.ts';
import { JsonTree } from '../parts/jsonTree.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { get } from '../request.ts';
import { visible } from '../visible.ts';
import { MachineFigures } from './machineFigures.tsx';
import { StartForm } from './startForm.tsx';

const names = ['Numbers', 'Source', 'Start'] as const;

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
    refetchInterval: ({ state }) => (state.data?.isMeasuring ? 2000 : false),
  });
  const counts = useMemo(() => countsByNode(machine.data, numbers.data), [machine.data, numbers.data]);
  if (machine.error) return <Problem error={machine.error} retry={() => machine.refetch()} />;
  if (!machine.data) return <Loading what={`the machine ${id}`} />;
  const { chart, chartProblem, versions, source } = machine.data;
  const tabs = names.filter(
    (name) =>
      name === 'Numbers' ||
      (name === 'Source' && source !== undefined) ||
      (name === 'Start' && info?.isReadOnly === false),
  );
  const tab = tabs.find((name) => name.toLowerCase() === place.query.get('tab')) ?? 'Numbers';
  return (
    <div class="screen machine">
      <div class="head">
        <div class="head-line">
          <h1>{visible(id)}</h1>
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
            <MachineChart chart={chart} place={place} counts={counts} label={`Chart of ${id}`} />
          ) : (
            <p class="quiet pad">{chartProblem}</p>
          )}
        </div>
        <div class="pane facts-side">
          <Tabs
            label="Details of the machine"
            tabs={tabs}
            chosen={tab}
            onChoose={(next) => changeQuery({ tab: next.toLowerCase() })}
          >
            {tab === 'Numbers' && numbers.error ? (
              <Problem error={numbers.error} retry={() => numbers.refetch()} />
            ) : null}
            {tab === 'Numbers' &&
              !numbers.error &&
              (numbers.data ? (
                <MachineFigures machine={id} numbers={numbers.data} />
              ) : (
                <Loading what="a sample of executions" />
              ))}
            {tab === 'Source' && <JsonTree value={source} label="source" />}
            {tab === 'Start' && <StartForm machine={id} version={machine.data.version} />}
          </Tabs>
        </div>
      </div>
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
