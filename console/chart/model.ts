/**
 * A machine as a statechart: plain JSON, without sizes and places. The console's server sends it, and the page finds an
 * execution's path on it.
 */
export interface ChartModel {
  /** The id that the machine is registered as. */
  readonly machine: string;
  readonly version: string;
  readonly root: NodeId;
  /** The root first, every node before its children, in the order of the source. */
  readonly nodes: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
}

/** XState's id of a state, such as `order.charging`. */
export type NodeId = string;

/**
 * `source|descriptor|place`: the state's id, XState's event descriptor (empty for `always`), and the place among the
 * alternatives for that descriptor, from 0. The history's `taken` has the same ids.
 */
export type EdgeId = string;

export type NodeKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history';

export interface ChartNode {
  readonly id: NodeId;
  readonly kind: NodeKind;
  /** The name that is shown: the state's key, or for the root the machine's id. */
  readonly name: string;
  readonly parent?: NodeId;
  /** In the order of the source. */
  readonly children: readonly NodeId[];
  /** Keys from the root, as they are nested in XState's state value. Empty for the root. */
  readonly path: readonly string[];
  /** For a compound state. */
  readonly initial?: NodeId;
  /** For a history state. */
  readonly history?: 'shallow' | 'deep';
  readonly invokes: readonly ChartInvoke[];
  /** Names of the actions on entry and on exit. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly tags: readonly string[];
  readonly description?: string;
  /** For a state of an Amazon States Language definition: its `Type`. */
  readonly asl?: string;
}

export interface ChartInvoke {
  readonly id: string;
  /** The source as tasks and effects name it: `worker` in a history. */
  readonly src: string;
  /** The name to show in place of `src`. */
  readonly label?: string;
  /** For a child machine: its id, as a history names it. */
  readonly machine?: string;
}

export interface ChartEdge {
  readonly id: EdgeId;
  readonly source: NodeId;
  /** None for a transition that only runs actions. */
  readonly targets: readonly NodeId[];
  readonly trigger: Trigger;
  /** As the machine names it; `ƒ` for a function without a name. */
  readonly guard?: string;
  /** Source text of a guard that is an inline function. */
  readonly guardSource?: string;
  readonly actions: readonly string[];
  readonly reenter: boolean;
  /** Its place among the alternatives for the same trigger, from 0, and how many there are. */
  readonly place: number;
  readonly alternatives: number;
}

/** The reason for which a transition is taken. */
export type Trigger =
  | { readonly type: 'event'; readonly name: string }
  /** `audit.*` has the prefix `audit`; `*` has none. */
  | { readonly type: 'wildcard'; readonly prefix?: string }
  | { readonly type: 'always' }
  /** The delay as it is shown: `30 s`, or the name of a delay. */
  | { readonly type: 'after'; readonly delay: string }
  /** `src` of the actor, or the name of the state. */
  | { readonly type: 'done'; readonly of: 'actor' | 'state'; readonly src: string }
  /** `errors`: the names that it is for, where it is not for all. */
  | { readonly type: 'error'; readonly src: string; readonly errors?: readonly string[] }
  | { readonly type: 'snapshot'; readonly src: string }
  /** A retry of an Amazon States Language state. */
  | { readonly type: 'retry'; readonly errors: readonly string[] }
  /** From a history state to the state that it stands for before its parent was ever left. */
  | { readonly type: 'default' };

/** The tone in which a trigger is drawn. */
export type Tone = Trigger['type'] | 'initial';
