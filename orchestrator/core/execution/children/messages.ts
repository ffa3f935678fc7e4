import type { Json } from '../../data/json.ts';
import { ownProperty } from '../../data/ownProperty.ts';
import type { TaskError } from '../../data/thrown.ts';
import type { MachineEvent } from '../../machine/step.types.ts';
import type { ListLimits } from '../../policy/listLimits.ts';
import type { AttemptNumbers } from '../model/openTask.ts';
import type { TaskResult } from '../model/taskResult.ts';

/** A message from one execution to another: actors in it are references. */
export type Message =
  | {
      readonly type: 'event';
      readonly event: MachineEvent;
      /** Address of the machine that it is for, where the receiving execution hosts that machine. */
      readonly to?: string;
      /** An answer to the parent's last words as it stopped the child: it is heard though the child's state was left. */
      readonly isAnswer?: true;
    }
  /** A child has ended, to its parent. */
  | { readonly type: 'done'; readonly output?: Json }
  | { readonly type: 'error'; readonly error: TaskError }
  /** The state that the child belonged to was left, or its parent has ended. */
  | { readonly type: 'stop'; readonly answered?: Answered }
  /** The parent is redriven, and its children with it. */
  | { readonly type: 'redrive' }
  /** The list has failed of which the receiver works on a part: it is to end with what its items have come to. */
  | { readonly type: 'endPart' }
  /** The list has other limits of which the receiver works on a part, or on all. */
  | { readonly type: 'updatePart'; readonly number: number; readonly limits: ListLimits };

/** The messages that a parent's machine sent in the step that stops the child. XState's parent hears the answers. */
export type Answered = {
  /** How many messages before the stop, in its item. */
  readonly count: number;
  /** Address of the machine that answers are for, where the parent's execution hosts that machine. */
  readonly to?: string;
};

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
    }
  /** The end of an execution that another one's task has started: the result of that task. */
  | {
      readonly type: 'answer';
      readonly receiver: string;
      readonly attempt: AttemptNumbers;
      readonly result: TaskResult;
      /** Key of the object that holds the output, in its place. */
      readonly outputAt?: string;
      /** Milliseconds since the epoch. */
      readonly startedAt: number;
      readonly endedAt: number;
    }
  /** To an execution that a task has started, and that nothing waits for any more. */
  | {
      readonly type: 'stop';
      readonly receiver: string;
      /** Token of the task. */
      readonly answerTo: string;
      readonly cause: string;
      /** Milliseconds since the epoch. */
      readonly at: number;
    };

/** One thing that a step has to say to another execution. */
export type Said =
  | {
      readonly type: 'start';
      readonly receiver: string;
      readonly start: Extract<OutgoingItem, { type: 'start' }>;
    }
  | { readonly type: 'send'; readonly receiver: string; readonly message: Message }
  | {
      readonly type: 'item';
      readonly receiver: string;
      readonly item: Extract<OutgoingItem, { type: 'answer' | 'stop' }>;
    }
  /** A child that is started and stopped by one commit never starts, unless it has something to hear between. */
  | { readonly type: 'stop'; readonly receiver: string; readonly answered?: Answered };

export interface Correspondence {
  readonly sender: string;
  /** How many message items each receiver has got so far. */
  readonly sent: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The items that a commit writes to other executions: starts, then one item a receiver with all its messages in
 * order.
 */
export function itemsOf(
  said: readonly Said[],
  { sender, sent, at }: Correspondence,
): readonly OutgoingItem[] {
  const starts = new Map<string, OutgoingItem>();
  const messages = new Map<string, Message[]>();
  const others: OutgoingItem[] = [];
  const tell = (receiver: string, message: Message) => {
    messages.set(receiver, [...(messages.get(receiver) ?? []), message]);
  };
  for (const one of said) {
    const { receiver } = one;
    if (one.type === 'start') starts.set(receiver, one.start);
    else if (one.type === 'send') tell(receiver, one.message);
    else if (one.type === 'item') others.push(one.item);
    else if (messages.has(receiver) || !starts.delete(receiver)) {
      tell(receiver, { type: 'stop', ...(one.answered && { answered: one.answered }) });
    }
  }
  const items = [...messages].map(([receiver, each]): OutgoingItem => {
    const number = (ownProperty(sent, receiver) ?? 0) + 1;
    return { type: 'message', receiver, sender, number, messages: each, at };
  });
  return [...starts.values(), ...items, ...others];
}
