import type {
  AnyStateMachine,
  ContextFrom,
  EventFrom,
  InputFrom,
  OutputFrom,
  SnapshotFrom,
  StateValue,
  StateValueFrom,
} from 'xstate';
import type { Json } from '../orchestrator/core/data/json.ts';

/** An XState machine, whose types then flow through the call, or the id of one. Only its id is used. */
export type MachineReference = AnyStateMachine | string;

/** What `input` an execution of the machine takes. */
export type MachineInput<M extends MachineReference> = M extends AnyStateMachine ? InputFrom<M> : unknown;

/** The output of an execution of the machine. */
export type MachineOutput<M extends MachineReference> = M extends AnyStateMachine ? OutputFrom<M> : Json;

/** The context of an execution of the machine. */
export type MachineContext<M extends MachineReference> = M extends AnyStateMachine ? ContextFrom<M> : Json;

/** The state value of an execution of the machine: XState's `snapshot.value`. */
export type MachineState<M extends MachineReference> = M extends AnyStateMachine
  ? SnapshotFrom<M>['value']
  : StateValue;

/** A state of a machine as `snapshot.matches` takes it: the whole value, or an outer part of it. */
export type MachineStateValue<M> = M extends AnyStateMachine ? StateValueFrom<M> : StateValue;

/** The events that can be sent to an execution of the machine. */
export type MachineEvents<M extends MachineReference> = M extends AnyStateMachine
  ? EventFrom<M>
  : ExecutionEvent;

/** An event of a machine that is not known at compile time: a type, and fields that survive JSON. */
export interface ExecutionEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** An option of every call about an execution. */
export interface OfMachine<M extends MachineReference = MachineReference> {
  /**
   * The execution's machine, or its id. The machine gives the call its types. A call that reads the execution throws
   * `DifferentMachineError` if it is an execution of another machine.
   */
  readonly machine?: M;
}

/** Options with a machine, of options or a machine. */
export function ofMachine<M extends MachineReference>(given: OfMachine<M> | M | undefined): OfMachine<M> {
  if (given === undefined) return {};
  return isOptions(given) ? given : { machine: given };
}

/** A machine has an id, and options do not. Null is not a machine. */
function isOptions<M extends MachineReference>(given: OfMachine<M> | M): given is OfMachine<M> {
  return typeof given === 'object' && (given === null || !('id' in given));
}

/** Options as a last argument, which may be left out where none is required. */
export type OptionalIfEmpty<Options> =
  Record<never, never> extends Options ? [options?: Options] : [options: Options];

/** The property `input`, which may be left out where the machine takes none. */
export type WithInput<M extends MachineReference> =
  undefined extends MachineInput<M>
    ? { readonly input?: MachineInput<M> }
    : { readonly input: MachineInput<M> };
