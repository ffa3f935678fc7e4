import type { StateValue } from 'xstate';
import { edgeIdOf, initialEdgeIdOf } from '../../orchestrator/core/machine/edgeIds.ts';
import type { ChartEdge, ChartModel, ChartNode, EdgeId, NodeId } from './model.ts';

type Remembered = ReadonlyMap<NodeId, readonly NodeId[]>;

/** Where an execution is on its chart. */
export interface Position {
  readonly active: readonly NodeId[];
  /** By history state: the states that were active when its parent was left. */
  readonly remembered: Remembered;
}

interface Walk {
  readonly current: Set<NodeId>;
  readonly remembered: Map<NodeId, readonly NodeId[]>;
  /** The targets of the transition that is followed. */
  readonly targets: readonly NodeId[];
  readonly enter: (id: NodeId) => void;
}

/** A chart that can be followed: which states a transition leaves and enters. */
export class StateChart {
  readonly model: ChartModel;
  readonly #nodes: ReadonlyMap<NodeId, ChartNode>;
  readonly #edges: ReadonlyMap<EdgeId, ChartEdge>;
  readonly #byPath: ReadonlyMap<string, NodeId>;
  readonly #initial: EdgeId;
  readonly #invokers = new Map<string, Set<NodeId>>();

  constructor(model: ChartModel) {
    this.model = model;
    this.#initial = initialEdgeIdOf(model.root);
    this.#nodes = new Map(model.nodes.map((node) => [node.id, node]));
    this.#edges = new Map(model.edges.map((edge) => [edge.id, edge]));
    this.#byPath = new Map(model.nodes.map(({ id, path }) => [keyOf(path), id]));
    for (const { id, invokes } of model.nodes) {
      for (const { src, machine } of invokes) {
        for (const name of machine === undefined ? [src] : [src, machine]) {
          this.#invokers.set(name, (this.#invokers.get(name) ?? new Set()).add(id));
        }
      }
    }
  }

  /** The states that invoke a worker or machine. A task of a machine that works on an item is named `<src>::<task>`. */
  invokersOf(src: string): ReadonlySet<NodeId> {
    const [host = src] = src.split('::');
    return this.#invokers.get(src) ?? this.#invokers.get(host) ?? new Set();
  }

  /** The states that are active by a state value, each group before what is in it. */
  activeIn(value: StateValue): readonly NodeId[] {
    const active: NodeId[] = [];
    const visit = (path: readonly string[], inner: StateValue | undefined) => {
      const id = this.#byPath.get(keyOf(path));
      if (id !== undefined) active.push(id);
      if (typeof inner === 'string') visit([...path, inner], undefined);
      else for (const [key, part] of Object.entries(inner ?? {})) visit([...path, key], part);
    };
    visit([], value);
    return active;
  }

  /**
   * The states that transitions enter one after the other, so that a state that is passed through or entered again counts.
   * The state value after them has the last word.
   */
  follow(
    { active: before, remembered }: Position,
    taken: readonly EdgeId[],
    after: StateValue,
  ): Position & { readonly entered: readonly NodeId[] } {
    const active = this.activeIn(after);
    const current = new Set(before);
    const entered: NodeId[] = [];
    const walk: Walk = {
      current,
      remembered: new Map(remembered),
      targets: [],
      enter: (id) => {
        if (current.has(id)) return;
        current.add(id);
        entered.push(id);
      },
    };
    for (const id of taken) {
      if (id === this.#initial) {
        walk.enter(this.model.root);
        this.#enterInside(this.model.root, walk);
        continue;
      }
      const edge = this.#edges.get(id);
      if (!edge || edge.targets.length === 0 || edge.trigger.type === 'retry') continue;
      const domain = this.#domainOf(edge, walk.remembered);
      this.#leave(domain, walk);
      for (const target of edge.targets) this.#enter(target, domain, { ...walk, targets: edge.targets });
    }
    for (const each of active) walk.enter(each);
    return { entered, active, remembered: walk.remembered };
  }

