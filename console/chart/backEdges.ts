import type { NodeId } from './model.ts';
import type { Block, Contents } from './parts.ts';
import { Tree } from './tree.ts';

export interface Order {
  /** Ids of the links that go back: the layout gets them reversed, so that it finds no circle. */
  readonly back: ReadonlySet<string>;
  /** States that no other state of their group leads to, by group: they come after its initial state. */
  readonly strays: readonly { readonly group: NodeId; readonly first: NodeId; readonly stray: NodeId }[];
}

/**
 * In each group, a walk from the initial state, depth first and in the order of the source, decides which links go back. A
 * layout that broke the circles by itself would turn the story round.
 */
export function orderOf({ blocks, links }: Contents): Order {
  const tree = new Tree(blocks);
  const ways = new Map<NodeId, Map<NodeId, string[]>>();
  for (const { id, source, target } of links) {
    const group = tree.groupAround(source, target);
    if (group === undefined) continue;
    const from = tree.childToward(group, source);
    const to = tree.childToward(group, target);
    if (from === undefined || to === undefined || from === to) continue;
    const targets = ways.get(from) ?? new Map<NodeId, string[]>();
    ways.set(from, targets.set(to, [...(targets.get(to) ?? []), id]));
  }
  const back = new Set<string>();
  const strays: { group: NodeId; first: NodeId; stray: NodeId }[] = [];
  for (const group of blocks) {
    if (group.children.length > 0) walk(group, tree, ways, back, strays);
  }
  return { back, strays };
}

function walk(
  group: Block,
  tree: Tree<Block>,
  ways: ReadonlyMap<NodeId, ReadonlyMap<NodeId, readonly string[]>>,
  back: Set<string>,
  strays: Order['strays'][number][],
): void {
  const inside = new Set(group.children);
  /** By state: the place of the walk that came to it. */
  const reached = new Map<NodeId, number>();
  const around = new Set<NodeId>();
  const isFinal = (id: NodeId) => tree.get(id)?.kind === 'final';
  const visit = (id: NodeId, place: number) => {
    reached.set(id, place);
    around.add(id);
    for (const [to, links] of ways.get(id) ?? []) {
      if (!inside.has(to)) continue;
      const before = reached.get(to);
      const isEarlier = group.kind === 'compound' && before !== undefined && before < place && !isFinal(to);
      if (around.has(to) || isEarlier) for (const link of links) back.add(link);
      else if (before === undefined) visit(to, place);
    }
    around.delete(id);
  };
  const [first] = group.children;
  for (const [place, child] of group.children.entries()) {
    if (reached.has(child)) continue;
    if (place > 0 && first !== undefined && tree.get(first)?.kind === 'initial') {
      strays.push({ group: group.id, first, stray: child });
    }
    visit(child, place);
  }
}
