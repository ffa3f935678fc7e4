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

/** What a worker or a child of a machine is given. */
export type WorkerInput<M, Name> = unknown extends LogicOf<M, Name> ? unknown : InputFrom<LogicOf<M, Name>>;

/** What a worker of a machine answers, or what a child of it ends with. */
export type WorkerOutput<M, Name> = unknown extends LogicOf<M, Name> ? unknown : OutputFrom<LogicOf<M, Name>>;

/** What runs as one task: of a list that `each` works on, what runs for an item. */
type TaskLogicOf<M, Name> =
  LogicOf<M, Name> extends { readonly [eachKey]?: infer Mark }
    ? NonNullable<Mark> extends EachMark<infer Actor>
      ? Actor
      : LogicOf<M, Name>
    : LogicOf<M, Name>;

/** What a worker's function is given. */
export type TaskInput<M, Name> = unknown extends LogicOf<M, Name> ? unknown : InputFrom<TaskLogicOf<M, Name>>;

/** What a worker's function answers. */
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

/** What a machine `emit`s. */
export type MachineEmitted<M> = M extends AnyStateMachine ? EmittedFrom<M> : JsonObject;

/** The machine as the client refers to it. */
export type MachineReferenceOf<M> = M extends AnyStateMachine ? M : string;
