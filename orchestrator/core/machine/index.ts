export type { TaskError } from '../data/thrown.ts';
export { ObservedDirectlyError, SentDirectlyError } from './actors.ts';
export { hasSameStates } from './definitionHash.ts';
export { DefinitionMismatchError } from './definitionMismatch.ts';
export { InvalidDelayError } from './delays.ts';
export { prepareMachines } from './family.ts';
export {
  hostedListsOf,
  hostsList,
  isChildOfItem,
  remembersPositions,
  runningChildWithin,
  statesWithin,
} from './hostedStates.ts';
export { type LazyMachine, lazyMachine } from './lazyMachine.ts';
export { listMachineId, prepareListMachines } from './listMachine.ts';
export { MachineNotDurableError, type MachineProblem } from './machineProblem.ts';
export { eagerMachinesOf, lazyMachinesOf, machinesOf } from './moduleMachines.ts';
export { type PreparedMachine, prepareMachine, promiseLogicOf } from './prepare.ts';
export { EmittedFromTaskError, runPromiseLogic } from './promiseLogic.ts';
export { SentFromActionError } from './scopeErrors.ts';
export {
  type ActorSource,
  type EachMachineSource,
  type EachSource,
  ownActorName,
  possibleActorNames,
  type TaskSource,
} from './sources.ts';
export {
  type MachineChild,
  type MachineState,
  type MachineTimer,
  parseMachineState,
  runningChild,
} from './state.ts';
export { hasTag, isInState } from './stateQuestions.ts';
export { checkTakesUp, stepMachine } from './step.ts';
export type {
  MachineEffect,
  MachineEvent,
  MachineFailure,
  MachineInput,
  MachineStep,
} from './step.types.ts';
export { InputOrderError } from './stepOne.ts';
export type { StepAt } from './stepRun.ts';
export { nextTimerDueAt, shiftTimers } from './timers.ts';
export { buildMachine } from './xstateInternals.ts';
