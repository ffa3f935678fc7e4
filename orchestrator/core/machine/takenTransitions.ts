import type { AnyMachineSnapshot, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { edgeIdOf } from './edgeIds.ts';
import { historyNodes, type Microstep, stateNodeOf } from './xstateInternals.ts';

/** The transitions that a macrostep takes, as XState's inspection reports its microsteps. */
export class TakenTransitions {
  /** Their ids, in the order in which they were taken. */
  edges: readonly string[] = [];
  #remembered: Remembered = {};

  begin(snapshot: AnyMachineSnapshot): void {
    this.edges = [];
    this.#remembered = historyNodes(snapshot);
  }

  add({ transitions, after }: Microstep): void {
    if (transitions.length > 0) this.edges = [...this.edges, ...takenEdges(transitions, this.#remembered)];
    this.#remembered = historyNodes(after);
  }
}

/** By the id of a history state: the states that it stands for. */
type Remembered = Readonly<Record<string, readonly AnyStateNode[]>>;

/**
 * The ids of the transitions that a microstep takes. XState reports all that are enabled, and takes only one of those that
 * leave the same states.
 *
 * @param remembered before the microstep
 */
function takenEdges(enabled: readonly AnyTransitionDefinition[], remembered: Remembered): readonly string[] {
  let taken: readonly AnyTransitionDefinition[] = [];
  for (const transition of enabled) {
    const rivals = taken.filter((other) => leaveTheSame(transition, other, remembered));
    if (rivals.some((rival) => !isInside(transition.source, rival.source))) continue;
    taken = [...taken.filter((other) => !rivals.includes(other)), transition];
  }
  return taken.map(edgeIdOfTransition);
}

function edgeIdOfTransition(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition;
  const alternatives = eventType === '' ? source.always : source.transitions.get(eventType);
  return edgeIdOf(source.id, eventType, alternatives?.indexOf(transition) ?? 0);
}

/** A transition leaves all active states inside its domain, and the domain of an enabled one is active itself. */
function leaveTheSame(
  one: AnyTransitionDefinition,
  other: AnyTransitionDefinition,
  remembered: Remembered,
): boolean {
  if (!one.target?.length || !other.target?.length) return false;
  const [a, b] = [domainOf(one, remembered), domainOf(other, remembered)];
  if (a === b || isInside(a, b)) return hasStates(a);
  return isInside(b, a) && hasStates(b);
}

/** The innermost state that a transition stays in; none where it leaves the root. */
type Domain = AnyStateNode | undefined;

function domainOf({ source, target = [], reenter }: AnyTransitionDefinition, remembered: Remembered): Domain {
  const targets = effectiveTargets(target, remembered);
  if (!reenter && targets.every((each) => each === source || isInside(each, source))) return source;
  let domain = source.parent;
  while (domain && !targets.every((each) => isInside(each, domain))) domain = domain.parent;
  return domain ?? (reenter ? undefined : source.machine.root);
}

function effectiveTargets(targets: readonly AnyStateNode[], remembered: Remembered): readonly AnyStateNode[] {
  return targets.flatMap((target) => {
    if (target.type !== 'history') return [target];
    return remembered[target.id] ?? effectiveTargets(defaultOf(target), remembered);
  });
}

function defaultOf({ parent, config }: AnyStateNode): readonly AnyStateNode[] {
  if (!parent) return [];
  if (config.target === undefined) return parent.type === 'parallel' ? [parent] : parent.initial.target;
  const target = stateNodeOf(parent, String(config.target));
  return target ? [target] : [];
}

function hasStates(domain: Domain): boolean {
  return domain === undefined || Object.keys(domain.states).length > 0;
}

function isInside(node: Domain, ancestor: Domain): boolean {
  if (node === undefined) return false;
  let parent = node.parent;
  while (parent && parent !== ancestor) parent = parent.parent;
  return parent === ancestor;
}
