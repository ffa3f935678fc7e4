import type { ChartEdge, ChartModel, ChartNode, NodeId } from './model.ts';
import { edgeText, goalText, rowText } from './wording.ts';

/** The chart as a Mermaid state diagram, which GitHub and many wikis draw. */
export function mermaidOf({ nodes, edges, root }: ChartModel): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const names = new Map(nodes.map(({ id }, place) => [id, `s${place}`]));
  const nameOf = (id: NodeId) => names.get(id) ?? 's';
  const lines = ['stateDiagram-v2'];
  const write = (node: ChartNode, depth: number) => {
    const indent = '  '.repeat(depth);
    const children = node.children.flatMap((id) => byId.get(id) ?? []);
    if (node.id !== root) lines.push(`${indent}state "${escaped(node.name)}" as ${nameOf(node.id)}`);
    const notes = [...node.invokes.map(({ src, label = src }) => label), ...rowsOf(node, edges)];
    for (const note of node.id === root ? [] : notes)
      lines.push(`${indent}${nameOf(node.id)} : ${escaped(note)}`);
    if (children.length === 0) return;
    const inner = node.id === root ? depth : depth + 1;
    if (node.id !== root) lines.push(`${indent}state ${nameOf(node.id)} {`);
    if (node.initial !== undefined) lines.push(`${'  '.repeat(inner)}[*] --> ${nameOf(node.initial)}`);
    for (const [place, child] of children.entries()) {
      if (node.kind === 'parallel' && place > 0) lines.push(`${'  '.repeat(inner)}--`);
      write(child, inner);
    }
    if (node.id !== root) lines.push(`${indent}}`);
  };
  const top = byId.get(root);
  if (top) write(top, 1);
  for (const edge of edges) {
    for (const target of edge.targets) {
      if (edge.source === root) continue;
      const text = escaped(edgeText(edge));
      const label = edge.trigger.type === 'default' || text === '' ? '' : ` : ${text}`;
      lines.push(`  ${nameOf(edge.source)} --> ${nameOf(target)}${label}`);
    }
  }
  for (const { id, kind, parent } of nodes) {
    if (kind === 'final' && parent === root) lines.push(`  ${nameOf(id)} --> [*]`);
  }
  // The root has no box in Mermaid: its own transitions are a note.
  const own = edges.filter(({ source }) => source === root).map((edge) => goalText(edge, byId));
  const beside = top?.children[0];
  if (own.length > 0 && beside !== undefined) {
    lines.push(
      `  note right of ${nameOf(beside)}`,
      ...own.map((text) => `    ${escaped(text)}`),
      '  end note',
    );
  }
  return `${lines.join('\n')}\n`;
}

function rowsOf({ id }: ChartNode, edges: readonly ChartEdge[]): readonly string[] {
  return edges.filter(({ source, targets }) => source === id && targets.length === 0).map(rowText);
}

/** Mermaid has entities by number, and takes some characters for its own. */
function escaped(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[#;:"<>{}\\`&]/g, (character) => `#${character.codePointAt(0)};`);
}
