import type { AnyEventObject, AnyMachineSnapshot, AnyStateNode } from 'xstate';
import { describeThrown, readableThrown } from '../data/describeThrown.ts';
import type { Json } from '../data/json.ts';
import type { ItemsAddress } from '../policy/itemPages.ts';
import type { Redrives } from '../policy/redrives.ts';
import { Actors, type Child, createActorElsewhere } from './actors.ts';
import { initialEdgeIdOf } from './edgeIds.ts';
import { EndlessLoopError, failureOfTask, failureOfThrown, storedError } from './failure.ts';
import { isTaken } from './heldEvents.ts';
import type { PreparedMachine } from './prepare.ts';
import type { Received, Settled } from './receive.ts';
import { encodeReferences, encodeWithPlaces, reviveReferences } from './references.ts';
import { rehydrate } from './rehydrate.ts';
import { type MachineChild, type MachineState, storeMachineState, unstarted } from './state.ts';
import type { MachineFailure, MachineStep } from './step.types.ts';
import { StepOutcome } from './stepOutcome.ts';
import { StepScope } from './stepScope.ts';
import { checkStorable } from './storable.ts';
import { activeNodes, historyNodes } from './xstateInternals.ts';

/** When and where a step is taken. */
export interface StepAt {
  /** Milliseconds since the epoch. Timers are set from it. */
  readonly now: number;
  /** The number of its first task, for a machine that starts within another. @default 0 */
  readonly nextTask?: number;
  /** Addresses (execution ids) of the machine and of the machine that started it. */
  readonly actor: {
    readonly id: string;
    readonly parent?: string;
    /** The execution that hosts it, in which its tasks and children are numbered. @default `id` */
    readonly host?: string;
  };
  /** The page that has an item of a list. It may throw, where the page has to be read first. */
  readonly pageOfItem?: (items: ItemsAddress, index: number) => readonly Json[];
  /** How often the execution was redriven after it had ended. Absent: never. */
  readonly redrives?: Redrives;
}

interface Failed {
  readonly failure: MachineFailure;
  /** What XState would have as the snapshot's `error`. */
  readonly thrown: unknown;
}

/** One step of a machine: a macrostep for the input, and one for each event that the machine then sends itself. */
export class StepRun {
  readonly #prepared: PreparedMachine;
  readonly #before: (() => MachineState) | undefined;
  readonly #scope: StepScope;
  readonly #actors: Actors;
  readonly #outcome: StepOutcome;
  /** What `self.getSnapshot()` gives. */
  #snapshot: AnyMachineSnapshot | undefined;
  /** Its context, where that is JSON as it is. */
  #plainContext: Json | undefined;
  #failed: Failed | undefined;
  /** Ids of the transitions of the macrosteps that succeeded. */
  readonly #taken: string[] = [];

