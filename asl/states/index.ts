// The imports of converted machines. Code that reads and checks definitions is elsewhere: an orchestrator does not need it.
export type { Json } from '../json.ts';
export type { StateData, StateFunction } from '../template/stateData.ts';
export {
  allOf,
  anyOf,
  ChoiceCondition,
  type ChoiceGuard,
  type ChoicePlace,
  not,
  type OperatorName,
  test,
  when,
} from './conditions.ts';
export { intrinsic, jsonata, jsonPath, type Value } from './expressions.ts';
export { type FileActorOptions, itemReader, resultWriter } from './files.ts';
export type { MachineParts, ParallelOptions, StateMakers, StatesOptions } from './makers.ts';
export {
  type Branch,
  type CallOptions,
  type CatcherOptions,
  type CatchOptions,
  type ChoiceOption,
  type ChoiceOptions,
  catchTo,
  type FailOptions,
  type FlowOptions,
  type HandlingOptions,
  type MadeState,
  type MapOptions,
  type PassOptions,
  type RetrierOptions,
  type TaskOptions,
  type WaitOptions,
} from './options.ts';
export { type ResourceOptions, resource } from './resource.ts';
export { itemStates, type StatesContext, states } from './states.ts';
