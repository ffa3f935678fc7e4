export { InvalidDeploymentError } from './errors.ts';
export type { CountedReport, OwnMetricOptions } from './metrics.ts';
export { Millrace } from './millrace.ts';
export type {
  BusProps,
  CalledFunctionProps,
  MillraceProps,
  RuleProps,
  WorkerCodeProps,
  WorkerModuleProps,
} from './millraceProps.ts';
