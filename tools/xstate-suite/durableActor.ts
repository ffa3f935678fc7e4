import { type AnyMachineSnapshot, type AnyStateMachine, createActor } from 'xstate';
import { describeThrown as storedThrown } from '../../orchestrator/core/data/describeThrown.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import {
  type MachineEffect,
  type MachineEvent,
  type MachineInput,
  type MachineState,
  nextTimerDueAt,
  type PreparedMachine,
  parseMachineState,
  prepareMachines,
  promiseLogicOf,
  runPromiseLogic,
  stepMachine,
} from '../../orchestrator/core/machine/index.ts';

import { asBuilt } from './builtMachine.ts';

interface Clock {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(id: unknown): void;
  now?(): number;
}

export interface DurableActorOptions {
  readonly input?: Json;
  readonly id?: string;
  readonly clock?: Clock;
  readonly logger?: (...args: unknown[]) => void;
}

type Observer = {
  readonly next?: (snapshot: unknown) => void;
  readonly error?: (error: unknown) => void;
  readonly complete?: () => void;
};

interface Parent {
  readonly actor: DurableActor;
  readonly task: number;
  readonly machines: readonly PreparedMachine[];
  readonly prepared: PreparedMachine;
  readonly input: Json | undefined;
}

const systemClock: Clock = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout),
};

/** An actor of XState's tests whose machine is stepped as in an execution: from stored text to stored text. */
export class DurableActor {
  readonly id: string;
  readonly #options: DurableActorOptions;
  readonly #machine: AnyStateMachine;
  readonly #parent: Parent | undefined;
  readonly #machines: readonly PreparedMachine[];
  readonly #prepared: PreparedMachine;
  readonly #observers = new Set<Observer>();
  readonly #listeners: (readonly [type: string, listen: (event: unknown) => void])[] = [];
  readonly #aborts = new Map<number, AbortController>();
  readonly #children = new Map<number, DurableActor>();
  readonly #queue: MachineInput[] = [];
  #stored: string | undefined;
  #isBusy = false;
  #hasStarted = false;
  #timer: unknown;
  #error: unknown;

  constructor(machine: AnyStateMachine, options: DurableActorOptions, parent?: Parent) {
    this.#machine = machine;
    this.#options = options;
    this.#parent = parent;
    this.id = options.id ?? 'root';
    this.#machines = parent?.machines ?? prepareMachines([asBuilt(machine)], { unnamed: '(machine)' });
    const prepared = parent?.prepared ?? this.#machines[0];
    if (!prepared) throw new Error('There is no machine.');
    this.#prepared = prepared;
  }

