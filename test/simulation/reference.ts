import {
  type Actor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyStateMachine,
  createActor,
  fromPromise,
} from 'xstate';
import { revivedThrown, type TaskError } from '../../orchestrator/core/data/thrown.ts';
import type { JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import type { ReplayedEntry } from '../../orchestrator/core/execution/replay/replayed.ts';
import { type PreparedMachine, parseMachineState } from '../../orchestrator/core/machine/index.ts';
import { numberOfThrown, thrownOf } from '../core/machine/differential/thrown.ts';
import { promises, type StartedPromise } from './generated.ts';

/** What XState's actor has come to. */
export interface ReferenceState {
  readonly status: string;
  readonly value: unknown;
  readonly context: unknown;
  readonly output: unknown;
  readonly error: unknown;
}

/**
 * The definition with promises that are settled from outside, for XState's own actor.
 * @param controlsPromises false where the machine's own promises report their runs, as generated ones do
 */
export function referenceMachine(
  definition: AnyStateMachine,
  prepared: PreparedMachine,
  controlsPromises: boolean,
): AnyStateMachine {
  const controlled: Record<string, AnyActorLogic> = {};
  for (const [src, { kind }] of prepared.sources) {
    if (kind === 'machine' || (kind === 'promise' && !controlsPromises)) continue;
    controlled[src] = fromPromise(
      ({ self, signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => promises.onStop(self.id));
          promises.onStart({ actorId: self.id, resolve, reject });
        }),
    );
  }
  return Object.keys(controlled).length === 0 ? definition : definition.provide({ actors: controlled });
}

/**
 * Invariant 4: XState's own actor, whose promises settle and whose timers fire as the log says. It takes one entry of the
 * log after the other; what the entry did to tasks is seen from the execution before and after.
 */
export class Reference {
  readonly #machine: AnyStateMachine;
  readonly #prepared: PreparedMachine;
  readonly #clock = new ReferenceClock();
  readonly #running = new Map<string, StartedPromise>();
  #actor: Actor<AnyStateMachine> | undefined;
  #suspendedAt: number | undefined;
  /** Its children, theirs among them, by what would be the ids of their executions below this one. */
  readonly #family = new Map<AnyActorRef, { readonly address: string; children: number }>();
  /** A child took the id of another that still ran: XState lets both run on, and takes either for the other. */
  hasReplaced = false;

  constructor(machine: AnyStateMachine, prepared: PreparedMachine) {
    this.#machine = machine;
    this.#prepared = prepared;
  }

