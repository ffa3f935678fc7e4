import type { ComponentChildren } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import type { Drawing } from '../../chart/drawing.ts';
import type { ChartModel, NodeId } from '../../chart/model.ts';
import type { ChartPath } from '../../chart/path.ts';
import type { MachineChart as Chart } from '../../server/api.ts';
import { changeQuery, type Place } from '../location.ts';
import { ChartPane } from './chartPane.tsx';
import { ChartView } from './chartView.tsx';
import { selectionOf } from './marks.ts';
import { StateCard } from './stateCard.tsx';

interface MachineChartProps {
  readonly chart: Chart;
  readonly place: Place;
  readonly label: string;
  readonly path?: ChartPath;
  readonly counts?: ReadonlyMap<string, number>;
  readonly nowMs?: number | undefined;
  /** More about a state that is chosen. */
  readonly factsOf?: (id: NodeId) => ComponentChildren;
}

/** Small charts are read at a glance: they need no list of their states. */
const mostWithoutFinder = 12;

/** A chart in its pane. A click on a state, or the list of states, chooses one: the address names it. */
export function MachineChart({ chart, place, label, path, counts, nowMs, factsOf }: MachineChartProps) {
  const { drawing, model } = chart;
  const asked = place.query.get('state');
  const node = useMemo(() => (asked === null ? undefined : nodeNamed(model, asked)), [model, asked]);
  const selection = useMemo(
    () => (node === undefined ? undefined : selectionOf(drawing, node)),
    [drawing, node],
  );
  const select = useCallback(
    (id: NodeId | undefined) => {
      const found = model.nodes.find((each) => each.id === id);
      changeQuery({ state: found?.path.join('.') });
    },
    [model],
  );
  const states = useMemo(() => model.nodes.filter(({ path: each }) => each.length > 0), [model]);
  const isUnlabelled = drawing.layout === 'unlabelled' || drawing.layout === 'outline';
  return (
    <ChartPane
      width={drawing.width}
      height={drawing.height}
      focus={drawing.nodes.find(({ id }) => id === node)?.box}
      onSelect={select}
      note={isUnlabelled ? denseNotes[drawing.layout] : undefined}
      finder={
        states.length > mostWithoutFinder && (
          <select
            class="finder"
            aria-label="Find a state"
            value={node ?? ''}
            onChange={({ currentTarget: { value } }) => select(value === '' ? undefined : value)}
          >
            <option value="">Find a state …</option>
            {states.map(({ id, path: each }) => (
              <option key={id} value={id}>
                {each.join('.')}
              </option>
            ))}
          </select>
        )
      }
      card={
        node !== undefined && (
          <StateCard
            model={model}
            id={node}
            isRight={isLeftHalf(drawing, node)}
            onSelect={select}
            onClose={() => select(undefined)}
          >
            {factsOf?.(node)}
          </StateCard>
        )
      }
    >
      <ChartView
        drawing={drawing}
        path={path}
        counts={counts}
        label={label}
        selection={selection}
        nowMs={nowMs}
      />
    </ChartPane>
  );
}

const denseNotes = {
  unlabelled: 'A dense chart: choose a state to read its transitions.',
  outline: 'Too dense to be drawn in time: each row leads to a state.',
} as const;

/** The card of a state stands on the other side of the chart. */
function isLeftHalf({ nodes, width }: Drawing, id: NodeId): boolean {
  const box = nodes.find((node) => node.id === id)?.box;
  return box !== undefined && box.x + box.width / 2 < width / 2;
}

function nodeNamed({ nodes }: ChartModel, name: string): NodeId | undefined {
  return nodes.find(({ path }) => path.length > 0 && path.join('.') === name)?.id;
}
