import type { AnyActorRef, AnyEventObject } from 'xstate';
import type { State } from '../model/model.ts';
import type { Context } from './context.ts';

/** The argument of actions and guards. */
export interface Given {
  readonly context: Context;
  readonly event: AnyEventObject;
  readonly self: AnyActorRef;
}

/** An action that XState made, from `assign` or `enqueueActions`. */
export type Action = object;

export interface TransitionConfig {
  /** A named one has parameters. */
  readonly guard?:
    | ((given: { readonly context: Context; readonly event: AnyEventObject }) => boolean)
    | NamedGuard;
  readonly target?: string;
  /** Whether a transition to the state itself enters it again. */
  readonly reenter?: true;
  readonly actions?: readonly Action[];
}

export interface NamedGuard {
  readonly type: string;
  readonly params: object;
}

/** The state of the definition that a state stands for, for charts. */
export interface AslMeta {
  readonly name: string;
  readonly type: State['type'];
  /** For a task. */
  readonly resource?: string;
  /** The errors of its retriers, and of each catcher. */
  readonly retries?: readonly string[];
  readonly catches?: readonly (readonly string[])[];
  /** The condition of each choice. */
  readonly choices?: readonly string[];
  /** How long it waits, where the definition says so. */
  readonly waits?: string;
}

/** The part of XState's configuration that compiled machines use. */
export interface StateConfig {
  readonly id?: string;
  readonly type?: 'parallel' | 'final';
  readonly initial?: string;
  readonly entry?: readonly Action[];
  readonly exit?: readonly Action[];
  readonly always?: readonly TransitionConfig[];
  readonly after?: Readonly<Record<string, TransitionConfig>>;
  readonly on?: Readonly<Record<string, TransitionConfig>>;
  readonly onDone?: TransitionConfig;
  readonly invoke?: {
    readonly id: string;
    readonly src: string;
    readonly input: (given: { readonly context: Context; readonly self: AnyActorRef }) => unknown;
    readonly onDone: TransitionConfig;
    readonly onError: TransitionConfig | readonly TransitionConfig[];
  };
  /** {@link StateConfig}, or what else XState takes. */
  readonly states?: Readonly<Record<string, object>>;
  readonly meta?: { readonly asl: AslMeta };
}

/** A scope's states. */
export interface Region {
  readonly initial: string;
  readonly states: Readonly<Record<string, object>>;
}
