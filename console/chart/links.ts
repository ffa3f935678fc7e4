import type { RowKind } from './drawing.ts';
import type { ChartEdge, ChartModel, ChartNode, NodeId } from './model.ts';
import { type BlockRow, type Link, type LinkLine, measures } from './parts.ts';
import { sizedText } from './textWidths.ts';
import { edgeText, rowText } from './wording.ts';

interface LinksAndRows {
  readonly links: readonly Link[];
  /** By the node that they are in. */
  readonly rows: ReadonlyMap<NodeId, readonly BlockRow[]>;
}

/**
 * Transitions between states that are apart are lines, one for all from one state to another. Those that stay in a state,
 * or that lead into or out of a group around it, are rows of their source.
 */
export function linksAndRows(model: ChartModel): LinksAndRows {
  const nodes = new Map(model.nodes.map((node) => [node.id, node]));
  const links = new Map<
    string,
    { readonly edges: ChartEdge[]; readonly source: NodeId; readonly target: NodeId }
  >();
  const rows = new Map<NodeId, BlockRow[]>();
  for (const edge of model.edges) {
    const { source, targets } = edge;
    const apart = targets.filter(
      (target) => !isWithin(nodes, target, source) && !isWithin(nodes, source, target),
    );
    if (apart.length < targets.length || targets.length === 0) {
      const others = targets.filter((target) => !apart.includes(target));
      rows.set(source, [...(rows.get(source) ?? []), rowOf(edge, others, nodes)]);
    }
    for (const target of apart) {
      const id = `${source}>${target}`;
      const link = links.get(id);
      if (link) link.edges.push(edge);
      else links.set(id, { edges: [edge], source, target });
    }
  }
  return {
    links: [...links].map(([id, { edges, source, target }]) => linkOf(id, source, target, edges)),
    rows,
  };
}

function rowOf(edge: ChartEdge, targets: readonly NodeId[], nodes: ReadonlyMap<NodeId, ChartNode>): BlockRow {
  const isSelf = targets.every((target) => target === edge.source);
  const goal = isSelf ? '' : ` → ${targets.map((target) => nameOf(target, nodes)).join(', ')}`;
  return {
    kind: rowKind(edge, targets, isSelf),
    text: sizedText(isSelf ? rowText(edge) : `${edgeText(edge)}${goal}`, 'row', measures.widestRow),
    tone: edge.trigger.type,
    edges: [edge.id],
    targets: isSelf ? [] : targets,
  };
}

function rowKind({ trigger, reenter }: ChartEdge, targets: readonly NodeId[], isSelf: boolean): RowKind {
  if (trigger.type === 'retry') return 'retry';
  if (!isSelf) return 'descend';
  return targets.length > 0 && reenter ? 'reenter' : 'stay';
}

function nameOf(id: NodeId, nodes: ReadonlyMap<NodeId, ChartNode>): string {
  const node = nodes.get(id);
  if (node?.kind !== 'history') return node?.name ?? id;
  const parent = node.parent === undefined ? undefined : nodes.get(node.parent);
  return `${parent?.name ?? ''} ${node.history === 'deep' ? 'H*' : 'H'}`.trimStart();
}

function linkOf(id: string, source: NodeId, target: NodeId, edges: readonly ChartEdge[]): Link {
  const [first] = edges;
  const lines = edges.length === 1 && first && isObvious(first) ? [] : edges.map(lineOf);
  const tone = first?.trigger.type ?? 'event';
  const isOfOneTone = edges.every(({ trigger }) => trigger.type === tone);
  return {
    id,
    source,
    target,
    tone: isOfOneTone ? tone : 'event',
    lines,
    edges: edges.map((edge) => edge.id),
  };
}

/** The way on when a task is done needs no words, unless there are others. */
function isObvious({ trigger, guard, alternatives }: ChartEdge): boolean {
  return trigger.type === 'default' || (trigger.type === 'done' && guard === undefined && alternatives === 1);
}

function lineOf(edge: ChartEdge): LinkLine {
  return {
    text: sizedText(edgeText(edge), 'row', measures.widestLabel),
    tone: edge.trigger.type,
    edge: edge.id,
  };
}

/** Whether it is the node, or inside it. */
function isWithin(nodes: ReadonlyMap<NodeId, ChartNode>, id: NodeId, outer: NodeId): boolean {
  for (let at: NodeId | undefined = id; at !== undefined; at = nodes.get(at)?.parent)
    if (at === outer) return true;
  return false;
}
