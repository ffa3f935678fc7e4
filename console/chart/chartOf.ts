import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { edgeIdOf } from '../../orchestrator/core/machine/edgeIds.ts';
import { childNodes, configOf, stateNodeOf } from '../../orchestrator/core/machine/xstateInternals.ts';
import { actionNames, guardOf } from './actionNames.ts';
import { type AslMeta, aslInvokes, aslOf, aslRegions, aslTrigger } from './aslStates.ts';
import type { ChartEdge, ChartModel, ChartNode, NodeId, NodeKind } from './model.ts';
import { invokesOf, triggerOf } from './triggers.ts';

/**
 * The statechart of a machine: its states and every transition, `always`, delays and wildcards included. States of an Amazon
 * States Language definition are single nodes, although the compiled machine has states inside them.
 *
 * @param machine as its author wrote it
 * @param id the id that it is registered as
 */
export function chartOf(machine: AnyStateMachine, id: string = machine.id): ChartModel {
  const chart = new ChartReader(machine, id);
  chart.read(machine.root, undefined);
  return { machine: id, version: machine.version ?? '1', root: machine.root.id, ...chart.result() };
}

class ChartReader {
  readonly #machine: AnyStateMachine;
  readonly #id: string;
  readonly #nodes: ChartNode[] = [];
  readonly #edges: ChartEdge[] = [];
  /** States that are inside the one node that they are shown as. */
  readonly #inside = new Map<AnyStateNode, { readonly node: AnyStateNode; readonly asl: AslMeta }>();
  readonly #all: AnyStateNode[] = [];

  constructor(machine: AnyStateMachine, id: string) {
    this.#machine = machine;
    this.#id = id;
  }

  read(node: AnyStateNode, parent: NodeId | undefined): void {
    const asl = aslOf(node);
    const children = asl ? aslRegions(node) : childNodes(node);
    if (asl) this.#fold(node, asl, new Set(children));
    else this.#all.push(node);
    this.#nodes.push({
      id: node.id,
      kind: asl ? aslKind(asl, children.length) : node.type,
      name: node.parent ? (asl?.name ?? branchName(node) ?? node.key) : this.#id,
      ...(parent !== undefined && { parent }),
      children: children.map((child) => child.id),
      path: node.path,
      ...(node.type === 'compound' && !asl && initialOf(node)),
      ...(node.type === 'history' && { history: node.history === 'deep' ? 'deep' : 'shallow' }),
      invokes: asl ? aslInvokes(this.#machine, node, asl) : invokesOf(this.#machine, node),
      entry: asl ? [] : actionNames(node.entry),
      exit: asl ? [] : actionNames(node.exit),
      tags: [...node.tags],
      ...(node.description !== undefined && { description: node.description }),
      ...(asl && { asl: asl.type }),
    });
    for (const child of children) this.read(child, node.id);
  }

  result(): Pick<ChartModel, 'nodes' | 'edges'> {
    for (const node of this.#all) {
      this.#addDefault(node);
      for (const [descriptor, transitions] of transitionsOf(node)) {
        for (const [place, transition] of transitions.entries()) {
          this.#add(node, descriptor, place, transition, transitions.length);
        }
      }
    }
    return { nodes: this.#nodes, edges: this.#edges };
  }

  #fold(node: AnyStateNode, asl: AslMeta, regions: ReadonlySet<AnyStateNode>): void {
    const visit = (inner: AnyStateNode) => {
      this.#inside.set(inner, { node, asl });
      this.#all.push(inner);
      for (const child of childNodes(inner)) if (!regions.has(child)) visit(child);
    };
    visit(node);
  }

  #add(
    node: AnyStateNode,
    descriptor: string,
    place: number,
    transition: AnyTransitionDefinition,
    alternatives: number,
  ): void {
    const id = edgeIdOf(node.id, descriptor, place);
    const targets = (transition.target ?? []).map((target) => this.#shown(target).id);
    const folded = this.#inside.get(node);
    if (folded) {
      const { asl } = folded;
      const source = folded.node.id;
      const outside = targets.filter((target) => target !== source);
      const shown = aslTrigger(node, asl, place, transition, outside.length > 0);
      if (shown) {
        const { guard, trigger, place = 0, alternatives = 1 } = shown;
        const named = guard === undefined ? {} : { guard };
        const ends = { source, targets: trigger.type === 'retry' ? [source] : outside };
        this.#edges.push({
          id,
          ...ends,
          trigger,
          ...named,
          actions: [],
          reenter: false,
          place,
          alternatives,
        });
      }
      return;
    }
    this.#edges.push({
      id,
      source: node.id,
      targets,
      trigger: triggerOf(node, descriptor),
      ...guardOf(transition.guard),
      actions: actionNames(transition.actions),
      reenter: transition.reenter,
      place,
      alternatives,
    });
  }

  #shown(node: AnyStateNode): AnyStateNode {
    return this.#inside.get(node)?.node ?? node;
  }

  /** XState keeps the default of a history state outside its transitions. */
  #addDefault(node: AnyStateNode): void {
    const target = configOf(node).target;
    if (node.type !== 'history' || typeof target !== 'string' || !node.parent) return;
    const state = stateNodeOf(node.parent, target.replace(/^\./, ''));
    if (!state) return;
    this.#edges.push({
      id: edgeIdOf(node.id, 'default', 0),
      source: node.id,
      targets: [state.id],
      trigger: { type: 'default' },
      actions: [],
      reenter: false,
      place: 0,
      alternatives: 1,
    });
  }
}

/** An execution ends where a definition says `Fail`. */
function aslKind({ type }: AslMeta, regions: number): NodeKind {
  if (regions > 0) return 'parallel';
  return type === 'Fail' ? 'final' : 'atomic';
}

/** The branches of a Parallel state have numbers for keys. */
function branchName({ parent, key }: AnyStateNode): string | undefined {
  return parent?.parent && aslOf(parent.parent) ? `branch ${Number(key) + 1}` : undefined;
}

function initialOf(node: AnyStateNode): { readonly initial?: NodeId } {
  const [initial] = node.initial.target;
  return initial ? { initial: initial.id } : {};
}

/** By descriptor. The descriptor of `always` is empty. */
function transitionsOf(
  node: AnyStateNode,
): readonly (readonly [string, readonly AnyTransitionDefinition[]])[] {
  if (node.type === 'history') return [];
  return [...node.transitions, ['', node.always ?? []]];
}
