import type { Json } from '../../../../orchestrator/core/data/json.ts';
import { thrownOf } from './thrown.ts';

/** The comparison covers this part of a machine, the same for XState's own actor and for the durable one. */
export interface ObservedState {
  readonly status: string;
  /** As text: the order of regions counts, too. */
  readonly value: string;
  readonly context: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly tags: readonly string[];
  /** Ids of the tasks that run, in the order of their start. */
  readonly tasks: readonly string[] | undefined;
  readonly children: readonly string[] | undefined;
  readonly timers: readonly number[] | undefined;
  /** Child machines that run, with their states. */
  readonly childMachines: readonly string[] | undefined;
  /** Child machines that were stopped before their end, with what they had come to by then. */
  readonly stoppedMachines: readonly string[] | undefined;
}

export type Operation =
  | { readonly type: 'event'; readonly event: { readonly type: string; readonly v: Json } }
  | { readonly type: 'settle'; readonly task: number; readonly succeeds: boolean; readonly v: Json }
  | { readonly type: 'advance'; readonly ms: number }
  /** One of what brings the machine on: a task's end, an event that it takes, the time of its next timer. */
  | { readonly type: 'progress'; readonly choice: number; readonly succeeds: boolean; readonly v: Json };

/** A machine that operations are done to. */
export interface Side {
  start(n: number): void;
  event(event: { readonly type: string; readonly v: Json }): void;
  settle(task: number, succeeds: boolean, v: Json): Promise<void>;
  advance(ms: number): void;
  /** The actions and effects since the last time, one line each. */
  lines(): readonly string[];
  state(): ObservedState;
  readonly taskCount: number;
}

/** The error with which a task fails. */
export function failureOf(v: Json): unknown {
  return thrownOf(typeof v === 'number' ? v : JSON.stringify(v).length);
}

/** An error that the context holds is written in another way than XState's JSON: `last` says what the machine sees of it. */
export function withoutCaught(context: unknown): unknown {
  if (typeof context !== 'object' || context === null || !('caught' in context)) return context;
  const { caught: _, ...rest } = context;
  return rest;
}

/** Ids of children that were given none depend on the process: their order of appearance does not. */
export class AnonymousIds {
  readonly #names = new Map<string, string>();

  replaceIn(text: string): string {
    return text.replace(/x:\d+/g, (id) => {
      const name = this.#names.get(id) ?? `anonymous${this.#names.size}`;
      this.#names.set(id, name);
      return name;
    });
  }
}
