import type { StateValue } from 'xstate';
import { initialEdgeIdOf } from '../../orchestrator/core/machine/edgeIds.ts';
import type { ChartEdge, ChartModel, ChartNode, EdgeId, NodeId } from './model.ts';

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
    before: readonly NodeId[],
    taken: readonly EdgeId[],
    after: StateValue,
  ): { readonly entered: readonly NodeId[]; readonly active: readonly NodeId[] } {
    const active = this.activeIn(after);
    const final = new Set(active);
    const current = new Set(before);
    const entered: NodeId[] = [];
    const enter = (id: NodeId) => {
      if (current.has(id)) return;
      current.add(id);
      entered.push(id);
    };
    for (const id of taken) {
      if (id === this.#initial) {
        enter(this.model.root);
        this.#enterInside(this.model.root, final, enter);
        continue;
      }
      const edge = this.#edges.get(id);
      if (!edge || edge.targets.length === 0 || edge.trigger.type === 'retry') continue;
      const domain = this.#domainOf(edge);
      for (const each of [...current]) if (this.#isInside(each, domain)) current.delete(each);
      for (const target of edge.targets) {
        this.#enter(target, domain, final, enter, (each) => current.has(each));
      }
    }
    for (const each of active) enter(each);
    return { entered, active };
  }

  /** A history state stands for the states that are active in the end, which are those of before in most machines. */
  #enter(
    target: NodeId,
    domain: NodeId | undefined,
    final: ReadonlySet<NodeId>,
    enter: (id: NodeId) => void,
    isActive: (id: NodeId) => boolean,
  ): void {
    const chain = this.#chain(target);
    for (const id of chain) {
      if (this.#isInside(id, domain) && this.#nodes.get(id)?.kind !== 'history') enter(id);
    }
    this.#enterInside(target, final, enter);
    // The regions beside the target, of each parallel state around it.
    for (const id of chain.slice(0, -1)) {
      const around = this.#nodes.get(id);
      if (around?.kind !== 'parallel' || !(id === domain || this.#isInside(id, domain))) continue;
      for (const region of around.children.filter((child) => !chain.includes(child))) {
        if (isActive(region) || this.#nodes.get(region)?.kind === 'history') continue;
        enter(region);
        this.#enterInside(region, final, enter);
      }
    }
  }

  #enterInside(id: NodeId, final: ReadonlySet<NodeId>, enter: (id: NodeId) => void): void {
    const node = this.#nodes.get(id);
    if (!node) return;
    const { kind, initial, children, parent } = node;
    if (kind === 'history') {
      const inside = this.model.nodes.filter((each) => this.#isInside(each.id, parent) && final.has(each.id));
      for (const each of inside) enter(each.id);
      return;
    }
    const next = kind === 'parallel' ? children : initial === undefined ? [] : [initial];
    for (const child of next) {
      if (this.#nodes.get(child)?.kind === 'history' && kind === 'parallel') continue;
      if (this.#nodes.get(child)?.kind !== 'history') enter(child);
      this.#enterInside(child, final, enter);
    }
  }

  /** The innermost state that the transition does not leave; none where it leaves the root. */
  #domainOf({ source, targets, reenter }: ChartEdge): NodeId | undefined {
    if (!reenter && targets.every((target) => target === source || this.#isInside(target, source)))
      return source;
    let domain = this.#nodes.get(source)?.parent;
    const holds = (id: NodeId) => targets.every((target) => this.#isInside(target, id));
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
