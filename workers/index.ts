export type { Duration } from '../orchestrator/core/duration.ts';
export { type EachOptions, InvalidEachError } from '../orchestrator/core/eachOptions.ts';
export type { ListFile, ListFormat, ListSummary } from '../orchestrator/core/listFiles.ts';
export type { RetryPolicy, TaskPolicy } from '../orchestrator/core/taskPolicy.ts';
export type { FailedItem } from '../orchestrator/core/thresholdError.ts';
export type { TaskPayload, TaskResultItem } from './contract.ts';
export { defineWorker, type WorkerHandler } from './defineWorker.ts';
export {
  type EachInput,
  type EachLogic,
  ExceedToleratedFailureThresholdError,
  each,
  eachFromFile,
  InvalidItemsError,
  isFailedItem,
} from './each.ts';
export { errorIs } from './errorIs.ts';
export type { Task } from './runTask.ts';
export { type WorkerLogic, WorkerOutsideMillraceError, withPolicy, worker } from './worker.ts';
