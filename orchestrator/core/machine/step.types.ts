import type { Json, JsonObject } from '../data/json.ts';
import type { TaskError } from '../data/thrown.ts';
import type { ItemList, ItemsAddress } from '../policy/itemPages.ts';
import type { ListLimits } from '../policy/listLimits.ts';
import type { MachineState } from './state.ts';

/**
 * One thing that happens to a machine. `isMessage`: it comes from another machine, and actors that it names are
 * references (references.ts); what comes from outside holds none.
 */
export type MachineInput =
  | { readonly type: 'start'; readonly input: Json | undefined; readonly isMessage?: boolean }
  | {
      readonly type: 'event';
      readonly event: MachineEvent;
      readonly isMessage?: boolean;
      /** Ignores the event where no active state takes it now. */
      readonly onlyIfTaken?: boolean;
      /** Number of the child that sent it: it is for the machine that started the child. */
      readonly from?: number;
      /** Address of the machine within the execution that it is for. */
      readonly to?: string;
    }
  /** The result of a task, or of a child machine. */
  | {
      readonly type: 'taskSucceeded';
      readonly task: number;
      readonly output: Json | undefined;
      readonly isMessage?: boolean;
    }
  | { readonly type: 'taskFailed'; readonly task: number; readonly error: TaskError }
  /** The earliest timer is due. */
  | { readonly type: 'timer' }
  /** The part of a list on which the machine's actor `task` works. */
  | { readonly type: 'listPart'; readonly task: number; readonly part: PartOfList }
  /** The whole list has failed: the machine works on its part no more, and ends with what the items have come to. */
  | { readonly type: 'endListPart' }
  /** A list on whose items machines work has other limits from now on. */
  | {
      readonly type: 'updateList';
      readonly task: number;
      readonly number: number;
      readonly limits: ListLimits;
    };

/** Items of a list, which are in pages. */
export interface PartOfList {
  readonly items: ItemsAddress;
  readonly first: number;
  readonly count: number;
  readonly concurrency: number;
  readonly tolerated: number;
}

export type MachineEvent = { readonly type: string } & JsonObject;

/** The effects that a step asks its surroundings for, in the order in which XState would have done them. */
export type MachineEffect =
  | {
      readonly type: 'startTask';
      readonly task: number;
      /** Id of the invoked or spawned actor. */
      readonly actorId: string;
      readonly src: string;
      readonly input: Json | undefined;
    }
  /**
   * `left`: its state was left. `replaced`: XState invoked it a second time without leaving its state. `ended`: the machine
   * ended. `orphaned`: the machine ended, and an actor that was spawned later had the child's id.
   */
  | {
      readonly type: 'stopTask';
      readonly task: number;
      readonly actorId: string;
      readonly reason: 'left' | 'replaced' | 'ended' | 'orphaned';
      /** Address of the machine that stops it, where that is the machine of an item. */
      readonly by?: string;
    }
  /** A plain function action of the machine: run after the commit, at most once. It may answer a promise. */
  | { readonly type: 'action'; readonly name: string; readonly params: unknown; readonly run: () => unknown }
  | { readonly type: 'log'; readonly label: string | undefined; readonly value: unknown }
  | { readonly type: 'emit'; readonly event: Json }
  /**
   * An event to another machine, by address: its execution's id. `<own id>.<n>` is the own child n; where that is a
   * worker's task the event goes nowhere, as no promise takes events in XState either.
   */
  | { readonly type: 'send'; readonly to: string; readonly event: Json }
  /** Items of a list that the machine works on later: they are kept in pages. */
  | { readonly type: 'keepItems'; readonly list: ItemList };

export type MachineStep =
  | {
      readonly type: 'taken';
      /** The new {@link MachineState}, serialized: its bytes are what is stored. */
      readonly stored: string;
      readonly state: MachineState;
      readonly effects: readonly MachineEffect[];
      /** Ids of the transitions that it took, `always` included, in order (edgeIds.ts). */
      readonly edges: readonly string[];
      /** Present when `state.status` is `error`. */
      readonly failure?: MachineFailure;
      /** Its output, where that holds errors: they are marked, for the machine that waits for this one. */
      readonly markedOutput?: Json;
      /** The value that was thrown then, for the machine that waits for this one. */
      readonly thrown?: TaskError;
    }
  | {
      readonly type: 'ignored';
      readonly reason: 'Ended' | 'NotOpen' | 'NothingDue' | 'ReservedType' | 'NotTaken';
    };

/** Why a machine stopped with an error. */
export interface MachineFailure {
  readonly code: /** The machine's own code (context, guard, assign, input, output, delay, …) threw. */
    | 'MachineThrew'
    /** `always` transitions or events to itself did not come to rest. */
    | 'EndlessLoop'
    /** Context, output, a task's input or an event holds something that JSON would change; the message has the path. */
    | 'NotSerializable'
    /** A task failed and nothing in the machine handles it. */
    | 'TaskFailed'
    /** The machine's own code says so, by throwing an `ExecutionFailure`. */
    | 'DeclaredFailure';
  /** The thrown error's class name, or the task error's name. */
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}
