export type { TaskPayload, TaskResultItem } from '../orchestrator/contract/task.ts';
export type { Duration } from '../orchestrator/core/policy/duration.ts';
export { type EachOptions, InvalidEachError } from '../orchestrator/core/policy/eachOptions.ts';
export { entryTime } from '../orchestrator/core/policy/entryTime.ts';
export { ExecutionFailure } from '../orchestrator/core/policy/executionFailure.ts';
export type { EachOutcome } from '../orchestrator/core/policy/itemOutcomes.ts';
export type { ListFile, ListFormat, ListSummary } from '../orchestrator/core/policy/listFiles.ts';
export { UnknownOptionError } from '../orchestrator/core/policy/options.ts';
export type {
  ActivityPolicy,
  LambdaPolicy,
  RetryPolicy,
  TaskPolicy,
} from '../orchestrator/core/policy/taskPolicy.ts';
export { taskTokenPlaceholder } from '../orchestrator/core/policy/taskTokenPlaceholder.ts';
export type { FailedItem } from '../orchestrator/core/policy/thresholdError.ts';
export { activity } from './activity.ts';
export { defineWorker } from './defineWorker.ts';
export {
  type EachInput,
  type EachLogic,
  ExceedToleratedFailureThresholdError,
  each,
  eachFromFile,
  InvalidItemsError,
  isFailedItem,
  itemOutcomesOf,
} from './each.ts';
export { errorIs } from './errorIs.ts';
export type { HandlerInput, HandlerOutput, WorkerHandler } from './handlerTypes.ts';
export { lambda } from './lambda.ts';
export type { Task } from './runTask.ts';
export { type WorkerLogic, WorkerOutsideMillraceError, withPolicy, worker } from './worker.ts';
