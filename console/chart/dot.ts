import type { ChartEdge, ChartModel, ChartNode, NodeId } from './model.ts';
import { edgeText, goalText, rowText } from './wording.ts';

/** The chart in the language of Graphviz. */
export function dotOf({ machine, nodes, edges, root }: ChartModel): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines = [
    `digraph ${quoted(machine)} {`,
    '  compound=true; rankdir=TB; fontname="sans-serif";',
    '  node [shape=box, style=rounded, fontname="sans-serif"]; edge [fontname="sans-serif", fontsize=10];',
  ];
  const write = (node: ChartNode, depth: number) => {
    const indent = '  '.repeat(depth);
    if (node.children.length === 0) {
      const shape =
        node.kind === 'final' ? ', peripheries=2' : node.kind === 'history' ? ', shape=circle' : '';
      lines.push(`${indent}${quoted(node.id)} [label=${quoted(labelOf(node, edges, byId))}${shape}];`);
      return;
    }
    lines.push(
      `${indent}subgraph ${quoted(`cluster ${node.id}`)} {`,
      `${indent}  label=${quoted(labelOf(node, edges, byId))};`,
    );
    if (node.parent !== undefined && byId.get(node.parent)?.kind === 'parallel')
      lines.push(`${indent}  style=dashed;`);
    if (node.initial !== undefined) {
      const dot = quoted(`${node.id} initial`);
      lines.push(`${indent}  ${dot} [shape=point, label=""];`);
    }
    for (const child of node.children.flatMap((id) => byId.get(id) ?? [])) write(child, depth + 1);
    lines.push(`${indent}}`);
  };
  const top = byId.get(root);
  if (top) write(top, 1);
  for (const { id, initial } of nodes) {
    if (initial !== undefined)
      lines.push(
        `  ${quoted(`${id} initial`)} -> ${end(initial, byId)}${attributes(['lhead', initial], byId)};`,
      );
  }
  for (const edge of edges) {
    for (const target of edge.targets) {
      if (edge.source === root) continue;
      const ends = `${end(edge.source, byId)} -> ${end(target, byId)}`;
      const style =
        edge.trigger.type === 'error' ? 'dashed' : edge.trigger.type === 'after' ? 'dotted' : 'solid';
      const more = attributesOf(edge, target, byId);
      lines.push(`  ${ends} [label=${quoted(edgeText(edge))}, style=${style}${more}];`);
    }
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

/** A cluster cannot be the end of an edge: the edge ends at a node in it, and is cut at its border. */
function end(id: NodeId, byId: ReadonlyMap<NodeId, ChartNode>): string {
  let node = byId.get(id);
  for (let first = node?.children[0]; first !== undefined; first = node?.children[0]) node = byId.get(first);
  return quoted(node?.id ?? id);
}

function attributesOf({ source }: ChartEdge, target: NodeId, byId: ReadonlyMap<NodeId, ChartNode>): string {
  const given = [clusterAttribute('ltail', source, byId), clusterAttribute('lhead', target, byId)];
  return given.map((each) => (each === '' ? '' : `, ${each}`)).join('');
}

function attributes([name, id]: readonly [string, NodeId], byId: ReadonlyMap<NodeId, ChartNode>): string {
  const given = clusterAttribute(name, id, byId);
  return given === '' ? '' : ` [${given}]`;
}

function clusterAttribute(name: string, id: NodeId, byId: ReadonlyMap<NodeId, ChartNode>): string {
  return (byId.get(id)?.children.length ?? 0) > 0 ? `${name}=${quoted(`cluster ${id}`)}` : '';
}

function labelOf(node: ChartNode, edges: readonly ChartEdge[], byId: ReadonlyMap<NodeId, ChartNode>): string {
  const rows = edges.filter(({ source, targets }) => source === node.id && targets.length === 0).map(rowText);
  const own =
    node.parent === undefined
      ? edges.filter(({ source, targets }) => source === node.id && targets.length > 0)
      : [];
  const name = node.kind === 'history' ? (node.history === 'deep' ? 'H*' : 'H') : node.name;
  return [
    name,
    ...node.invokes.map(({ src, label = src }) => label),
    ...rows,
    ...own.map((edge) => goalText(edge, byId)),
  ].join('\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
