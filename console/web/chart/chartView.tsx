import { useMemo } from 'preact/hooks';
import type { Drawing, DrawnEdge, DrawnNode, DrawnRow, DrawnText, Point } from '../../chart/drawing.ts';
import { rowIcons, toneIcons } from '../../chart/icons.ts';
import { arrowHead, edgePath } from '../../chart/lines.ts';
import type { ChartPath } from '../../chart/path.ts';
import { Badges } from './badges.tsx';
import { isNear, type Marks, marksOf, type Selection } from './marks.ts';

interface ChartProps {
  readonly drawing: Drawing;
  readonly path?: ChartPath | undefined;
  /** Executions in each state now, by node. */
  readonly counts?: ReadonlyMap<string, number> | undefined;
  readonly label: string;
  /** The state that the reader looks at: its transitions stand out. */
  readonly selection?: Selection | undefined;
  /** The time that countdowns end with. Absent: there are none. */
  readonly nowMs?: number | undefined;
}

/** The chart as SVG. Every place is in the drawing: nothing is measured here. */
export function ChartView({ drawing, path, counts, label, selection, nowMs }: ChartProps) {
  const marks = useMemo(() => path && marksOf(path), [path]);
  const { width, height, nodes } = drawing;
  // The clock of the page ticks every second: the chart is not drawn again for it.
  const chart = useMemo(
    () => <Parts drawing={drawing} marks={marks} selection={selection} />,
    [drawing, marks, selection],
  );
  return (
    <svg
      class={`chart${marks ? ' marked' : ''}${selection ? ' focused' : ''}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
      {chart}
      {nodes.map((node) => (
        <Badges key={node.id} node={node} marks={marks} count={counts?.get(node.id)} nowMs={nowMs} />
      ))}
    </svg>
  );
}

interface PartsProps {
  readonly drawing: Drawing;
  readonly marks: Marks | undefined;
  readonly selection: Selection | undefined;
}

function Parts({ drawing: { nodes, edges }, marks, selection }: PartsProps) {
  const groups = nodes.filter((node) => node.children.length > 0);
  return (
    <>
      {nodes.map((node) => (
        <NodeBox key={node.id} node={node} marks={marks} selection={selection} />
      ))}
      {edges.map((edge) => (
        <EdgeLine key={edge.id} edge={edge} marks={marks} selection={selection} />
      ))}
      {edges.map((edge) => (
        <EdgeLabel key={edge.id} edge={edge} marks={marks} selection={selection} />
      ))}
      {/* Edges may cross groups: their titles stand above. */}
      {groups.map((node) => (
        <NodeTexts key={node.id} node={node} marks={marks} selection={selection} isHaloed />
      ))}
    </>
  );
}

interface MarkedProps {
  readonly marks: Marks | undefined;
  readonly selection: Selection | undefined;
}

function stateClass(node: DrawnNode, marks: Marks | undefined): string {
  if (!marks) return '';
  if (marks.path.failed === node.id) return ' failed';
  if (marks.active.has(node.id)) return ' active';
  return (marks.path.visits[node.id] ?? 0) > 0 ? ' visited' : ' idle';
}

/** Above the rows of a state. */
const titleHeight = 28;

function NodeBox({ node, marks, selection }: MarkedProps & { readonly node: DrawnNode }) {
  const { box, kind, children, header, rows } = node;
  if (kind === 'initial') {
    const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
    return <circle class="initial" cx={cx} cy={cy} r={Math.min(box.width, box.height) / 2} />;
  }
  const isGroup = children.length > 0;
  const inset = isGroup ? 10 : 0;
  const radius = kind === 'history' ? box.width / 2 : isGroup ? 10 : 7;
  const chosen = selection?.node === node.id ? ' chosen' : '';
  const shape = `node ${kind}${isGroup ? ' group' : ''}${node.isRegion ? ' region' : ''}${node.parent === undefined ? ' root' : ''}`;
  return (
    <g class={`${shape}${stateClass(node, marks)}${chosen}`} data-node={node.id}>
      <rect class="box" {...box} rx={radius} />
      {kind === 'final' && (
        <rect
          class="inner"
          x={box.x + 3}
          y={box.y + 3}
          width={box.width - 6}
          height={box.height - 6}
          rx={5}
        />
      )}
      {rows.length > 0 && header > titleHeight && (
        <path class="rule" d={`M${box.x + inset} ${box.y + titleHeight}H${box.x + box.width - inset}`} />
      )}
      {!isGroup && <NodeTexts node={node} marks={marks} selection={selection} />}
    </g>
  );
}

function NodeTexts({
  node,
  marks,
  selection,
  isHaloed = false,
}: MarkedProps & { readonly node: DrawnNode; readonly isHaloed?: boolean }) {
  return (
    <g class={`texts${isHaloed ? ' halo' : ''}${stateClass(node, marks)}`} data-title={node.id}>
      <Text text={node.title} class="title" />
      {node.note && <Text text={node.note} class="note" />}
      {node.rows.map((row) => (
        <Row key={`${row.kind} ${row.text.y}`} row={row} marks={marks} selection={selection} />
      ))}
    </g>
  );
}

function Row({ row, marks, selection }: MarkedProps & { readonly row: DrawnRow }) {
  const isLast = row.edges.some((edge) => marks?.last.has(edge));
  const isTaken = row.edges.some((edge) => (marks?.path.taken[edge] ?? 0) > 0);
  const isGoal = selection !== undefined && row.targets.includes(selection.node);
  return (
    <g
      class={`chart-row ${row.kind} tone-${row.tone}${isLast ? ' last' : isTaken ? ' taken' : ''}${isGoal ? ' near' : ''}`}
      {...(row.targets[0] !== undefined && { 'data-goal': row.targets[0] })}
    >
      <Icon path={rowIcons[row.kind]} at={row.icon} />
      <Text text={row.text} class="row-text" />
    </g>
  );
}

function Icon({ path, at }: { readonly path: string | undefined; readonly at: Point }) {
  return path === undefined ? null : <path class="glyph" d={path} transform={`translate(${at.x} ${at.y})`} />;
}

function Text({ text, class: name }: { readonly text: DrawnText; readonly class: string }) {
  return (
    <text
      class={`${name} font-${text.font}`}
      x={text.x}
      y={text.y}
      textLength={text.width}
      lengthAdjust="spacingAndGlyphs"
    >
      {text.text}
      {text.full !== undefined && <title>{text.full}</title>}
    </text>
  );
}

function edgeClass(edge: DrawnEdge, marks: Marks | undefined): string {
  if (!marks) return '';
  const isInitial = edge.source.endsWith('::initial');
  if (isInitial)
    return (marks.path.visits[edge.source.slice(0, -'::initial'.length)] ?? 0) > 0 ? ' taken' : '';
  if (edge.edges.some((each) => marks.last.has(each))) return ' taken last';
  return edge.edges.some((each) => (marks.path.taken[each] ?? 0) > 0) ? ' taken' : '';
}

function EdgeLine({ edge, marks, selection }: MarkedProps & { readonly edge: DrawnEdge }) {
  const { points, lines, tone } = edge;
  if (points.length < 2) return null;
  const words = lines.map(({ text }) => text.full ?? text.text).join('\n');
  return (
    <g class={`edge tone-${tone}${edgeClass(edge, marks)}${isNear(edge, selection)}`} data-edge={edge.id}>
      <path class="line" d={edgePath(points)} />
      <path class="arrow" d={arrowHead(points)} />
      {words !== '' && !edge.label && <title>{words}</title>}
    </g>
  );
}

function EdgeLabel({ edge, marks, selection }: MarkedProps & { readonly edge: DrawnEdge }) {
  const { label, lines } = edge;
  if (!label || lines.length === 0) return null;
  return (
    <g class={`edge-label${edgeClass(edge, marks)}${isNear(edge, selection)}`} data-label={edge.id}>
      <rect {...label} rx={3} />
      {lines.map((line) => {
        const isTaken = (marks?.path.taken[line.edge] ?? 0) > 0;
        return (
          <g key={line.edge} class={`tone-${line.tone}${marks && !isTaken ? ' untaken' : ''}`}>
            {line.icon && <Icon path={toneIcons[line.tone]} at={line.icon} />}
            <Text text={line.text} class="label-text" />
          </g>
        );
      })}
    </g>
  );
}