  /** @param stored gives the state of before once more, as it is stored; undefined for the start */
  constructor(
    prepared: PreparedMachine,
    stored: (() => MachineState) | undefined,
    before: MachineState,
    at: StepAt,
  ) {
    const { id: address, parent: parentAddress, host: execution = address } = at.actor;
    const parent = parentAddress === undefined ? undefined : createActorElsewhere(parentAddress);
    this.#prepared = prepared;
    this.#before = stored;
    const { nextAnonymous, nextTask } = before;
    const isStarting = stored === undefined;
    this.#scope = new StepScope({
      address,
      parent,
      nextAnonymous,
      now: at.now,
      redrives: at.redrives,
      isStarting,
      systemIdsElsewhere: prepared.chart.systemIdsElsewhere,
      snapshot: () => this.#snapshot,
    });
    this.#actors = new Actors({ address, execution }, this.#scope.self, parent, nextTask);
    const kinds = {
      sourceOf: (src: string) => prepared.sourceOf(src),
      isInvoke: (id: string, src: string) => invokes(prepared.chart.nodes, id, src),
    };
    this.#outcome = new StepOutcome(this.#actors, kinds, at.now, this.#scope.sentToSelf);
  }

  start(input: Json | undefined, hasReferences: boolean): MachineStep {
    // It does not throw: what the machine throws is the snapshot's error.
    const initial: AnyMachineSnapshot = this.#prepared.chart.machine.getInitialSnapshot(
      this.#scope.xstate,
      hasReferences ? this.#revived(input) : input,
    );
    return this.#rest(this.#macrostep(initial, undefined, () => initial));
  }

  /** @param hasReferences whether the stored state has any */
  take(received: Extract<Received, { type: 'event' }>, hasReferences: boolean): MachineStep {
    const snapshot = this.rehydrated(received.state, hasReferences, received.settled);
    const event = received.hasReferences ? this.#withActors(received.event) : received.event;
    if (received.onlyIfTaken && !isTaken(this.#prepared.chart.machine, snapshot, event)) {
      return { type: 'ignored', reason: 'NotTaken' };
    }
    return this.#rest(this.#transition(snapshot, event));
  }

  /** @throws DefinitionMismatchError */
  rehydrated(state: MachineState, hasReferences: boolean, settled?: Settled): AnyMachineSnapshot {
    const children = childrenOf(state);
    const { orphans = [] } = state;
    this.#outcome.takeOver(state.timers, children, orphans);
    const { xstate } = this.#scope;
    const rehydrated = { state, children, orphans, ...(settled && { settled }) };
    return rehydrate(this.#prepared, rehydrated, xstate, this.#actors, hasReferences);
  }

  #transition(snapshot: AnyMachineSnapshot, event: AnyEventObject): AnyMachineSnapshot {
    const { machine } = this.#prepared.chart;
    return this.#macrostep(snapshot, event, () => {
      this.#scope.transitions.begin(snapshot);
      return machine.transition(snapshot, event, this.#scope.xstate);
    });
  }

  /** The events that the machine sent itself, then the end of the step. */
  #rest(first: AnyMachineSnapshot): MachineStep {
    const { maxIterations } = this.#prepared.chart;
    let snapshot = first;
    for (let macrosteps = 1; this.#failed === undefined && snapshot.status === 'active'; macrosteps++) {
      const event = this.#scope.sentToSelf.shift();
      if (event === undefined) break;
      if (macrosteps >= maxIterations)
        this.#fail(new EndlessLoopError(event.type, maxIterations), snapshot, event);
      else snapshot = this.#transition(snapshot, event);
    }
    this.#scope.end();
    return this.#finish(snapshot);
  }

  /** The snapshot after it, or where the machine throws the one before. */
  #macrostep(
    before: AnyMachineSnapshot,
    event: AnyEventObject | undefined,
    transition: () => AnyMachineSnapshot,
  ): AnyMachineSnapshot {
    this.#snapshot = before;
    const done = this.#attempt(before, event, () => {
      const next = transition();
      if (event === undefined && next.status === 'error') throw next.error;
      const plainContext = checkStorable(next.context, 'context');
      checkStorable(next.output, 'output');
      return { next, plainContext, requests: this.#scope.takeRequests() };
    });
    if (done === undefined) return before;
    this.#snapshot = done.next;
    this.#plainContext = done.plainContext;
    if (event === undefined) this.#taken.push(initialEdgeIdOf(done.next.machine.root.id));
    this.#taken.push(...this.#scope.transitions.edges);
    this.#outcome.apply(done.requests, done.next, event === undefined);
    return done.next;
  }

  /** An error thrown in here is the machine's own. When a start throws, XState does not run its actions. */
  #attempt<Result>(
    before: AnyMachineSnapshot,
    event: AnyEventObject | undefined,
    attempt: () => Result,
  ): Result | undefined {
    try {
      return attempt();
    } catch (caught) {
      if (event !== undefined) this.#outcome.applyActions(this.#scope.immediates());
      const thrown = readableThrown(caught);
      this.#fail(this.#prepared.chart.guardErrors.explained(thrown), before, event);
      return undefined;
    }
  }

  #fail(thrown: unknown, before: AnyMachineSnapshot, event: AnyEventObject | undefined): void {
    this.#failed = { failure: failureOfThrown(thrown, before, event?.type), thrown };
  }

  #finish(snapshot: AnyMachineSnapshot): MachineStep {
    const failed = this.#failed ?? unhandledError(snapshot);
    this.#outcome.orphanUnnamed(snapshot);
    if (failed || snapshot.status !== 'active') this.#outcome.end();
    const { orphans } = this.#outcome;
    const state: MachineState = {
      ...(failed ? this.#keptOnFailure(snapshot, failed) : this.#reached(snapshot)),
      children: childRecords(this.#outcome.children),
      ...(orphans.length === 0 ? {} : { orphans }),
      timers: this.#outcome.timers,
      nextTask: this.#actors.nextTask,
      nextAnonymous: this.#scope.nextAnonymous,
    };
    const { effects } = this.#outcome;
    const edges = this.#taken;
    const taken = { type: 'taken', stored: storeMachineState(state), state, effects, edges } as const;
    const markedOutput = failed ? undefined : this.#markedOutput(snapshot);
    const ended = markedOutput === undefined ? taken : { ...taken, markedOutput };
    return failed ? { ...taken, failure: failed.failure, thrown: describeThrown(failed.thrown) } : ended;
  }

  #reached(snapshot: AnyMachineSnapshot): Reached {
    const plainOutput = checkStorable(snapshot.output, 'output');
    const output = plainOutput ?? this.#withPlaces(snapshot.output, false).value;
    return {
      status: snapshot.status,
      value: snapshot.value,
      ...(this.#plainContext === undefined
        ? this.#storedContext(snapshot.context)
        : { context: this.#plainContext }),
      ...(output === undefined ? {} : { output }),
      ...(snapshot.status === 'active' ? beyondValue(snapshot) : {}),
    };
  }

  /** As XState's actor does, a failed machine keeps what it had after the last macrostep that succeeded. */
  #keptOnFailure(snapshot: AnyMachineSnapshot, { thrown }: Failed): Reached {
    const status = 'error';
    const error = storedError(thrown);
    try {
      const plain = checkStorable(snapshot.context, 'context');
      const kept = plain === undefined ? this.#storedContext(snapshot.context) : { context: plain };
      return { status, value: snapshot.value, ...kept, error };
    } catch {
      // The machine changed its old context in place, into something that cannot be stored, or started with such.
      const { value, context, errors } = this.#before?.() ?? unstarted;
      return { status, value, context, ...(errors && { errors }), error };
    }
  }

  #storedContext(context: unknown): Pick<MachineState, 'context' | 'errors'> {
    const { value = null, errors } = this.#withPlaces(context, true);
    return { context: value, ...(errors.length > 0 && { errors }) };
  }

  #withPlaces(value: unknown, keepsUndefined: boolean): ReturnType<typeof encodeWithPlaces> {
    return encodeWithPlaces(value, (actor) => this.#actors.referenceTo(actor), keepsUndefined);
  }

  /** Nothing where the output holds no errors: it is as in the state. */
  #markedOutput({ output }: AnyMachineSnapshot): Json | undefined {
    if (
      checkStorable(output, 'output') !== undefined ||
      this.#withPlaces(output, false).errors.length === 0
    ) {
      return undefined;
    }
    return encodeReferences(output, 'store', (actor) => this.#actors.referenceTo(actor));
  }

  /** The event with actors in the place of references. */
  #withActors(event: AnyEventObject): AnyEventObject {
    return Object.assign({}, this.#revived(event), { type: event.type });
  }

  #revived(value: Json | undefined): unknown {
    return reviveReferences(value, (address, id) => this.#actors.at(address, id));
  }
}

