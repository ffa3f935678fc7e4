export { createStepFunctionsApi, type StepFunctionsApiOptions } from './api.ts';
export {
  createStepFunctionsFunction,
  type FunctionUrlAnswer,
  type FunctionUrlEvent,
  type InvocationContext,
} from './functionHandler.ts';
export type { Answer, StepFunctionsHandler } from './handler.ts';
export {
  type MillraceRequestHandler,
  millraceRequestHandler,
  type SdkRequest,
  type SdkResponse,
} from './requestHandler.ts';
export type { DeployedMachine } from './surroundings.ts';
