export { InvalidConfigurationError } from '../orchestrator/configuration.ts';
export type {
  ExecutionError,
  ExecutionErrorCode,
  ExecutionStatus,
} from '../orchestrator/core/execution/execution.ts';
export type { IgnoredReason } from '../orchestrator/core/execution/log.ts';
export { NotSerializableError } from '../orchestrator/core/serializable.ts';
export {
  ObjectNotFoundError,
  StoreNotConfiguredError,
  StoreUnavailableError,
} from '../orchestrator/store/objectStore.ts';
export {
  ExecutionAlreadyExistsError,
  ItemTooLargeError,
  StoredDataTooLargeError,
} from '../orchestrator/table/errors.ts';
export { InvalidCursorError } from '../orchestrator/table/indexQueries.ts';
export type { ListedExecution, Page } from '../orchestrator/table/table.ts';
export { type ClientOptions, createClient, type MillraceClient } from './client.ts';
export {
  type ExecutionDescription,
  type TaskDescription,
  type TimerDescription,
  waitsOnlyForEvents,
} from './describe.ts';
export {
  DifferentMachineError,
  ExecutionNotFoundError,
  InvalidEventError,
  InvalidExecutionIdError,
  InvalidMachineIdError,
  NotRedrivableError,
  ReservedEventTypeError,
  WaitTimeoutError,
} from './errors.ts';
export type { HistoryEntry, HistoryKind, HistoryVerdict } from './history.ts';
export type { ListOptions } from './list.ts';
export type {
  ExecutionEvent,
  MachineContext,
  MachineEvents,
  MachineInput,
  MachineOutput,
  MachineReference,
} from './machineTypes.ts';
export type { SendOptions, SentEvent } from './send.ts';
export type { StartedExecution, StartManyOptions, StartOptions } from './start.ts';
export type { Sleep } from './surroundings.ts';
export type { WaitOptions } from './wait.ts';
export type { ExecutionIds, ExecutionsAtRest, ExecutionsProgress, WaitForAllOptions } from './waitForAll.ts';
