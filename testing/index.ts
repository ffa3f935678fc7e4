export type { MachineStateValue } from '../client/machineTypes.ts';
export { UnknownOptionError } from '../orchestrator/core/policy/options.ts';
export type {
  ChildEntry,
  ElapsedEntry,
  EventEntryOf,
  ExecutionEntry,
  StartEntryOf,
  WorkerEntry,
  WorkerFailure,
} from './entry.ts';
export { ImpossibleTestError, NotReachedError } from './errors.ts';
export type {
  Expectation,
  ExpectedChild,
  ExpectedError,
  ExpectedTask,
  ExpectedTimer,
} from './expectation.ts';
export { type Given, given, type When } from './given.ts';
export type {
  ChildName,
  MachineDefinition,
  TaskInput,
  TaskOutput,
  WorkerInput,
  WorkerName,
  WorkerOutput,
} from './machineTypes.ts';
export { TestCloud, testCloud } from './testCloud.ts';
export type { InjectOptions, TestCloudOptions, TestWorkers } from './testCloudOptions.ts';
export type { EmittedEvent } from './testRecord.ts';
export type { WorkerFault, WorkerInvocation } from './workerFaults.ts';
