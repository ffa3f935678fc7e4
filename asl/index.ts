export {
  type Assessment,
  assess,
  type MachineInUse,
  type MonthlyCost,
  type MonthlyUse,
  type WorkflowType,
} from './assess/assess.ts';
export { checkDefinition, type DefinitionReport } from './check/check.ts';
export { type Price, type PriceOptions, priceOf } from './check/price.ts';
export { type ResourceUse, resourceUses } from './check/resources.ts';
export type { Happening, Observation, Observer } from './compile/observer.ts';
export { convertDefinition, convertText } from './convert/convert.ts';
export type { ConvertOptions } from './convert/options.ts';
export { UnconvertibleDefinitionError } from './convert/unconvertible.ts';
export { type Format, formatOf } from './document/readDocument.ts';
export {
  apiEventOf,
  type HistoryEvent,
  type HistoryEventType,
  historyEventTypes,
  withoutExecutionData,
} from './history/historyEvent.ts';
export {
  type ExecutionEnd,
  HistoryRecorder,
  historyEvents,
} from './history/historyRecorder.ts';
export type { HistorySubject } from './history/historySubject.ts';
export type { Replayed, ReplayedLogEntry } from './history/replayedEntries.ts';
export {
  errorsIn,
  InvalidDefinitionError,
  type LoadedDefinition,
  loadDefinition,
  type PlacedProblem,
  problemText,
} from './load.ts';
export { type MachineOptions, machineOf } from './machine.ts';
export { machineFromText } from './machineFromText.ts';
export {
  InvalidMockConfigError,
  type MockConfig,
  type MockedAnswer,
  type MockedResponse,
  readMockConfig,
  type TestCase,
} from './mockConfig/mockConfig.ts';
export type { Definition, State, StateGraph } from './model/model.ts';
export { readDefinition } from './model/readDefinition.ts';
export { hasLoop } from './model/targets.ts';
export { type FileTask, fileTasksOf, type PlacedTask, tasksOf } from './model/tasks.ts';
export * from './states/index.ts';
export type { Substitutions } from './substitutions.ts';
export {
  type ErrorDetails,
  type FieldValidationMode,
  type InspectionData,
  type InspectionLevel,
  InvalidStateTestError,
  type Mock,
  type ResultCheck,
  type StateConfiguration,
  type TestStateRequest,
  type TestStateResult,
} from './testState/request.ts';
export { type TestStateOptions, testState } from './testState/testState.ts';
export type { Problem, ProblemCode } from './validate/problem.ts';
export { type ValidateOptions, validate } from './validate/validate.ts';
