import type { Drawing, DrawnEdge } from '../../chart/drawing.ts';
import type { NodeId } from '../../chart/model.ts';
import type { ChartPath } from '../../chart/path.ts';

/** The marks of an execution on the chart, as sets. */
export interface Marks {
  readonly active: ReadonlySet<string>;
  readonly last: ReadonlySet<string>;
  readonly entered: ReadonlySet<string>;
  readonly path: ChartPath;
}

export function marksOf(path: ChartPath): Marks {
  return { active: new Set(path.active), last: new Set(path.last), entered: new Set(path.entered), path };
}

/** A state that the reader looks at, and the lines from and to it. */
export interface Selection {
  readonly node: NodeId;
  /** Ids of drawn edges. */
  readonly edges: ReadonlySet<string>;
}

/** Lines that end inside a group are those of the group, too. */
export function selectionOf({ nodes, edges }: Drawing, node: NodeId): Selection {
  const parents = new Map(nodes.map(({ id, parent }) => [id, parent]));
  const isInside = (id: NodeId) => {
    for (let at: NodeId | undefined = id; at !== undefined; at = parents.get(at))
      if (at === node) return true;
    return false;
  };
  const own = edges.filter(({ source, target }) => isInside(source) || isInside(target));
  return { node, edges: new Set(own.map(({ id }) => id)) };
}

export function isNear({ id }: DrawnEdge, selection: Selection | undefined): '' | ' near' {
  return selection?.edges.has(id) ? ' near' : '';
}