  async take({ entry, before, after }: ReplayedEntry, item: JournalEntry | undefined): Promise<void> {
    promises.onStart = (promise) => {
      if (this.#running.has(promise.actorId)) this.hasReplaced = true;
      this.#running.set(promise.actorId, promise);
    };
    promises.onStop = (actorId) => this.#running.delete(actorId);
    if (item?.kind === 'control')
      return this.#control(entry.verdict.type === 'applied' ? item.control : '', entry.at);
    if (this.#suspendedAt !== undefined) return;
    switch (entry.kind) {
      case 'start':
        if (item?.kind === 'start') this.#start(item.input, entry.at);
        return;
      case 'result':
      case 'inlined':
      case 'event':
      case 'message':
        this.#clock.now = entry.at;
        this.#clock.fireUntil(entry.at);
        await settled();
        if (entry.verdict.type === 'ignored' || !this.#isActive) return;
        if (item?.kind === 'event') this.#actor?.send({ ...item.fields, type: item.type });
        if (item?.kind === 'result') await this.#settle(item, before, after);
        return;
      case 'wake':
        await this.#wake(entry.at, before, after);
        return;
      default:
    }
  }

  state(): ReferenceState {
    const snapshot = this.#actor?.getSnapshot();
    return {
      status: snapshot?.status ?? 'none',
      value: snapshot?.value,
      context: JSON.parse(JSON.stringify(snapshot?.context ?? null)),
      output: snapshot?.output === undefined ? undefined : JSON.parse(JSON.stringify(snapshot.output)),
      error: snapshot?.error,
    };
  }

  /** Invariant 11: contexts of all machines that it has started, by `.n` and `.n.m`, whether they run or were stopped. */
  contextsOfChildren(): ReadonlyMap<string, unknown> {
    const children = [...this.#family].filter(([, { address }]) => address !== '');
    return new Map(
      children.map(([actor, { address }]) => [
        address,
        JSON.parse(JSON.stringify(actor.getSnapshot().context ?? null)),
      ]),
    );
  }

  #addToFamily(actor: AnyActorRef): void {
    const parent = actor._parent && this.#family.get(actor._parent);
    const address = parent ? `${parent.address}.${parent.children++}` : '';
    this.#family.set(actor, { address, children: 0 });
  }

  /** XState itself can be brought into a state that no statechart has: nothing is to be compared then. */
  isIllegal(): boolean {
    const snapshot = this.#actor?.getSnapshot();
    if (snapshot?.status !== 'active') return false;
    const active = new Set(snapshot._nodes);
    return snapshot._nodes.some((node) => {
      const states = Object.values(node.states).filter(({ type }) => type !== 'history');
      const entered = states.filter((state) => active.has(state)).length;
      if (node.parent && !active.has(node.parent)) return true;
      if (node.type === 'compound') return entered !== 1;
      return node.type === 'parallel' && entered !== states.length;
    });
  }

  get #isActive(): boolean {
    return this.#actor?.getSnapshot().status === 'active';
  }

  #start(input: unknown, at: number): void {
    this.#clock.now = at;
    this.#actor = createActor(this.#machine, {
      input,
      clock: this.#clock,
      logger: () => {},
      inspect: (inspected) => {
        if (inspected.type === '@xstate.actor') this.#addToFamily(inspected.actorRef as AnyActorRef);
      },
    });
    this.#actor.subscribe({ error: () => undefined });
    this.#actor.start();
  }

  #control(control: string, at: number): void {
    if (control === 'suspend') this.#suspendedAt = at;
    if (control === 'resume' && this.#suspendedAt !== undefined) {
      this.#clock.shift(at - this.#suspendedAt);
      this.#suspendedAt = undefined;
    }
  }

  async #settle(
    { task, attempt, result }: Extract<JournalEntry, { kind: 'result' }>,
    before: Execution | undefined,
    after: Execution | undefined,
  ): Promise<void> {
    if (isRetried(task, attempt, after)) return;
    const promise = this.#promiseOf(task, before);
    this.#running.delete(promise?.actorId ?? '');
    if (result.status === 'SUCCEEDED') promise?.resolve(result.output ?? null);
    else promise?.reject(originalOf(result.error));
    await settled();
  }

  /** The work that was due, in order of due time; at the same time, timers first. */
  async #wake(at: number, before: Execution | undefined, after: Execution | undefined): Promise<void> {
    this.#clock.now = at;
    const due = (before?.tasks ?? [])
      .filter(({ dispatchAt, deadline }) => dispatchAt === undefined && (deadline ?? at + 1) <= at)
      .sort((a, b) => (a.deadline ?? 0) - (b.deadline ?? 0));
    // By then another may have taken the name of one that was stopped.
    const promised = due.map((task) => ({ ...task, promise: this.#promiseOf(task.task, before) }));
    for (const { task, attempt, worker, deadline = at, promise } of promised) {
      this.#clock.fireUntil(deadline);
      await settled();
      if (isRetried(task, attempt, after) || !promise || !this.#isRunning(promise)) continue;
      const { timeoutMs } = this.#prepared.taskSourceOf(worker).policy;
      const message = `Attempt ${attempt} of task ${task} (${worker}) gave no result within ${timeoutMs} ms.`;
      this.#running.delete(promise.actorId);
      promise.reject(revivedThrown({ name: 'States.Timeout', message }));
      await settled();
    }
    this.#clock.fireUntil(at);
    await settled();
  }

  #promiseOf(task: number, execution: Execution | undefined): StartedPromise | undefined {
    const { children, orphans = [] } = parseMachineState(execution?.snapshot ?? '{}');
    const [actorId] = Object.entries(children).find(([, child]) => child.task === task) ?? [];
    // An actor whose id another one took runs on, and so its promise may settle.
    const orphan = orphans.find((child) => child.task === task);
    return this.#running.get(actorId ?? orphan?.actorId ?? '');
  }

  #isRunning(promise: StartedPromise): boolean {
    return this.#running.get(promise.actorId) === promise;
  }
}

/** The error that the worker has thrown, whatever the way to its result item has made of it. */
function originalOf(error: TaskError): unknown {
  const number = numberOfThrown(error);
  return number === undefined ? revivedThrown(error) : thrownOf(number);
}

function isRetried(task: number, attempt: number, after: Execution | undefined): boolean {
  return after?.tasks.some((open) => open.task === task && open.attempt > attempt) === true;
}

function settled(): Promise<unknown> {
  return new Promise(setImmediate);
}

interface Timer {
  readonly id: number;
  readonly run: () => void;
  dueAt: number;
}

/** A clock whose time is set before what is due by then fires, as where a wake comes late. */
class ReferenceClock {
  now = 0;
  #timers: Timer[] = [];
  #ids = 0;

  setTimeout(run: () => void, ms: number): number {
    const id = this.#ids++;
    this.#timers.push({ id, run, dueAt: this.now + ms });
    return id;
  }

  clearTimeout(id: number): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  }

  shift(ms: number): void {
    for (const timer of this.#timers) timer.dueAt += ms;
  }

  fireUntil(at: number): void {
    for (let fired = 0; fired < 300; fired++) {
      let next: Timer | undefined;
      for (const timer of this.#timers) if (!next || timer.dueAt < next.dueAt) next = timer;
      if (!next || next.dueAt > at) return;
      this.clearTimeout(next.id);
      next.run();
    }
  }
}