  start(): this {
    if (this.#hasStarted) return this;
    this.#hasStarted = true;
    const input = this.#parent?.input ?? this.#options.input;
    this.#queue.unshift({ type: 'start', input, ...(this.#parent && { isMessage: true }) });
    this.#work();
    return this;
  }

  send(event: MachineEvent): void {
    this.#take({ type: 'event', event });
  }

  stop(): this {
    for (const child of this.#children.values()) child.stop();
    for (const abort of this.#aborts.values()) abort.abort();
    this.clock.clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#hasStarted = false;
    for (const { complete } of [...this.#observers]) complete?.();
    return this;
  }

  subscribe(observer: Observer | ((snapshot: unknown) => void), error?: Observer['error']) {
    const entry: Observer =
      typeof observer === 'function' ? { next: observer, ...(error && { error }) } : observer;
    this.#observers.add(entry);
    return { unsubscribe: () => void this.#observers.delete(entry) };
  }

  on(type: string, listen: (event: unknown) => void) {
    const entry = [type, listen] as const;
    this.#listeners.push(entry);
    return { unsubscribe: () => void this.#listeners.splice(this.#listeners.indexOf(entry), 1) };
  }

  getSnapshot(): AnyMachineSnapshot {
    const state = this.#state();
    if (!state) return createActor(this.#machine, { input: this.#options.input }).getSnapshot();
    const { value, context, status, output } = state;
    const snapshot = this.#machine.resolveState({ value, context: Object(context), status: 'active' });
    const children = Object.fromEntries(
      Object.entries(state.children).map(([id, { task }]) => [id, this.#children.get(task) ?? { id }]),
    );
    return Object.assign(snapshot, { status, output, error: this.#error, children });
  }

  get clock(): Clock {
    return this.#options.clock ?? systemClock;
  }

  get #now(): number {
    return this.clock.now?.() ?? Date.now();
  }

  #state(): MachineState | undefined {
    return this.#stored === undefined ? undefined : parseMachineState(this.#stored);
  }

  #take(input: MachineInput): void {
    this.#queue.push(input);
    this.#work();
  }

  #work(): void {
    if (this.#isBusy || !this.#hasStarted) return;
    this.#isBusy = true;
    try {
      for (let input = this.#queue.shift(); input; input = this.#queue.shift()) this.#step(input);
    } finally {
      this.#isBusy = false;
    }
  }

  #step(input: MachineInput): void {
    const parentId = this.#parent?.actor.address;
    const actor = { id: this.address, ...(parentId !== undefined && { parent: parentId }) };
    const step = stepMachine(this.#prepared, this.#stored, input, { now: this.#now, actor });
    if (step.type === 'ignored') return;
    this.#stored = step.stored;
    for (const effect of step.effects) this.#do(effect);
    const { failure } = step;
    if (failure) this.#error = Object.assign(new Error(failure.message), { name: failure.name });
    this.#watchClock(step.state);
    this.#tell(step.state);
  }

  /** It distinguishes executions, and actors here. */
  get address(): string {
    return this.#parent ? `${this.#parent.actor.address}.${this.#parent.task}` : 'root';
  }

  #do(effect: MachineEffect): void {
    switch (effect.type) {
      case 'action':
        effect.run();
        return;
      case 'log': {
        const { label, value } = effect;
        (this.#options.logger ?? console.log)(...(label === undefined ? [value] : [label, value]));
        return;
      }
      case 'emit': {
        const type = String(Object(effect.event).type);
        for (const [wanted, listen] of [...this.#listeners]) {
          if (wanted === type || wanted === '*') listen(effect.event);
        }
        return;
      }
      case 'startTask':
        this.#startTask(effect);
        return;
      case 'stopTask':
        this.#aborts.get(effect.task)?.abort();
        this.#children.get(effect.task)?.stop();
        return;
      case 'send':
        this.#root().#deliver(effect.to, { type: 'event', event: Object(effect.event), isMessage: true });
    }
  }

  #root(): DurableActor {
    return this.#parent ? this.#parent.actor.#root() : this;
  }

  #deliver(address: string, input: MachineInput): void {
    if (address === this.address) this.#take(input);
    for (const child of this.#children.values()) {
      if (address === child.address || address.startsWith(`${child.address}.`))
        child.#deliver(address, input);
    }
  }

  #startTask({ task, src, input, actorId }: Extract<MachineEffect, { type: 'startTask' }>): void {
    const source = this.#prepared.sourceOf(src);
    if (source.kind === 'machine') {
      const prepared = this.#machines.find(({ id }) => id === source.machine);
      if (!prepared) throw new Error(`Machine '${source.machine}' is not registered.`);
      const parent = { actor: this, task, machines: this.#machines, prepared, input };
      const child = new DurableActor(source.definition, { ...this.#options, id: actorId }, parent);
      this.#children.set(task, child);
      child.start();
      return;
    }
    const logic = promiseLogicOf(this.#prepared, src);
    if (!logic) return;
    const abort = new AbortController();
    this.#aborts.set(task, abort);
    runPromiseLogic(logic, input, { signal: abort.signal, id: actorId }).then(
      (output) => this.#take({ type: 'taskSucceeded', task, output: asJson(output) }),
      (error: unknown) => {
        if (!abort.signal.aborted) this.#take({ type: 'taskFailed', task, error: storedThrown(error) });
      },
    );
  }

  #watchClock(state: MachineState): void {
    this.clock.clearTimeout(this.#timer);
    const dueAt = nextTimerDueAt(state);
    if (dueAt === undefined) return;
    this.#timer = this.clock.setTimeout(() => this.#take({ type: 'timer' }), Math.max(0, dueAt - this.#now));
  }

  #tell({ status, output }: MachineState): void {
    const observers = [...this.#observers];
    if (status !== 'error') for (const { next } of observers) next?.(this.getSnapshot());
    if (status === 'error') for (const { error } of observers) error?.(this.#error);
    if (status === 'done') for (const { complete } of observers) complete?.();
    if (!this.#parent) return;
    const { actor, task } = this.#parent;
    if (status === 'done') actor.#take({ type: 'taskSucceeded', task, output, isMessage: true });
    if (status === 'error') actor.#take({ type: 'taskFailed', task, error: storedThrown(this.#error) });
  }
}

function asJson(value: unknown): Json | undefined {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