type Reached = Omit<MachineState, 'children' | 'orphans' | 'timers' | 'nextTask' | 'nextAnonymous'>;

/** XState ends a machine with an error of its own accord only where nothing handles a task's. */
function unhandledError(snapshot: AnyMachineSnapshot): Failed | undefined {
  if (snapshot.status !== 'error') return undefined;
  return { failure: failureOfTask(snapshot.error), thrown: snapshot.error };
}

/** What `value` does not say of the states: history, and the order of entry where parallel states make it matter. */
function beyondValue(snapshot: AnyMachineSnapshot): Pick<MachineState, 'history' | 'order'> {
  const nodes = activeNodes(snapshot);
  const history = Object.entries(historyNodes(snapshot));
  return {
    ...(history.length === 0
      ? {}
      : { history: Object.fromEntries(history.map(([id, remembered]) => [id, ordersOf(remembered)])) }),
    ...(nodes.some(({ type }) => type === 'parallel') ? { order: ordersOf(nodes) } : {}),
  };
}

function ordersOf(nodes: readonly AnyStateNode[]): readonly number[] {
  return nodes.map(({ order }) => order);
}

function invokes(nodes: readonly AnyStateNode[], id: string, src: string): boolean {
  return nodes.some((node) => node.invoke.some((invoke) => invoke.id === id && invoke.src === src));
}

function childrenOf({ children }: MachineState): ReadonlyMap<string, Child> {
  return new Map(Object.entries(children).map(([actorId, child]) => [actorId, { ...child, actorId }]));
}

function childRecords(children: ReadonlyMap<string, Child>): Readonly<Record<string, MachineChild>> {
  return Object.fromEntries([...children].map(([actorId, { actorId: _, ...child }]) => [actorId, child]));
}
