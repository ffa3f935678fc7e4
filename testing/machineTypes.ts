import type { AnyStateMachine, EmittedFrom, InputFrom, MachineImplementationsFrom, OutputFrom } from 'xstate';
import type { JsonObject } from '../orchestrator/core/data/json.ts';
import type { EachMark, eachKey } from '../orchestrator/core/policy/eachOptions.ts';
import type { waitsForResultKey } from '../orchestrator/core/policy/taskPolicy.ts';

/** An XState machine, or the config of one that is JSON alone. */
export type MachineDefinition = AnyStateMachine | JsonObject;

type ActorsOf<M> = M extends AnyStateMachine
  ? Required<NonNullable<MachineImplementationsFrom<M>['actors']>>
  : Readonly<Record<string, unknown>>;

type LogicOf<M, Name> = M extends MachineDefinition
  ? Name extends keyof ActorsOf<M>
    ? ActorsOf<M>[Name]
    : never
  : never;

/** Names of a machine's workers: its `worker()` and `fromPromise` actors. */
export type WorkerName<M> = M extends MachineDefinition
  ? {
      [Name in keyof ActorsOf<M> & string]: ActorsOf<M>[Name] extends AnyStateMachine
        ? never
        : [ItemMachineOf<ActorsOf<M>[Name]>] extends [never]
          ? Name
          : never;
    }[keyof ActorsOf<M> & string]
  : never;

/** The machine, and those that work on the items of its lists. */
export type WithItemMachines<M> =
  | M
  | (M extends AnyStateMachine
      ? { [Name in keyof ActorsOf<M>]: ItemMachineOf<ActorsOf<M>[Name]> }[keyof ActorsOf<M>]
      : never);

type ItemMachineOf<Logic> = Logic extends { readonly [eachKey]?: infer Mark }
  ? NonNullable<Mark> extends EachMark<infer Actor>
    ? Actor extends AnyStateMachine
      ? WithItemMachines<Actor>
      : never
    : never
  : never;

/** Names of a machine's child machines. */
export type ChildName<M> = M extends AnyStateMachine
  ? {
      [Name in keyof ActorsOf<M> & string]: ActorsOf<M>[Name] extends AnyStateMachine ? Name : never;
    }[keyof ActorsOf<M> & string]
  : M extends MachineDefinition
    ? string
    : never;

/** The input of a worker or a child of a machine. */
export type WorkerInput<M, Name> = unknown extends LogicOf<M, Name> ? unknown : InputFrom<LogicOf<M, Name>>;

/** The output of a worker or a child of a machine. */
export type WorkerOutput<M, Name> = unknown extends LogicOf<M, Name> ? unknown : OutputFrom<LogicOf<M, Name>>;

/** The logic that runs as one task: for a list that `each` works on, the logic for an item. */
type TaskLogicOf<M, Name> =
  LogicOf<M, Name> extends { readonly [eachKey]?: infer Mark }
    ? NonNullable<Mark> extends EachMark<infer Actor>
      ? Actor
      : LogicOf<M, Name>
    : LogicOf<M, Name>;

/** The input of a worker's function. */
export type TaskInput<M, Name> = unknown extends LogicOf<M, Name> ? unknown : InputFrom<TaskLogicOf<M, Name>>;

/** The answer of a worker's function. */
export type TaskOutput<M, Name> =
  unknown extends LogicOf<M, Name>
    ? unknown
    : WaitsForResult<TaskLogicOf<M, Name>> extends true
      ? // It comes from elsewhere.
        unknown
      : OutputFrom<TaskLogicOf<M, Name>>;

type WaitsForResult<Logic> = Logic extends { readonly [waitsForResultKey]?: infer Mark }
  ? unknown extends Mark
    ? false
    : true
  : false;

/** The events that a machine emits. */
export type MachineEmitted<M> = M extends AnyStateMachine ? EmittedFrom<M> : JsonObject;

/** The machine as the client refers to it. */
export type MachineReferenceOf<M> = M extends AnyStateMachine ? M : string;
