import type { NodeId } from './model.ts';

interface TreeNode {
  readonly id: NodeId;
  readonly parent?: NodeId;
}

/** The nesting of nodes. */
export class Tree<Node extends TreeNode> {
  readonly #nodes: ReadonlyMap<NodeId, Node>;

  constructor(nodes: readonly Node[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
  }

  get(id: NodeId | undefined): Node | undefined {
    return id === undefined ? undefined : this.#nodes.get(id);
  }

  /** From the root to the node itself. */
  chain(id: NodeId): readonly NodeId[] {
    const parent = this.get(id)?.parent;
    return parent === undefined ? [id] : [...this.chain(parent), id];
  }

  /** The innermost group around both; none around the root. */
  groupAround(a: NodeId, b: NodeId): NodeId | undefined {
    const others = new Set(this.chain(b).slice(0, -1));
    return this.chain(a)
      .slice(0, -1)
      .findLast((id) => others.has(id));
  }

  /** The child of the group that is the node, or around it. */
  childToward(group: NodeId, id: NodeId): NodeId | undefined {
    const chain = this.chain(id);
    const place = chain.indexOf(group);
    return place < 0 ? undefined : chain[place + 1];
  }
}
