import { type Actor, type AnyActorRef, type AnyStateMachine, createActor, SimulatedClock } from 'xstate';
import type { Json } from '../../../../orchestrator/core/data/json.ts';
import { describeChild } from './durableChildren.ts';
import { eventTypes, type GeneratorOptions, generateMachine } from './generateMachine.ts';
import { failureOf, type ObservedState, type Side, withoutCaught } from './observed.ts';
import { seenOf } from './thrown.ts';

interface Task {
  readonly id: string;
  readonly resolve: (output: Json) => void;
  readonly reject: (error: unknown) => void;
}

/** A machine in XState's own actor, with a clock and promises that are moved from outside. */
export class XStateActor implements Side {
  readonly machine: AnyStateMachine;
  readonly features: ReadonlySet<string>;
  readonly #clock = new Clock(() => this.#actor?.getSnapshot().status !== 'active');
  #actor: Actor<AnyStateMachine> | undefined;
  #tasks: Task[] = [];
  #lines: string[] = [];
  readonly #childMachines: AnyActorRef[] = [];

  constructor(numbers: readonly number[], options: GeneratorOptions) {
    const generated = generateMachine(
      numbers,
      {
        custom: (name, params, { context, event }) =>
          this.#log('action', name, params, JSON.parse(JSON.stringify(context)), event.type),
        promise:
          (src) =>
          ({ input, self, signal }) =>
            new Promise((resolve, reject) => this.#run({ id: self.id, resolve, reject }, src, input, signal)),
      },
      options,
    );
    this.machine = generated.machine;
    this.features = generated.features;
  }

  get taskCount(): number {
    return this.#tasks.length;
  }

  get timerCount(): number {
    return this.#clock.dueTimes().length;
  }

  start(n: number): void {
    const actor = createActor(this.machine, {
      clock: this.#clock,
      input: { n },
      logger: (...args: unknown[]) => this.#log('log', ...args),
      inspect: (inspected) => {
        const { actorRef: actor } = inspected;
        if (inspected.type === '@xstate.actor' && (actor as AnyActorRef).src === 'child')
          this.#childMachines.push(actor as AnyActorRef);
        if (inspected.type !== '@xstate.event' || inspected.sourceRef !== this.#actor) return;
        const { actorRef, event } = inspected;
        if (actorRef === this.#actor || event.type === 'xstate.init' || event.type === 'xstate.stop') return;
        // The result shows in the child.
        if ((actorRef as AnyActorRef).src === 'child') return;
        // XState does not cancel all timers of an actor that has ended: what they send to orphans is not compared.
        if (this.#clock.isLate) return;
        if (isRunning(actorRef)) this.#log('send', (actorRef as AnyActorRef).id, event.type);
      },
    });
    this.#actor = actor;
    actor.on('*', (event: unknown) => this.#log('emit', event));
    actor.subscribe({ error: () => undefined });
    actor.start();
  }

  event(event: { readonly type: string; readonly v: Json }): void {
    this.#started().send(event);
  }

  async settle(index: number, succeeds: boolean, v: Json): Promise<void> {
    const [task] = this.#tasks.splice(index, 1);
    if (!task) throw new RangeError(`Task ${index} does not exist.`);
    if (succeeds) task.resolve(v);
    else task.reject(failureOf(v));
    await new Promise(setImmediate);
  }

  advance(ms: number): void {
    this.#clock.increment(ms);
    this.#clock.flushDue();
  }

  lines(): readonly string[] {
    return this.#lines.splice(0);
  }

  state(): ObservedState {
    const { status, value, context, output, error, tags, children } = this.#started().getSnapshot();
    const isActive = status === 'active';
    const refs = Object.entries(children as Record<string, AnyActorRef>);
    return {
      status,
      value: JSON.stringify(value),
      context: withoutCaught(JSON.parse(JSON.stringify(context))),
      output: output ?? null,
      error: status === 'error' ? seenOf(error) : null,
      tags: [...tags].sort(),
      tasks: isActive ? this.#tasks.map(({ id }) => id) : undefined,
      children: isActive ? refs.map(([id, ref]) => `${id} ${ref.getSnapshot().status}`).sort() : undefined,
      timers: isActive ? this.#clock.dueTimes() : undefined,
      childMachines: isActive
        ? refs
            .map(([id, ref]) => [id, ref, ref.getSnapshot()] as const)
            .filter(([, { src }, { status: own }]) => src === 'child' && own === 'active')
            .map(([id, , snapshot]) => describeChild(id, snapshot.value, snapshot.context))
            .sort()
        : undefined,
      stoppedMachines:
        status === 'error'
          ? undefined
          : this.#childMachines
              .map((ref) => [ref.id, ref.getSnapshot()] as const)
              .filter(([, snapshot]) => snapshot.status === 'stopped')
              .map(([id, snapshot]) => describeChild(id, snapshot.value, snapshot.context))
              .sort(),
    };
  }

  /** The types of events that the machine would do something on. */
  taken(v: Json): readonly string[] {
    const snapshot = this.#started().getSnapshot();
    return eventTypes.filter((type) => {
      try {
        return snapshot.can({ type, v });
      } catch {
        // Its guard throws: that, too, is something.
        return true;
      }
    });
  }

  /** How long until the next timer fires. */
  nextTimerMs(): number | undefined {
    const [next] = this.#clock.dueTimes();
    return next === undefined ? undefined : Math.max(0, next - this.#clock.now());
  }

  /** XState itself can be brought into a state that no statechart has: nothing is to be compared then. */
  isIllegal(): boolean {
    const { status, _nodes: nodes } = this.#started().getSnapshot();
    if (status !== 'active') return false;
    const active = new Set(nodes);
    return nodes.some((node) => {
      const states = Object.values(node.states).filter(({ type }) => type !== 'history');
      const entered = states.filter((state) => active.has(state)).length;
      if (node.parent && !active.has(node.parent)) return true;
      if (node.type === 'compound') return entered !== 1;
      return node.type === 'parallel' && entered !== states.length;
    });
  }

  #started(): Actor<AnyStateMachine> {
    if (!this.#actor) throw new Error('The machine has not started.');
    return this.#actor;
  }

  #run(task: Task, src: string, input: unknown, signal: AbortSignal): void {
    this.#tasks.push(task);
    this.#log('start', task.id, src, input ?? null);
    signal.addEventListener('abort', () => {
      this.#tasks = this.#tasks.filter((each) => each !== task);
      this.#log('stop', task.id);
    });
  }

  #log(...line: readonly unknown[]): void {
    this.#lines.push(JSON.stringify(line));
  }
}

/** XState's simulated clock fires what is due; not what comes to be due through that. */
class Clock extends SimulatedClock {
  readonly #due = new Map<unknown, number>();
  readonly #hasEnded: () => boolean;
  /** Whether a timer fires now whose machine has ended. */
  isLate = false;

  constructor(hasEnded: () => boolean) {
    super();
    this.#hasEnded = hasEnded;
  }

  override setTimeout(fn: (...args: unknown[]) => void, timeout: number): number {
    const id = super.setTimeout(() => {
      this.#due.delete(id);
      this.isLate = this.#hasEnded();
      fn();
      this.isLate = false;
    }, timeout);
    this.#due.set(id, this.now() + timeout);
    return id;
  }

  override clearTimeout(id: number): void {
    this.#due.delete(id);
    super.clearTimeout(id);
  }

  flushDue(): void {
    for (let round = 0; round < 300 && this.dueTimes().some((dueAt) => dueAt <= this.now()); round++) {
      this.increment(0);
    }
  }

  dueTimes(): number[] {
    return [...this.#due.values()].sort((first, second) => first - second);
  }
}

function isRunning(actor: unknown): boolean {
  const { _processingStatus: processing, getSnapshot } = actor as {
    _processingStatus: number;
    getSnapshot: () => { status: string };
  };
  return processing === 1 && getSnapshot.call(actor).status === 'active';
}
