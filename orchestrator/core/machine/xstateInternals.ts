import {
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  createActor,
  createMachine,
  type StateValue,
} from 'xstate';
import { messageOfError } from '../data/describeThrown.ts';
import { ownProperty } from '../data/ownProperty.ts';

/**
 * This folder's knowledge of XState beyond its public types. Casts and private parts live here and nowhere else;
 * test/core/machine/xstateInternals.test.ts pins each, so that an upgrade of XState that changes one is seen at
 * once.
 */

/** `implementations` of a machine, as plain records. */
export interface Implementations {
  readonly actors: Readonly<Record<string, unknown>>;
  readonly actions: Readonly<Record<string, unknown>>;
  readonly guards: Readonly<Record<string, unknown>>;
  readonly delays: Readonly<Record<string, unknown>>;
}

/** A property of a value whose type does not name it. */
export function property(value: unknown, key: string): unknown {
  const holds = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return holds ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** By XState's own mark and not `instanceof`: a machine may come from a bundle with its own copy of XState. */
export function isStateMachine(value: unknown): value is AnyStateMachine {
  return property(value, '__xstatenode') === true && property(value, 'idMap') instanceof Map;
}

/** By the properties that XState looks at when it persists a context; data has no function. */
export function isActorRef(value: object): value is AnyActorRef {
  return 'sessionId' in value && 'ref' in value && 'send' in value && typeof value.send === 'function';
}

/** @throws what XState throws for a config that it does not accept */
export function buildMachine(config: object, implementations?: Implementations): AnyStateMachine {
  return createMachine(config as never, implementations as never) as AnyStateMachine;
}

export function implementationsOf(machine: AnyStateMachine): Implementations {
  return machine.implementations as Implementations;
}

/** Config of a node as the author wrote it. */
export function configOf(node: AnyStateNode): Readonly<Record<string, unknown>> {
  return node.config as Readonly<Record<string, unknown>>;
}

export function childNodes(node: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(node.states as Record<string, AnyStateNode>);
}

/** All nodes; a node's place is its `order`. Two nodes with one id share an entry, so that places and orders differ. */
export function nodesInOrder(machine: AnyStateMachine): readonly AnyStateNode[] {
  return [...(machine as AnyStateMachine & { idMap: Map<string, AnyStateNode> }).idMap.values()];
}

/** The state that a target means, seen from a node: a path of keys joined by dots, or `#` and an id. */
export function stateNodeOf(from: AnyStateNode, target: string): AnyStateNode | undefined {
  if (target.startsWith('#')) {
    try {
      return (from.machine as AnyStateMachine).getStateNodeById(target);
    } catch {
      return undefined;
    }
  }
  let node: AnyStateNode | undefined = from;
  // A dot in a key is written with a backslash.
  for (const key of target.split(/(?<!\\)\./)) {
    node = ownProperty(node?.states as Record<string, AnyStateNode> | undefined, key.replaceAll('\\.', '.'));
  }
  return node;
}

/** Whether a node can be in a state value, as `stateIn` and `matches` are given it. */
export function hasStateValue(node: AnyStateNode, value: unknown): boolean {
  if (typeof value === 'string') return stateNodeOf(node, value) !== undefined;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(([key, inner]) => {
    const child = ownProperty(node.states as Record<string, AnyStateNode>, key);
    return (
      child !== undefined && (inner === undefined || isEmptyObject(inner) || hasStateValue(child, inner))
    );
  });
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Sets what bounds the microsteps of one macrostep: unlimited unless the author says otherwise. */
export function boundMicrosteps(machine: AnyStateMachine, whereUnlimited: number): number {
  const own = machine.options.maxIterations;
  machine.options.maxIterations = own !== undefined && Number.isFinite(own) ? own : whereUnlimited;
  return machine.options.maxIterations;
}

/** Puts another action in the place of each action of a built machine, those of its `after` included. */
export function mapActions(nodes: readonly AnyStateNode[], to: (action: unknown) => unknown): void {
  for (const node of nodes) {
    const transitions = [...node.transitions.values()].flat();
    for (const holder of [...transitions, ...(node.always ?? []), node.initial]) {
      holder.actions = holder.actions.map(to) as typeof holder.actions;
    }
    node.entry = node.entry.map(to) as typeof node.entry;
    node.exit = node.exit.map(to) as typeof node.exit;
  }
}

/** XState has no class for it. */
export function isEndlessLoopError(error: unknown): boolean {
  return error instanceof Error && messageOfError(error).startsWith('Infinite loop detected');
}

/** `StateNode.next` wraps what a guard throws, and says where. */
export function isGuardError(error: unknown): boolean {
  return error instanceof Error && messageOfError(error).startsWith('Unable to evaluate guard');
}

/** A property of an actor of createSelf, as a WeakMap would keep dropped actors until the next full collection. */
const childMadeListener = Symbol('childMade');

type ListeningActor = AnyActorRef & { readonly [childMadeListener]?: (child: AnyActorRef) => void };

/** Logic of an actor of which only the identity is used. */
const identity: AnyActorLogic = {
  transition: (snapshot) => snapshot,
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  getPersistedSnapshot: (snapshot) => snapshot,
};

/** The same for the guard of each transition that has one. */
export function mapGuards(nodes: readonly AnyStateNode[], to: (guard: unknown) => unknown): void {
  for (const node of nodes) {
    for (const transition of [...[...node.transitions.values()].flat(), ...(node.always ?? [])]) {
      if (transition.guard !== undefined) Object.assign(transition, { guard: to(transition.guard) });
    }
  }
}

/** Stands for every child, whatever its real logic: nothing runs inside a step. */
const remoteChild: AnyActorLogic = {
  ...identity,
  getInitialSnapshot: ({ self }, input) => {
    const parent: ListeningActor = self._parent ?? self;
    parent[childMadeListener]?.(self);
    return { status: 'active', output: undefined, error: undefined, input };
  },
};

/** Makes every actor source of the machine a {@link remoteChild}. */
export function replaceActors(machine: AnyStateMachine): void {
  machine.implementations.actors = new Proxy({}, { get: () => remoteChild });
}

/** A microstep of a machine, as XState's inspection reports it. */
export interface Microstep {
  /** All that were enabled, those that another one preempted included. */
  readonly transitions: readonly AnyTransitionDefinition[];
  readonly after: AnyMachineSnapshot;
}

export interface SelfOptions {
  readonly address: string;
  readonly parent: AnyActorRef | undefined;
  /** A session id: also the id of a child that is spawned without one. */
  readonly bookId: () => string;
  /** Takes what the machine sends to itself, past `raise`. */
  readonly send: (event: AnyEventObject) => void;
  readonly snapshot: () => AnyMachineSnapshot | undefined;
  readonly childMade: (child: AnyActorRef) => void;
  readonly microstep: (microstep: Microstep) => void;
  /** Called where a machine looks up a system id that none of its actors has. It may throw. */
  readonly systemIdMissing: (systemId: string) => undefined;
}

/** The actor that a machine sees as `self` for the length of a step. It is never started. */
export function createSelf(options: SelfOptions): AnyActorRef {
  const { address, parent } = options;
  const self = createActor(identity, { id: address, ...(parent ? { parent } : {}) });
  const get: (systemId: string) => AnyActorRef | undefined = self.system.get;
  Object.assign(self.system, {
    _bookId: options.bookId,
    get: (systemId: string) => get(systemId) ?? options.systemIdMissing(systemId),
  });
  self.system.inspect((event) => {
    if (event.type !== '@xstate.microstep') return;
    options.microstep({ transitions: event._transitions, after: event.snapshot as AnyMachineSnapshot });
  });
  Object.assign(self, {
    sessionId: address,
    _send: options.send,
    getSnapshot: () => options.snapshot() ?? identity.getInitialSnapshot({} as AnyActorScope, undefined),
  });
  return Object.assign(self, { [childMadeListener]: options.childMade });
}

/** A running child that its machine's snapshot does not name: it has its parent's system, and its `systemId` there. */
export function createChildActor(
  parent: AnyActorRef,
  { id, systemId }: { readonly id: string; readonly systemId: string | undefined },
): AnyActorRef {
  return createActor(identity, { id, parent, ...(systemId === undefined ? {} : { systemId }) });
}

/** An actor that lives elsewhere, or no more. */
export function createStandIn(id: string): AnyActorRef {
  const snapshot = { status: 'stopped', output: undefined, error: undefined } as const;
  return Object.assign(createActor(identity, { id, snapshot }), { sessionId: id });
}

export interface ActorRefusals {
  /** What `send` and `stop` do, where they are called on the actor. */
  readonly send: () => never;
  /** What `subscribe`, `on` and `select` do. */
  readonly observe: () => never;
}

/** Makes an actor that nothing runs refuse requests past the machine. */
export function refuseAtActor(actor: AnyActorRef, { send, observe }: Partial<ActorRefusals>): void {
  if (send) Object.assign(actor, { _send: send });
  if (observe) Object.assign(actor, { subscribe: observe, on: observe, select: observe });
}

export interface StoredChildActor {
  readonly src: string;
  readonly systemId: string | undefined;
  readonly snapshot: {
    readonly status: 'active' | 'done' | 'error';
    readonly output: unknown;
    readonly error: unknown;
  };
}

export interface SnapshotParts {
  readonly value: StateValue;
  readonly children: Readonly<Record<string, StoredChildActor>>;
  readonly history: Readonly<Record<string, readonly AnyStateNode[]>>;
}

/**
 * A machine's snapshot, without side effects, and without its context: XState would take data that looks like a
 * reference for one. History, which it would lose, is set afterwards.
 * @throws what XState throws for a state that the machine does not have
 */
export function restoreSnapshot(
  machine: AnyStateMachine,
  scope: AnyActorScope,
  parts: SnapshotParts,
): AnyMachineSnapshot {
  const persisted = { status: 'active', value: parts.value, context: {}, children: parts.children };
  const snapshot: AnyMachineSnapshot = machine.restoreSnapshot(persisted as never, scope);
  snapshot.historyValue = parts.history as AnyMachineSnapshot['historyValue'];
  return snapshot;
}

export function activeNodes(snapshot: AnyMachineSnapshot): readonly AnyStateNode[] {
  return snapshot._nodes;
}

/** Order of entry decides between transitions of parallel states; XState derives another one from `value`. */
export function setActiveNodes(snapshot: AnyMachineSnapshot, nodes: readonly AnyStateNode[]): void {
  snapshot._nodes = [...nodes];
}

export function historyNodes(
  snapshot: AnyMachineSnapshot,
): Readonly<Record<string, readonly AnyStateNode[]>> {
  return snapshot.historyValue as Readonly<Record<string, readonly AnyStateNode[]>>;
}

export function childActors(snapshot: AnyMachineSnapshot): readonly (readonly [string, AnyActorRef])[] {
  return Object.entries(snapshot.children as Record<string, AnyActorRef>);
}

/** What XState resolved as a child's input. */
export function inputOf(child: AnyActorRef): unknown {
  return property(child.getSnapshot(), 'input');
}

/** Whether the child was made to send its snapshots to its parent (`syncSnapshot`, `onSnapshot`). */
export function syncsSnapshots(child: AnyActorRef): boolean {
  return property(child, '_syncSnapshot') === true;
}
