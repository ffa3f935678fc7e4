import { thrownAsJson, thrownOfJson } from '../../../../orchestrator/core/data/thrown.ts';
import {
  type MachineEffect,
  type MachineInput,
  type MachineState,
  nextTimerDueAt,
  parseMachineState,
  prepareMachine,
  stepMachine,
} from '../../../../orchestrator/core/machine/index.ts';
import { type ChildContext, childMachine } from './childMachine.ts';

interface Child {
  readonly task: number;
  readonly actorId: string;
  stored: string | undefined;
}

const prepared = prepareMachine(childMachine);

/** Child machines of a durable machine, each stored on its own; what they and their parent say is delivered in order. */
export class DurableChildren {
  readonly #parent: string;
  readonly #tellParent: (input: MachineInput) => void;
  readonly #children = new Map<string, Child>();
  readonly #queue: (() => void)[] = [];
  #isDelivering = false;
  #hadTie = false;
  /** Its event is being taken by the parent. */
  #speaker: Child | undefined;
  #wasSpeakerSentTo = false;
  #hadLostWord = false;
  /** The state that stopped children had reached before their end. */
  readonly stopped: string[] = [];

  constructor(parent: string, tellParent: (input: MachineInput) => void) {
    this.#parent = parent;
    this.#tellParent = tellParent;
  }

  /** Takes an effect that concerns a child machine. */
  takes(effect: MachineEffect, now: number): boolean {
    if (effect.type === 'startTask' && effect.src === 'child') {
      const child: Child = { task: effect.task, actorId: effect.actorId, stored: undefined };
      this.#children.set(this.#addressOf(effect.task), child);
      this.#queue.push(() => this.#step(child, { type: 'start', input: effect.input, isMessage: true }, now));
      return true;
    }
    if (effect.type === 'stopTask' && this.#children.has(this.#addressOf(effect.task))) {
      if (this.#speaker?.task === effect.task && this.#wasSpeakerSentTo) this.#hadLostWord = true;
      this.#queue.push(() => this.#stop(this.#addressOf(effect.task)));
      return true;
    }
    const child = effect.type === 'send' ? this.#children.get(effect.to) : undefined;
    if (effect.type !== 'send' || child === undefined) return false;
    if (child === this.#speaker) this.#wasSpeakerSentTo = true;
    const event = effect.event as { type: string };
    this.#queue.push(() => this.#step(child, { type: 'event', event, isMessage: true }, now));
    return true;
  }

  /** Delivers what is to be delivered, and what comes of it. */
  deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next();
    this.#isDelivering = false;
  }

  timers(): readonly number[] {
    return this.#states().flatMap(([, { timers }]) => timers.map(({ dueAt }) => dueAt));
  }

  /**
   * Whether timers of two machines were due at the same instant: XState's one clock fires them in the order in which they
   * were set, executions of their own in any.
   */
  get hadTie(): boolean {
    return this.#hadTie;
  }

  /**
   * Whether a parent answered what a child said by sending to it and stopping it. XState's child is busy with what it says,
   * and a stop empties its mailbox; an execution gets what was sent before the stop.
   */
  get hadLostWord(): boolean {
    return this.#hadLostWord;
  }

  /** Fires the first timer of a child, if it is due before a time. */
  fire(before: number, now: number): boolean {
    const dues = this.#states()
      .map(([child, state]) => ({ child, dueAt: nextTimerDueAt(state) ?? Number.POSITIVE_INFINITY }))
      .sort((first, second) => first.dueAt - second.dueAt);
    const [due, other] = dues;
    if (due !== undefined && due.dueAt === other?.dueAt && due.dueAt <= now) this.#hadTie = true;
    if (due === undefined || due.dueAt > now) return false;
    if (due.dueAt === before) this.#hadTie = true;
    if (due.dueAt >= before) return false;
    this.#queue.push(() => this.#step(due.child, { type: 'timer' }, now));
    this.deliver();
    return true;
  }

  /** The children that run: id, state and what they know. */
  describe(): readonly string[] {
    return this.#states()
      .filter(([, { status }]) => status === 'active')
      .map(([{ actorId }, { value, context }]) =>
        describeChild(actorId, value, context as unknown as ChildContext),
      )
      .sort();
  }

  #stop(id: string): void {
    const child = this.#children.get(id);
    this.#children.delete(id);
    if (child?.stored === undefined) return;
    const { status, value, context } = parseMachineState(child.stored);
    if (status !== 'active') return;
    this.stopped.push(describeChild(child.actorId, value, context as unknown as ChildContext));
  }

  #step(child: Child, input: MachineInput, now: number): void {
    const id = this.#addressOf(child.task);
    if (!this.#children.has(id)) return;
    const step = stepMachine(prepared, child.stored, input, { now, actor: { id, parent: this.#parent } });
    if (step.type === 'ignored') return;
    child.stored = step.stored;
    const { task } = child;
    for (const effect of step.effects) {
      if (effect.type !== 'send' || effect.to !== this.#parent) continue;
      const event = effect.event as { type: string };
      this.#queue.push(() => this.#speak(child, { type: 'event', event, isMessage: true }));
    }
    const { status, output } = step.state;
    if (status === 'done') {
      this.#queue.push(() => this.#tellParent({ type: 'taskSucceeded', task, output, isMessage: true }));
    } else if (step.failure) {
      const { thrown = { name: 'Error', message: 'It failed with nothing thrown.' } } = step;
      const error = thrownOfJson(JSON.parse(JSON.stringify({ error: thrownAsJson(thrown) })).error);
      this.#queue.push(() => this.#tellParent({ type: 'taskFailed', task, error }));
    }
  }

  #speak(child: Child, input: MachineInput): void {
    this.#speaker = child;
    this.#wasSpeakerSentTo = false;
    this.#tellParent(input);
    this.#speaker = undefined;
  }

  #states(): (readonly [Child, MachineState])[] {
    return [...this.#children.values()].flatMap((child) =>
      child.stored === undefined ? [] : [[child, parseMachineState(child.stored)] as const],
    );
  }

  #addressOf(task: number): string {
    return `${this.#parent}.${task}`;
  }
}

export function describeChild(id: string, value: unknown, { n, asked }: ChildContext): string {
  return `${id} ${String(value)} n=${n} asked=${asked}`;
}
