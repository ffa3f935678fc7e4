import type { AnyActorScope, AnyMachineSnapshot, AnyStateNode } from 'xstate';
import type { Json } from '../data/json.ts';
import type { Actors, Child } from './actors.ts';
import { DefinitionMismatchError } from './definitionMismatch.ts';
import { mapValues } from './mapValues.ts';
import type { PreparedMachine } from './prepare.ts';
import type { Settled } from './receive.ts';
import { reviveReferences } from './references.ts';
import type { MachineState } from './state.ts';
import {
  activeNodes,
  childActors,
  createChildActor,
  restoreSnapshot,
  type StoredChildActor,
  setActiveNodes,
} from './xstateInternals.ts';

/** Makes of what is stored what XState had in memory. `actors` gets to know the children. */
export function rehydrate(
  prepared: PreparedMachine,
  { state, children, orphans, settled }: Rehydrated,
  scope: AnyActorScope,
  actors: Actors,
  hasReferences: boolean,
): AnyMachineSnapshot {
  const stored = new Map<string, StoredChildActor>();
  let ended: StoredChildActor | undefined;
  for (const { actorId, task, src, systemId, status } of children.values()) {
    const child = {
      src,
      // An actor that has ended has set its system id free, and another may have it.
      systemId: status === 'active' ? systemId : undefined,
      snapshot: { status, output: undefined, error: undefined },
    };
    stored.set(actorId, child);
    if (task === settled?.task) ended = child;
  }
  if (ended) Object.assign(ended.snapshot, { output: settled?.output, error: settled?.error });
  const snapshot = restore(prepared, state, scope, Object.fromEntries(stored));
  for (const [actorId, actor] of childActors(snapshot)) {
    const child = children.get(actorId);
    if (child) actors.adopt(actor, child);
  }
  for (const orphan of orphans) {
    const { actorId: id, systemId } = orphan;
    actors.adopt(createChildActor(actors.self, { id, systemId }), orphan);
  }
  const revived = (value: Json, errors?: MachineState['errors']) =>
    reviveReferences(value, (address, id) => actors.at(address, id), errors);
  snapshot.context = hasReferences || state.errors ? revived(state.context, state.errors) : state.context;
  // Only now the children that an output can refer to are there.
  if (ended && settled?.hasReferences)
    Object.assign(ended.snapshot, { output: revived(settled.output ?? null) });
  return snapshot;
}

export interface Rehydrated {
  readonly state: MachineState;
  /** Its children, by actor id. */
  readonly children: ReadonlyMap<string, Child>;
  readonly orphans: readonly Child[];
  /** The one of them that has just ended. */
  readonly settled?: Settled;
}

function restore(
  prepared: PreparedMachine,
  state: MachineState,
  scope: AnyActorScope,
  children: Readonly<Record<string, StoredChildActor>>,
): AnyMachineSnapshot {
  const { machine, nodes } = prepared.chart;
  const nodesAt = (orders: readonly number[]) =>
    orders.map((order) => nodes[order] ?? refuse(prepared, `it has no state of order ${order}`));
  const history = mapValues(state.history ?? {}, nodesAt);
  const snapshot = restoreOrRefuse(prepared, () =>
    restoreSnapshot(machine, scope, { value: state.value, children, history }),
  );
  if (state.order) setActiveNodes(snapshot, sameNodes(prepared, nodesAt(state.order), activeNodes(snapshot)));
  return snapshot;
}

/** The order that is stored has to be one of the states that are. */
function sameNodes(
  prepared: PreparedMachine,
  ordered: readonly AnyStateNode[],
  derived: readonly AnyStateNode[],
): readonly AnyStateNode[] {
  const isSame = ordered.length === derived.length && derived.every((node) => ordered.includes(node));
  return isSame ? ordered : refuse(prepared, 'the orders of its states are not those of the stored ones');
}

function restoreOrRefuse(prepared: PreparedMachine, restoring: () => AnyMachineSnapshot): AnyMachineSnapshot {
  try {
    return restoring();
  } catch (error) {
    return refuse(prepared, error instanceof Error ? error.message : String(error));
  }
}

function refuse(prepared: PreparedMachine, problem: string): never {
  throw new DefinitionMismatchError(prepared, problem);
}
