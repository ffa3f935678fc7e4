import { useMemo } from 'preact/hooks';
import type { Drawing, DrawnEdge, DrawnNode, DrawnRow, DrawnText, Point } from '../../chart/drawing.ts';
import { rowIcons, toneIcons } from '../../chart/icons.ts';
import { arrowHead, edgePath } from '../../chart/lines.ts';
import type { ChartPath } from '../../chart/path.ts';
import { fromNow } from '../time.ts';

/** The marks of an execution on the chart, as sets. */
interface Marks {
  readonly active: ReadonlySet<string>;
  readonly last: ReadonlySet<string>;
  readonly entered: ReadonlySet<string>;
  readonly path: ChartPath;
}

interface ChartProps {
  readonly drawing: Drawing;
  readonly path?: ChartPath | undefined;
  /** Executions in each state now, by node. */
  readonly counts?: ReadonlyMap<string, number>;
  readonly label: string;
  /** The time that countdowns end with. Absent: there are none. */
  readonly nowMs?: number | undefined;
}

/** The chart as SVG. Every place is in the drawing: nothing is measured here. */
export function ChartView({ drawing, path, counts, label, nowMs }: ChartProps) {
  const marks = useMemo(() => path && marksOf(path), [path]);
  const { width, height, nodes, edges } = drawing;
  const groups = nodes.filter((node) => node.children.length > 0);
  return (
    <svg
      class={marks ? 'chart marked' : 'chart'}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
      {nodes.map((node) => (
        <NodeBox key={node.id} node={node} marks={marks} />
      ))}
      {edges.map((edge) => (
        <EdgeLine key={edge.id} edge={edge} marks={marks} />
      ))}
      {edges.map((edge) => (
        <EdgeLabel key={edge.id} edge={edge} marks={marks} />
      ))}
      {/* Edges may cross groups: their titles stand above. */}
      {groups.map((node) => (
        <NodeTexts key={node.id} node={node} marks={marks} isHaloed />
      ))}
      {nodes.map((node) => (
        <Badges key={node.id} node={node} marks={marks} count={counts?.get(node.id)} nowMs={nowMs} />
      ))}
    </svg>
  );
}

function marksOf(path: ChartPath): Marks {
  return { active: new Set(path.active), last: new Set(path.last), entered: new Set(path.entered), path };
}

function stateClass(node: DrawnNode, marks: Marks | undefined): string {
  if (!marks) return '';
  if (marks.path.failed === node.id) return ' failed';
  if (marks.active.has(node.id)) return ' active';
  return (marks.path.visits[node.id] ?? 0) > 0 ? ' visited' : ' idle';
}

/** Above the rows of a state. */
const titleHeight = 28;

function NodeBox({ node, marks }: { readonly node: DrawnNode; readonly marks: Marks | undefined }) {
  const { box, kind, children, header, rows } = node;
  if (kind === 'initial') {
    const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
    return <circle class="initial" cx={cx} cy={cy} r={Math.min(box.width, box.height) / 2} />;
  }
  const isGroup = children.length > 0;
  const inset = isGroup ? 10 : 0;
  const radius = kind === 'history' ? box.width / 2 : isGroup ? 10 : 7;
  const shape = `node ${kind}${isGroup ? ' group' : ''}${node.isRegion ? ' region' : ''}${node.parent === undefined ? ' root' : ''}`;
  return (
    <g class={`${shape}${stateClass(node, marks)}`} data-node={node.id}>
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
      {!isGroup && <NodeTexts node={node} marks={marks} />}
    </g>
  );
}

function NodeTexts({
  node,
  marks,
  isHaloed = false,
}: {
  readonly node: DrawnNode;
  readonly marks: Marks | undefined;
  readonly isHaloed?: boolean;
}) {
  return (
    <g class={`texts${isHaloed ? ' halo' : ''}${stateClass(node, marks)}`}>
      <Text text={node.title} class="title" />
      {node.note && <Text text={node.note} class="note" />}
      {node.rows.map((row) => (
        <Row key={`${row.kind} ${row.text.y}`} row={row} marks={marks} />
      ))}
    </g>
  );
}

function Row({ row, marks }: { readonly row: DrawnRow; readonly marks: Marks | undefined }) {
  const isLast = row.edges.some((edge) => marks?.last.has(edge));
  const isTaken = row.edges.some((edge) => (marks?.path.taken[edge] ?? 0) > 0);
  return (
    <g class={`chart-row ${row.kind} tone-${row.tone}${isLast ? ' last' : isTaken ? ' taken' : ''}`}>
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

function EdgeLine({ edge, marks }: { readonly edge: DrawnEdge; readonly marks: Marks | undefined }) {
  const { points, lines, tone } = edge;
  if (points.length < 2) return null;
  const words = lines.map(({ text }) => text.full ?? text.text).join('\n');
  return (
    <g class={`edge tone-${tone}${edgeClass(edge, marks)}`} data-edge={edge.id}>
      <path class="line" d={edgePath(points)} />
      <path class="arrow" d={arrowHead(points)} />
      {words !== '' && !edge.label && <title>{words}</title>}
    </g>
  );
}

function EdgeLabel({ edge, marks }: { readonly edge: DrawnEdge; readonly marks: Marks | undefined }) {
  const { label, lines } = edge;
  if (!label || lines.length === 0) return null;
  return (
    <g class={`edge-label${edgeClass(edge, marks)}`}>
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

function Badges({
  node,
  marks,
  count,
  nowMs,
}: {
  readonly node: DrawnNode;
  readonly marks: Marks | undefined;
  readonly count: number | undefined;
  readonly nowMs: number | undefined;
}) {
  const { box } = node;
  if (node.kind === 'initial' || node.parent === undefined) return null;
  const visits = marks?.path.visits[node.id] ?? 0;
  const attempt = marks?.path.attempts[node.id] ?? 0;
  const isFailed = marks?.path.failed === node.id;
  const isActive = marks?.active.has(node.id) === true;
  const texts = [
    ...(isFailed ? [{ text: '✕', kind: 'failed' }] : []),
    ...(attempt > 1 ? [{ text: `attempt ${attempt}`, kind: isFailed ? 'failed' : 'wait' }] : []),
    ...(visits > 1 ? [{ text: `×${visits}`, kind: isActive ? 'active' : 'visited' }] : []),
    ...(count !== undefined && count > 0 ? [{ text: String(count), kind: 'active' }] : []),
  ];
  const due = nowMs === undefined ? undefined : dueAt(node, marks);
  let right = box.x + box.width + 6;
  return (
    <>
      {due !== undefined && nowMs !== undefined && (
        <text
          class="countdown font-row"
          x={box.x + box.width / 2}
          y={box.y + box.height + 13}
          text-anchor="middle"
        >
          {fromNow(due, nowMs)}
        </text>
      )}
      {texts.map(({ text, kind }) => {
        const width = Math.max(16, text.length * 6.2 + 8);
        right -= width + 2;
        return (
          <g key={text} class={`badge ${kind}`} transform={`translate(${right + 2} ${box.y - 8})`}>
            <rect width={width} height={16} rx={8} />
            <text x={width / 2} y={11.5} text-anchor="middle">
              {text}
            </text>
          </g>
        );
      })}
    </>
  );
}

/** When the first timer or retry of a state is due. */
function dueAt({ id }: DrawnNode, marks: Marks | undefined): string | undefined {
  const times = (marks?.path.waiting ?? []).flatMap((wait) => {
    if (wait.node !== id) return [];
    if (wait.type === 'timer') return [wait.dueAt];
    return wait.type === 'retry' ? [wait.at] : [];
  });
  return times.sort()[0];
}