  /** Leaves the states inside. Their history states remember those that are active. */
  #leave(domain: NodeId | undefined, { current, remembered }: Walk): void {
    const left = [...current].filter((id) => this.#isInside(id, domain));
    for (const id of left) {
      for (const child of this.#nodes.get(id)?.children ?? []) {
        const { kind, history } = this.#nodes.get(child) ?? {};
        if (kind !== 'history') continue;
        const isKept = (each: NodeId) =>
          history === 'deep'
            ? this.#isLeaf(each) && this.#isInside(each, id)
            : this.#nodes.get(each)?.parent === id;
        remembered.set(child, [...current].filter(isKept));
      }
    }
    for (const id of left) current.delete(id);
  }

  #enter(target: NodeId, domain: NodeId | undefined, walk: Walk): void {
    const chain = this.#chain(target);
    for (const id of chain) {
      if (this.#isInside(id, domain) && this.#nodes.get(id)?.kind !== 'history') walk.enter(id);
    }
    this.#enterInside(target, walk);
    // The regions beside the target, of each parallel state around it.
    for (const id of chain.slice(0, -1)) {
      const around = this.#nodes.get(id);
      if (around?.kind !== 'parallel' || !(id === domain || this.#isInside(id, domain))) continue;
      this.#enterRegions(around, walk);
    }
  }

  #enterInside(id: NodeId, walk: Walk): void {
    const node = this.#nodes.get(id);
    if (node?.kind === 'history') {
      for (const state of this.#meaningOf(node, walk.remembered)) this.#enter(state, node.parent, walk);
    } else if (node?.kind === 'parallel') this.#enterRegions(node, walk);
    else if (node?.initial !== undefined) {
      if (this.#nodes.get(node.initial)?.kind !== 'history') walk.enter(node.initial);
      this.#enterInside(node.initial, walk);
    }
  }

  /** A region that another target is in is entered with that one. */
  #enterRegions({ children }: ChartNode, walk: Walk): void {
    for (const region of children) {
      if (this.#nodes.get(region)?.kind === 'history' || walk.current.has(region)) continue;
      if (walk.targets.some((target) => target === region || this.#isInside(target, region))) continue;
      walk.enter(region);
      this.#enterInside(region, walk);
    }
  }

  /** The states that a history state stands for. */
  #meaningOf({ id, parent }: ChartNode, remembered: Remembered): readonly NodeId[] {
    const initial = this.#nodes.get(parent ?? '')?.initial;
    const whereNew = this.#edges.get(edgeIdOf(id, 'default', 0))?.targets;
    return remembered.get(id) ?? whereNew ?? (initial === undefined ? [] : [initial]);
  }

  #isLeaf(id: NodeId): boolean {
    return (this.#nodes.get(id)?.children.length ?? 0) === 0;
  }

  /** The innermost state that the transition does not leave; none where it leaves the root. */
  #domainOf({ source, targets, reenter }: ChartEdge, remembered: Remembered): NodeId | undefined {
    const meant = targets.flatMap((target) => {
      const node = this.#nodes.get(target);
      return node?.kind === 'history' ? this.#meaningOf(node, remembered) : [target];
    });
    const holds = (id: NodeId) => meant.every((target) => this.#isInside(target, id));
    if (!reenter && meant.every((target) => target === source || this.#isInside(target, source)))
      return source;
    let domain = this.#nodes.get(source)?.parent;
    while (domain !== undefined && !holds(domain)) domain = this.#nodes.get(domain)?.parent;
    return domain;
  }

  /** From the root to the node itself. */
  #chain(id: NodeId): readonly NodeId[] {
    const parent = this.#nodes.get(id)?.parent;
    return parent === undefined ? [id] : [...this.#chain(parent), id];
  }

  #isInside(id: NodeId, outer: NodeId | undefined): boolean {
    if (outer === undefined) return true;
    for (let at = this.#nodes.get(id)?.parent; at !== undefined; at = this.#nodes.get(at)?.parent) {
      if (at === outer) return true;
    }
    return false;
  }
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}
