/** Millrace's own AWS SDK client, for `createClient({ dynamodb })`: a second copy of the SDK is not needed. */
export { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
export { InvalidConfigurationError } from '../orchestrator/configuration/configuration.ts';
export type { JsonChange } from '../orchestrator/core/data/jsonChanges.ts';
export { NotSerializableError } from '../orchestrator/core/data/serializable.ts';
export type { Message } from '../orchestrator/core/execution/children/messages.ts';
export type {
  ExecutionError,
  ExecutionErrorCode,
  ExecutionStatus,
} from '../orchestrator/core/execution/model/execution.ts';
export type { IgnoredReason } from '../orchestrator/core/execution/model/log.ts';
export type { Divergence, DivergenceCode } from '../orchestrator/core/execution/replay/divergence.ts';
export { JournalIncompleteError } from '../orchestrator/core/execution/replay/replayed.ts';
export { UnknownOptionError } from '../orchestrator/core/policy/options.ts';
export {
  ObjectNotFoundError,
  StoreNotConfiguredError,
  StoreUnavailableError,
} from '../orchestrator/store/objectStore.ts';
export { InvalidCursorError } from '../orchestrator/table/cursor.ts';
export {
  ExecutionAlreadyExistsError,
  IndexNotFoundError,
  ItemTooLargeError,
  StoredDataTooLargeError,
} from '../orchestrator/table/errors.ts';
export type { Count, ListedExecution, Page } from '../orchestrator/table/requests.ts';
export type { ActivityTask, GetActivityTaskOptions } from './activities.ts';
export type { BrowseOptions, CountOptions } from './browse.ts';
export type { CheckMachinesOptions } from './checkMachines.ts';
export { createClient, type MillraceClient } from './client.ts';
export type { ClientOptions } from './clientOptions.ts';
export type { ControlOptions, RedriveOptions } from './control.ts';
export type { ControlledExecution, ControlManyOptions } from './controlMany.ts';
export { waitsOnlyForEvents } from './describe.ts';
export type { Finding, FindingKind } from './doctor/findings.ts';
export type { DoctorOptions, DoctorProgress } from './doctor/options.ts';
export { type CatchUp, RecoveryFunctionFailedError, RecoveryUnavailableError } from './doctor/recovery.ts';
export type { TreatedFinding } from './doctor/treatment.ts';
export {
  ControlMismatchError,
  DifferentMachineError,
  ExecutionNotFoundError,
  ExecutionNotSucceededError,
  HistoryEntryNotFoundError,
  InputPatchNotApplicableError,
  InvalidActivityNameError,
  InvalidEventError,
  InvalidExecutionIdError,
  InvalidMachineIdError,
  InvalidTaskErrorError,
  InvalidTaskTokenError,
  InvalidWaitError,
  NotRedrivableError,
  RedriveTooLateError,
  ReplayDivergedError,
  ReservedEventTypeError,
  SinceNotApplicableError,
  TaskAlreadyCompletedError,
  TaskNotOpenError,
  WaitTimeoutError,
} from './errors.ts';
export type { ExecutionDescription, TaskDescription, TimerDescription } from './executionDescription.ts';
export type { HistoryOptions } from './history.ts';
export type { HistoryEntry, HistoryKind, HistoryVerdict } from './historyEntry.ts';
export type { ExecutionInspection, InspectedPart, InspectOptions } from './inspect.ts';
export type { ListOptions } from './list.ts';
export type {
  ExecutionEvent,
  MachineContext,
  MachineEvents,
  MachineInput,
  MachineOutput,
  MachineReference,
  MachineState,
  MachineStateValue,
  OfMachine,
} from './machineTypes.ts';
export {
  type ExecutionRecording,
  type ExecutionState,
  isBroken,
  type MachineDefinition,
  type ReplayOptions,
  type ReplayOutcome,
  type ReplayReport,
  replayRecording,
} from './replay.ts';
export type { SendOptions, SentEvent } from './send.ts';
export type { StartedExecution, StartManyOptions, StartOptions } from './start.ts';
export type { StartAndWaitOptions, StartAndWaitResult } from './startAndWait.ts';
export type { Sleep } from './surroundings.ts';
export type { TaskBeat, TaskFailure } from './tasks.ts';
export type { HistoryEffect, Transition } from './transition.ts';
export type { WaitOptions } from './wait.ts';
export type { ExecutionIds, ExecutionsAtRest, ExecutionsProgress, WaitForAllOptions } from './waitForAll.ts';
