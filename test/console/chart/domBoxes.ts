import type { Page } from 'playwright-core';
import type { Box, Drawing, DrawnText, Point } from '../../../console/chart/drawing.ts';

/** The boxes of a chart as the browser has laid them out, in the units of the drawing. */
interface DomBoxes {
  readonly nodes: Readonly<Record<string, Box>>;
  readonly labels: Readonly<Record<string, Box>>;
  readonly edges: Readonly<Record<string, readonly Point[]>>;
  /** By node: title, note and rows in this order. */
  readonly nodeTexts: Readonly<Record<string, readonly Box[]>>;
  /** By edge: its lines. */
  readonly labelTexts: Readonly<Record<string, readonly Box[]>>;
}

/** Runs in the page. The corners of a line are rounded: the point where two straight parts would meet is its control point. */
const measure = `(() => {
  const svg = document.querySelector('svg.chart');
  const toDrawing = svg.getScreenCTM().inverse();
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const a = new DOMPoint(left, top).matrixTransform(toDrawing);
    const b = new DOMPoint(right, bottom).matrixTransform(toDrawing);
    return { x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y };
  };
  const shape = (element) => {
    const { x, y, width, height } = element.getBBox();
    return { x, y, width, height };
  };
  const numbers = /-?[0-9.]+/g;
  const points = (path) =>
    [...path.getAttribute('d').matchAll(/([MLQ])([^MLQ]*)/g)].flatMap(([, command, rest], i, all) => {
      const [x, y] = rest.match(numbers).map(Number);
      const isCornerStart = command === 'L' && all[i + 1]?.[1] === 'Q';
      return isCornerStart ? [] : [{ x, y }];
    });
  const by = (selector, attribute, value) =>
    Object.fromEntries([...svg.querySelectorAll(selector)].map((each) => [each.getAttribute(attribute), value(each)]));
  const texts = (group) => [...group.querySelectorAll('text')].map(box);
  return {
    nodes: by('[data-node]', 'data-node', (node) => shape(node.querySelector('.box'))),
    labels: by('[data-label]', 'data-label', (label) => shape(label.querySelector('rect'))),
    edges: by('[data-edge]', 'data-edge', (edge) => points(edge.querySelector('.line'))),
    nodeTexts: by('[data-title]', 'data-title', texts),
    labelTexts: by('[data-label]', 'data-label', texts),
  };
})()`;

/** The drawing with the boxes that the browser shows, to be judged by the same rules. */
export async function drawingInPage(page: Page, drawing: Drawing): Promise<Drawing> {
  const { nodes, labels, edges, nodeTexts, labelTexts } = await page.evaluate<DomBoxes>(measure);
  return {
    ...drawing,
    nodes: drawing.nodes.map((node) => {
      if (node.kind === 'initial') return node;
      const [title, ...others] = nodeTexts[node.id] ?? [];
      const rows = node.note ? others.slice(1) : others;
      return {
        ...node,
        box: found(nodes[node.id], node.id),
        title: inPage(node.title, found(title, node.id)),
        ...(node.note && { note: inPage(node.note, found(others[0], node.id)) }),
        rows: node.rows.map((row, i) => ({ ...row, text: inPage(row.text, found(rows[i], node.id)) })),
      };
    }),
    edges: drawing.edges.map(({ label: _, ...edge }) => {
      const label = labels[edge.id];
      return {
        ...edge,
        points: found(edges[edge.id], edge.id),
        ...(label && { label }),
        lines: edge.lines.map((line, i) => ({
          ...line,
          text: label ? inPage(line.text, found(labelTexts[edge.id]?.[i], edge.id)) : line.text,
        })),
      };
    }),
  };
}

/** The browser's box of a text has room above and below the letters: only its place and width count. */
function inPage(text: DrawnText, { x, width }: Box): DrawnText {
  return { ...text, x, width };
}

function found<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new Error(`The page does not show '${id}'.`);
  return value;
}
