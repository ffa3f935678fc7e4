import type { AnyStateMachine, ContextFrom, EventFrom, InputFrom, OutputFrom } from 'xstate';
import type { Json } from '../orchestrator/core/data/json.ts';

/** An XState machine, whose types then flow through the call, or the id of one. Only its id is used. */
export type MachineReference = AnyStateMachine | string;

/** What `input` an execution of the machine takes. */
export type MachineInput<M extends MachineReference> = M extends AnyStateMachine ? InputFrom<M> : unknown;

/** What an execution of the machine ends with. */
export type MachineOutput<M extends MachineReference> = M extends AnyStateMachine ? OutputFrom<M> : Json;

/** What an execution of the machine keeps. */
export type MachineContext<M extends MachineReference> = M extends AnyStateMachine ? ContextFrom<M> : Json;

/** What can be sent to an execution of the machine. */
export type MachineEvents<M extends MachineReference> = M extends AnyStateMachine
  ? EventFrom<M>
  : ExecutionEvent;

/** An event of a machine that is not known at compile time: a type, and fields that survive JSON. */
export interface ExecutionEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Options as a last argument, which may be left out where none is required. */
export type OptionalIfEmpty<Options> =
  Record<never, never> extends Options ? [options?: Options] : [options: Options];

/** The property `input`, which may be left out where the machine takes none. */
export type WithInput<M extends MachineReference> =
  undefined extends MachineInput<M>
    ? { readonly input?: MachineInput<M> }
    : { readonly input: MachineInput<M> };
