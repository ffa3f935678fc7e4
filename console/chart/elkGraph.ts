import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js';
import { orderOf } from './backEdges.ts';
import { labelSize } from './contents.ts';
import type { NodeId } from './model.ts';
import type { Block, Contents, Link } from './parts.ts';
import { Tree } from './tree.ts';

/** By parallel state: the row of each region, in the order of its regions. */
export type RegionRows = ReadonlyMap<NodeId, readonly number[]>;

export interface GraphOptions {
  /** `NETWORK_SIMPLEX` makes the happy path straight and can take very long; `BRANDES_KOEPF` is quick. */
  readonly placement: 'NETWORK_SIMPLEX' | 'BRANDES_KOEPF';
  readonly hasLabels: boolean;
  /** Looks less long for an order with few crossings. */
  readonly isQuick: boolean;
  readonly regionRows: RegionRows;
}

/** A graph for ELK, and the links that are reversed in it. */
export interface LayoutGraph {
  readonly graph: ElkNode;
  readonly reversed: ReadonlySet<string>;
}

export const rootId = '$';

/** Space is not inherited from a group: each has all of these. */
const spacing: LayoutOptions = {
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.spacing.nodeNode': '28',
  'elk.layered.spacing.nodeNodeBetweenLayers': '26',
  'elk.spacing.edgeNode': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.spacing.edgeEdge': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.labelLabel': '4',
  'elk.layered.edgeLabels.centerLabelPlacementStrategy': 'TAIL_LAYER',
};

const quick: LayoutOptions = {
  // The lines of a dense chart are bundles without words: closer together, they leave more of the page to its states.
  'elk.spacing.nodeNode': '16',
  'elk.spacing.edgeNode': '10',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.spacing.edgeEdge': '7',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '7',
  'elk.layered.thoroughness': '1',
  'elk.layered.crossingMinimization.greedySwitch.type': 'OFF',
  'elk.layered.crossingMinimization.greedySwitchHierarchical.type': 'OFF',
};

export function elkGraphOf(contents: Contents, options: GraphOptions): LayoutGraph {
  const { blocks, links, root } = contents;
  const order = orderOf(contents);
  const tree = new Tree(blocks);
  const edges = new Map<NodeId, ElkExtendedEdge[]>();
  const add = (group: NodeId, edge: ElkExtendedEdge) => edges.set(group, [...(edges.get(group) ?? []), edge]);
  for (const link of links) {
    const group = tree.groupAround(link.source, link.target) ?? rootId;
    add(group, elkEdge(link, order.back.has(link.id), options.hasLabels));
  }
  for (const { group, first, stray } of order.strays) add(group, invisible(first, stray, { shortness: '0' }));
  for (const [group, rows] of options.regionRows) {
    for (const edge of rowEdges(tree.get(group), rows)) add(group, edge);
  }
  const all: LayoutOptions = {
    ...spacing,
    'elk.layered.nodePlacement.strategy': options.placement,
    ...(options.isQuick && quick),
  };
  const node = (id: NodeId): ElkNode => {
    const block = tree.get(id);
    if (!block) throw new Error(`The chart has no node '${id}'.`);
    const place = regionOptions(block, tree.get(block.parent));
    if (block.children.length === 0)
      return { id, width: block.width, height: block.header, layoutOptions: place };
    const layoutOptions = { ...place, ...groupOptions(block, all) };
    return { id, children: block.children.map(node), edges: edges.get(id) ?? [], layoutOptions };
  };
  const graph: ElkNode = {
    id: rootId,
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.json.edgeCoords': 'ROOT',
      'elk.json.shapeCoords': 'ROOT',
      ...all,
      'elk.padding': '[top=8,left=8,right=8,bottom=8]',
    },
    children: [node(root)],
    edges: edges.get(rootId) ?? [],
  };
  return { graph, reversed: order.back };
}

function elkEdge(link: Link, isReversed: boolean, hasLabels: boolean): ElkExtendedEdge {
  const { id, source, target } = link;
  const size = hasLabels ? labelSize(link) : undefined;
  return {
    id,
    sources: [isReversed ? target : source],
    targets: [isReversed ? source : target],
    layoutOptions: prioritiesOf(link, isReversed),
    labels: size
      ? [
          {
            id: `${id}#label`,
            text: link.lines.map(({ text }) => text.text).join('\n'),
            ...size,
            layoutOptions: { 'elk.edgeLabels.placement': 'CENTER', 'elk.edgeLabels.inline': 'true' },
          },
        ]
      : [],
  };
}

/** The way in is always straight; the happy path is, where it can be. */
function prioritiesOf({ tone, lines }: Link, isReversed: boolean): LayoutOptions {
  if (tone === 'initial') return priorities({ direction: '10', straightness: '10', shortness: '10' });
  const isHappy = tone === 'done' && !isReversed && lines.length === 0;
  return isHappy ? priorities({ straightness: '10', shortness: '5' }) : {};
}

type Priorities = Partial<Record<'direction' | 'straightness' | 'shortness', string>>;

function priorities(given: Priorities): LayoutOptions {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`elk.layered.priority.${name}`, value]),
  );
}

/** Has no line: it keeps one node below another. */
function invisible(above: NodeId, below: NodeId, given: Priorities): ElkExtendedEdge {
  const layoutOptions = priorities({ straightness: '0', ...given });
  return { id: `~${above}>${below}`, sources: [above], targets: [below], labels: [], layoutOptions };
}

function rowEdges(group: Block | undefined, rows: readonly number[]): ElkExtendedEdge[] {
  const children = group?.children ?? [];
  return children.flatMap((above, i) =>
    children.flatMap((below, j) =>
      rows[j] === (rows[i] ?? 0) + 1 ? [invisible(above, below, { direction: '10' })] : [],
    ),
  );
}

/** Regions are beside one another in the order of the source, with their upper borders in line. */
function regionOptions(block: Block, parent: Block | undefined): LayoutOptions {
  if (!block.isRegion || !parent) return {};
  return { 'elk.alignment': 'TOP', 'elk.position': `(${parent.children.indexOf(block.id) * 1000},0)` };
}

function groupOptions({ kind, width, header }: Block, all: LayoutOptions): LayoutOptions {
  return {
    ...all,
    'elk.padding': `[top=${header + 14},left=16,right=16,bottom=16]`,
    'elk.nodeSize.constraints': 'MINIMUM_SIZE',
    'elk.nodeSize.minimum': `(${width},${header})`,
    ...(kind === 'parallel' && { 'elk.layered.crossingMinimization.semiInteractive': 'true' }),
  };
}
