import { fromPromise } from 'xstate';
import type { Json } from '../orchestrator/core/data/json.ts';
import type { ObjectStore } from '../orchestrator/store/objectStore.ts';
import type { Table } from '../orchestrator/table/table.ts';
import { type ItemReading, readMapItems } from './mapFiles/readMapItems.ts';
import { type ResultWriting, writeMapResults } from './mapFiles/writeMapResults.ts';
import type { Task } from './runTask.ts';
import { type ExecutionStart, startExecutionFor } from './startExecution.ts';
import { type WorkerLogic, WorkerOutsideMillraceError } from './worker.ts';

/**
 * Work that the worker host does for machines with its own access to the table and the store: what compiled definitions
 * need beside functions.
 */
export type HostWork = 'startExecution' | 'readMapItems' | 'writeMapResults';

/** A registered symbol, because a machine may come from a bundle with its own copy of this module. */
const hostWorkKey: unique symbol = Symbol.for('millrace.hostWork') as never;

/** Actor logic that stands for such work. */
export function hostWork<Input>(work: HostWork): WorkerLogic<Input, Json> {
  const logic = fromPromise<Json, Input>(() => Promise.reject(new WorkerOutsideMillraceError()));
  return Object.assign(logic, { [hostWorkKey]: work });
}

export function hostWorkOf(logic: object): HostWork | undefined {
  const work: unknown = hostWorkKey in logic ? logic[hostWorkKey] : undefined;
  return work === 'startExecution' || work === 'readMapItems' || work === 'writeMapResults'
    ? work
    : undefined;
}

export interface HostSurroundings {
  readonly table: Pick<Table, 'journal' | 'executions'>;
  readonly store: ObjectStore | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Only machines that were compiled from definitions give the input. */
export function doHostWork(
  work: HostWork,
  input: Json,
  task: Task,
  { table, store, now }: HostSurroundings,
): Promise<Json> {
  switch (work) {
    case 'startExecution':
      return startExecutionFor(checked(isExecutionStart, input), task, table, now());
    case 'readMapItems':
      return readMapItems(checked(isItemReading, input), store);
    case 'writeMapResults':
      return writeMapResults(checked(isResultWriting, input), store);
  }
}

function checked<Input>(isInput: (value: unknown) => value is Input, value: unknown): Input {
  if (isInput(value)) return value;
  throw new TypeError('The input of a task of the worker host is not what its machine gives it.');
}

function isExecutionStart(value: unknown): value is ExecutionStart {
  return hasKeys(value, ['machine', 'name', 'input']);
}

function isItemReading(value: unknown): value is ItemReading {
  return hasKeys(value, ['action', 'bucket', 'config']);
}

function isResultWriting(value: unknown): value is ResultWriting {
  return hasKeys(value, ['bucket', 'prefix', 'mapRunArn', 'run', 'succeeded', 'failed']);
}

function hasKeys(value: unknown, keys: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && keys.every((key) => Object.hasOwn(value, key));
}
