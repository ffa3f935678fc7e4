import { inspect } from 'node:util';
import type { MachineEvents, MachineInput } from '../client/machineTypes.ts';
import type { Duration } from '../orchestrator/core/policy/duration.ts';
import type {
  ChildName,
  MachineDefinition,
  MachineReferenceOf,
  WorkerName,
  WorkerOutput,
} from './machineTypes.ts';

/** One thing that happens to an execution, or has happened to it. */
export type ExecutionEntry<M extends MachineDefinition = MachineDefinition> =
  | StartEntryOf<M>
  | WorkerEntry<M>
  | ChildEntry<M>
  | EventEntryOf<M>
  | ElapsedEntry;

/** It is started, with this input. */
export interface StartEntryOf<M> {
  readonly start: MachineInput<MachineReferenceOf<M>>;
}

/** An event comes. */
export interface EventEntryOf<M> {
  readonly event: MachineEvents<MachineReferenceOf<M>>;
}

/** Time goes by: timers, retries and deadlines that are due in it take their effect, in order. */
export interface ElapsedEntry {
  readonly elapsed: Duration;
}

/** A worker's attempt ends: of its oldest open task, or of the task with this number. */
export type WorkerEntry<M> = {
  [Name in WorkerName<M>]:
    | { readonly worker: Name; readonly output: WorkerOutput<M, Name>; readonly task?: number }
    | { readonly worker: Name; readonly error: WorkerFailure | Error; readonly task?: number };
}[WorkerName<M>];

/** A child machine ends, or sends its parent an event: the oldest that runs, or the one with this number. */
export type ChildEntry<M> = {
  [Name in ChildName<M>]: { readonly child: Name; readonly task?: number } & (
    | { readonly output: WorkerOutput<M, Name> }
    | { readonly error: WorkerFailure | Error }
    | { readonly event: MachineEvents<MachineReferenceOf<M>> }
  );
}[ChildName<M>];

/** An error as a worker throws it: it is retried as the worker's policy says, unless it is not `retryable`. */
export interface WorkerFailure {
  /** Class name of the error. */
  readonly name: string;
  readonly message?: string;
  readonly retryable?: boolean;
  /** The error's own fields: JSON. */
  readonly [field: string]: unknown;
}

/** As a test's author wrote it, on one line. */
export function entryText(entry: object): string {
  return inspect(entry, { breakLength: Number.POSITIVE_INFINITY, depth: 4 });
}
