import { useMemo } from 'preact/hooks';
import type { Drawing, DrawnEdge, DrawnNode, DrawnRow, DrawnText, Point } from '../../chart/drawing.ts';
import type { ChartPath } from '../../chart/path.ts';

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
}

/** The chart as SVG. Every place is in the drawing: nothing is measured here. */
export function ChartView({ drawing, path, counts, label }: ChartProps) {
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
        <Badges key={node.id} node={node} marks={marks} count={counts?.get(node.id)} />
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

function NodeBox({ node, marks }: { readonly node: DrawnNode; readonly marks: Marks | undefined }) {
  const { box, kind, children, header, rows } = node;
  if (kind === 'initial') {
    const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
    return <circle class="initial" cx={cx} cy={cy} r={Math.min(box.width, box.height) / 2} />;
  }
  const isGroup = children.length > 0;
  const shape = `node ${kind}${isGroup ? ' group' : ''}${node.isRegion ? ' region' : ''}${node.parent === undefined ? ' root' : ''}`;
  return (
    <g class={`${shape}${stateClass(node, marks)}`} data-node={node.id}>
      <rect class="box" {...box} rx={isGroup ? 9 : 6} />
      {kind === 'final' && (
        <rect
          class="inner"
          x={box.x + 3}
          y={box.y + 3}
          width={box.width - 6}
          height={box.height - 6}
          rx={4}
        />
      )}
      {rows.length > 0 && (
        <line class="rule" x1={box.x} x2={box.x + box.width} y1={ruleY(node)} y2={ruleY(node)} />
      )}
      {!isGroup && <NodeTexts node={node} marks={marks} />}
      {isGroup && header === 0 && null}
    </g>
  );
}

/** Between the title and the first row. */
function ruleY({ title, rows }: DrawnNode): number {
  const first = rows[0];
  return first ? (title.y + first.icon.y) / 2 + 1 : title.y;
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

const rowGlyphs: Readonly<Record<DrawnRow['kind'], string>> = {
  invoke:
    'M6 3.800a2.200 2.200 0 1 0 0 4.400a2.200 2.200 0 1 0 0-4.400M6 1.500v1.500M6 9v1.500M1.500 6h1.500M9 6h1.500M2.800 2.800l1.100 1.100M8.100 8.100l1.100 1.100M9.200 2.800l-1.100 1.100M3.900 8.100l-1.100 1.100',
  entry: 'M3 3l6 6M9 5v4h-4',
  exit: 'M3 9l6-6M5 3h4v4',
  stay: 'M2 6h8',
  reenter: 'M9.500 4a4 4 0 1 0 .500 3M10 2v2.500h-2.500',
  descend: 'M3 2.500v4.500h6M7 5l2 2-2 2',
  retry: 'M9.500 4a4 4 0 1 0 .500 3M10 2v2.500h-2.500',
};

function Row({ row, marks }: { readonly row: DrawnRow; readonly marks: Marks | undefined }) {
  const isLast = row.edges.some((edge) => marks?.last.has(edge));
  const isTaken = row.edges.some((edge) => (marks?.path.taken[edge] ?? 0) > 0);
  return (
    <g class={`chart-row ${row.kind} tone-${row.tone}${isLast ? ' last' : isTaken ? ' taken' : ''}`}>
      <path class="glyph" d={rowGlyphs[row.kind]} transform={`translate(${row.icon.x} ${row.icon.y})`} />
      <Text text={row.text} class="row-text" />
    </g>
  );
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
  const isInitial = edge.edges.length === 0;
  if (isInitial) return (marks.path.visits[edge.target] ?? 0) > 0 ? ' taken' : '';
  if (edge.edges.some((each) => marks.last.has(each))) return ' taken last';
  return edge.edges.some((each) => (marks.path.taken[each] ?? 0) > 0) ? ' taken' : '';
}

function EdgeLine({ edge, marks }: { readonly edge: DrawnEdge; readonly marks: Marks | undefined }) {
  const { points, lines, tone } = edge;
  if (points.length < 2) return null;
  const words = lines.map(({ text }) => text.full ?? text.text).join('\n');
  return (
    <g class={`edge tone-${tone}${edgeClass(edge, marks)}`} data-edge={edge.id}>
      <path class="line" d={roundedPath(points, 6)} />
      <path class="arrow" d={arrowAt(points)} />
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
}: {
  readonly node: DrawnNode;
  readonly marks: Marks | undefined;
  readonly count: number | undefined;
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
  let right = box.x + box.width + 6;
  return (
    <>
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

/** A line in right angles, with its corners rounded. */
function roundedPath(points: readonly Point[], radius: number): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = [`M${first.x} ${first.y}`];
  for (const [i, point] of rest.entries()) {
    const [before, after] = [points[i], rest[i + 1]];
    if (!before || !after) {
      parts.push(`L${point.x} ${point.y}`);
      continue;
    }
    const near = towards(point, before, radius);
    const far = towards(point, after, radius);
    parts.push(`L${near.x} ${near.y}`, `Q${point.x} ${point.y} ${far.x} ${far.y}`);
  }
  return parts.join('');
}

/** A place on the way to another, at most half of it. */
function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const share = Math.min(distance, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function arrowAt(points: readonly Point[]): string {
  const [tip, before] = [points.at(-1), points.at(-2)];
  if (!tip || !before) return '';
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const corner = (turn: number) =>
    `${tip.x - 8 * Math.cos(angle + turn)} ${tip.y - 8 * Math.sin(angle + turn)}`;
  return `M${tip.x} ${tip.y}L${corner(0.42)}L${corner(-0.42)}Z`;
}
