import type { Json } from '../../data/json.ts';
import { ownProperty } from '../../data/ownProperty.ts';
import type { TaskError } from '../../data/thrown.ts';
import type { MachineEvent } from '../../machine/step.types.ts';

/** What one execution tells another: actors in it are references. */
export type Message =
  | { readonly type: 'event'; readonly event: MachineEvent }
  /** A child has ended, to its parent. */
  | { readonly type: 'done'; readonly output?: Json }
  | { readonly type: 'error'; readonly error: TaskError }
  /** The state that the child belonged to was left, or its parent has ended. */
  | { readonly type: 'stop' }
  /** The parent is redriven, and its children with it. */
  | { readonly type: 'redrive' };

/** A journal item for another execution, written in one transaction with the commit that it comes from. */
export type OutgoingItem =
  | {
      readonly type: 'start';
      readonly receiver: string;
      readonly machine: string;
      readonly version: string;
      readonly input?: Json;
      /** Key of the object that holds the input, in its place. */
      readonly inputAt?: string;
    }
  | {
      readonly type: 'message';
      readonly receiver: string;
      readonly sender: string;
      /** From 1, without a gap, for each pair of sender and receiver. */
      readonly number: number;
      readonly messages: readonly Message[];
      /** Key of the object that holds the messages, in their place. */
      readonly messagesAt?: string;
      /** Milliseconds since the epoch: orders a catch-up. */
      readonly at: number;
    };

type Start = Extract<OutgoingItem, { type: 'start' }>;

/** What a commit has to tell other executions: one item a receiver, whatever number of messages it holds. */
export class Outgoing {
  readonly #sender: string;
  readonly #starts = new Map<string, Start>();
  readonly #messages = new Map<string, Message[]>();

  constructor(sender: string) {
    this.#sender = sender;
  }

  start(start: Start): void {
    this.#starts.set(start.receiver, start);
  }

  /** A child that is started and stopped by one commit never starts, unless it has something to hear between. */
  stop(child: string): void {
    if (this.#messages.has(child) || !this.#starts.delete(child)) this.send(child, { type: 'stop' });
  }

  send(receiver: string, message: Message): void {
    const messages = this.#messages.get(receiver);
    if (messages) messages.push(message);
    else this.#messages.set(receiver, [message]);
  }

  /** Answers what takes back all that is told from here on. */
  checkpoint(): () => void {
    const starts = [...this.#starts];
    const messages = [...this.#messages].map(([receiver, each]) => [receiver, [...each]] as const);
    return () => {
      this.#starts.clear();
      this.#messages.clear();
      for (const [receiver, start] of starts) this.#starts.set(receiver, start);
      for (const [receiver, each] of messages) this.#messages.set(receiver, [...each]);
    };
  }

  /** @param sent how many message items each receiver has got so far */
  items(sent: Readonly<Record<string, number>>, at: number): readonly OutgoingItem[] {
    const messages = [...this.#messages].map(([receiver, each]): OutgoingItem => {
      const number = (ownProperty(sent, receiver) ?? 0) + 1;
      return { type: 'message', receiver, sender: this.#sender, number, messages: each, at };
    });
    return [...this.#starts.values(), ...messages];
  }
}
