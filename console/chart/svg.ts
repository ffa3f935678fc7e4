import type { Drawing, DrawnEdge, DrawnNode, DrawnText, Point } from './drawing.ts';
import { rowIcons, toneIcons } from './icons.ts';
import { arrowHead, edgePath } from './lines.ts';
import type { ChartPath } from './path.ts';
import { svgStyle } from './svgStyle.ts';
import { textWidth } from './textWidths.ts';

export interface SvgOptions {
  /** For readers who do not see it. */
  readonly title: string;
  /** The path of an execution, to be marked. @default none */
  readonly path?: ChartPath;
}

/** The drawing as an SVG document of its own, for light and dark pages. */
export function svgOf(drawing: Drawing, { title, path }: SvgOptions): string {
  const { width, height, nodes, edges } = drawing;
  const marks = new Marks(path);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart${path ? ' path' : ''}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${svgStyle()}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...nodes.map((node) => boxOf(node, marks)),
    ...edges.map((edge) => edgeOf(edge, marks)),
    ...edges.map(labelOf),
    ...nodes.map((node) => textsOf(node)),
    ...(path ? nodes.map((node) => badgeOf(node, path)) : []),
    '</svg>',
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

/** Classes of nodes and edges on the path. */
class Marks {
  readonly #path: ChartPath | undefined;
  readonly #active: ReadonlySet<string>;
  readonly #last: ReadonlySet<string>;

  constructor(path: ChartPath | undefined) {
    this.#path = path;
    this.#active = new Set(path?.active);
    this.#last = new Set(path?.last);
  }

  /** The root is always active: that says nothing. */
  node({ id, parent }: DrawnNode): string {
    const path = this.#path;
    if (!path) return '';
    if (path.failed === id) return ' failed';
    if (this.#active.has(id)) return parent === undefined ? '' : ' active';
    return (path.visits[id] ?? 0) > 0 && parent !== undefined ? ' visited' : '';
  }

  edge({ edges, source }: DrawnEdge): string {
    const path = this.#path;
    if (!path) return '';
    if (source.endsWith('::initial'))
      return (path.visits[source.slice(0, -'::initial'.length)] ?? 0) > 0 ? ' taken' : '';
    if (edges.some((id) => this.#last.has(id))) return ' taken last';
    return edges.some((id) => (path.taken[id] ?? 0) > 0) ? ' taken' : '';
  }
}

function boxOf(node: DrawnNode, marks: Marks): string {
  const { id, kind, box, children, header, isRegion, rows } = node;
  const { x, y, width, height } = box;
  if (kind === 'initial') return `<circle class="dot" cx="${x + 5}" cy="${y + 5}" r="5"/>`;
  const isGroup = children.length > 0;
  const classes = `node ${kind}${isGroup ? ' group' : ''}${isRegion ? ' region' : ''}${marks.node(node)}`;
  const radius = kind === 'history' ? width / 2 : isGroup ? 10 : 7;
  const inner =
    kind === 'final'
      ? `<rect class="inner" x="${x + 3}" y="${y + 3}" width="${width - 6}" height="${height - 6}" rx="5"/>`
      : '';
  const inset = isGroup ? 10 : 0;
  const rule =
    rows.length > 0 && header > 28
      ? `<path class="rule" d="M${x + inset} ${y + 28}H${x + width - inset}"/>`
      : '';
  return `<g class="${classes}" data-node="${escaped(id)}"><rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>${inner}${rule}</g>`;
}

function edgeOf(edge: DrawnEdge, marks: Marks): string {
  const { id, tone, points } = edge;
  if (points.length < 2) return '';
  return `<g class="edge ${tone}${marks.edge(edge)}" data-edge="${escaped(id)}"><path class="line" d="${edgePath(points)}"/><path class="head" d="${arrowHead(points)}"/></g>`;
}

function labelOf({ id, label, lines }: DrawnEdge): string {
  if (!label) return '';
  const { x, y, width, height } = label;
  const texts = lines.map(({ text, tone, icon }) => {
    const path = toneIcons[tone];
    return `<g class="${tone}">${icon && path !== undefined ? iconOf(path, icon) : ''}${textOf(text, 'row')}</g>`;
  });
  return `<g class="label" data-label="${escaped(id)}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="3"/>${texts.join('')}</g>`;
}

function textsOf({ kind, title, note, rows, children }: DrawnNode): string {
  if (kind === 'initial') return '';
  const halo = children.length > 0 ? ' halo' : '';
  const texts = [
    textOf(title, `${title.font}${halo}`),
    ...(note ? [textOf(note, `row${halo}`)] : []),
    ...rows.map(({ kind, icon, text }) => `${iconOf(rowIcons[kind], icon)}${textOf(text, `row${halo}`)}`),
  ];
  return `<g>${texts.join('')}</g>`;
}

function badgeOf({ id, box }: DrawnNode, { visits, failed, active }: ChartPath): string {
  const count = visits[id] ?? 0;
  const isFailed = failed === id;
  if (!isFailed && count < 2) return '';
  const text = isFailed ? (count > 1 ? `failed ×${count}` : 'failed') : `×${count}`;
  const width = Math.round(textWidth(text, 'badge')) + 12;
  const x = box.x + box.width - width + 8;
  const y = box.y - 8;
  const kind = isFailed ? 'failed' : active.includes(id) ? 'active' : 'visited';
  const label = { text, x: x + 6, y: y + 11.5, width: textWidth(text, 'badge'), font: 'badge' } as const;
  return `<g class="badge ${kind}"><rect x="${x}" y="${y}" width="${width}" height="16" rx="8"/>${textOf(label, '')}</g>`;
}

function iconOf(path: string, { x, y }: Point): string {
  return `<path class="icon" transform="translate(${x} ${y})" d="${path}"/>`;
}

function textOf({ text, x, y, width, full }: DrawnText, classes: string): string {
  if (text === '') return '';
  const whole = full === undefined ? '' : `<title>${escaped(full)}</title>`;
  const given = classes === '' ? '' : ` class="${classes}"`;
  return `<text${given} x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs">${escaped(text)}${whole}</text>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML does not allow are left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, '')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
