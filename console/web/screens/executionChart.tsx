import { useCallback, useMemo } from 'preact/hooks';
import type { HistoryEntry } from '../../../client/index.ts';
import type { ChartModel } from '../../chart/model.ts';
import { ChartPaths } from '../../chart/pathOf.ts';
import { StateChart } from '../../chart/stateChart.ts';
import type { MachineChart } from '../../server/api.ts';
import { MachineChart as ChartOfMachine } from '../chart/machineChart.tsx';
import type { Place } from '../location.ts';
import { counted } from '../time.ts';
import { useFollower } from '../useFollower.ts';
import { isActive } from './events.ts';

/** The machine's chart with the path of the execution up to an entry. */
export function ExecutionChart({
  chart,
  entries,
  entry,
  id,
  place,
  now,
  onChoose,
}: {
  readonly chart: MachineChart;
  readonly entries: readonly HistoryEntry[];
  readonly entry: number;
  readonly id: string;
  readonly place: Place;
  readonly now: number;
  readonly onChoose: (entry: number) => void;
}) {
  const begin = useCallback(() => new ChartPaths(new StateChart(chart.model)), [chart]);
  const paths = useFollower(begin, entries);
  const path = useMemo(() => paths.at(entry), [paths, entries, entry]);
  // Waits count down at the last entry alone: those of earlier ones are over.
  const isCounting =
    entry === entries.length && path.waiting.some(({ type }) => type === 'timer' || type === 'retry');
  const factsOf = (node: string) => {
    const visits = path.visits[node] ?? 0;
    const visit = visits === 0 ? undefined : lastVisit(chart.model, entries, entry, node);
    return (
      <p>
        {visits === 0 ? 'Not entered up to here.' : `Entered ${counted(visits, 'time')} up to here. `}
        {visit !== undefined && (
          <button type="button" class="small" onClick={() => onChoose(visit)}>
            Go to entry {visit}
          </button>
        )}
      </p>
    );
  };
  return (
    <ChartOfMachine
      chart={chart}
      place={place}
      path={path}
      nowMs={isCounting ? now : undefined}
      label={`Chart of ${chart.model.machine} with the path of ${id}`}
      factsOf={factsOf}
    />
  );
}

/** The entry at which a state was entered last, up to another. */
function lastVisit(
  { nodes }: ChartModel,
  entries: readonly HistoryEntry[],
  upTo: number,
  id: string,
): number | undefined {
  const node = nodes.find((each) => each.id === id);
  if (!node) return undefined;
  const isIn = ({ transition }: HistoryEntry) => transition !== undefined && isActive(node, transition.to);
  const wasIn = (index: number) => {
    const each = entries[index];
    return each !== undefined && isIn(each);
  };
  let at = entries.slice(0, upTo).findLastIndex(isIn);
  while (at > 0 && wasIn(at - 1)) at--;
  return at < 0 ? undefined : entries[at]?.number;
}
