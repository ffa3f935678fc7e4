export { InvalidDeploymentError } from './errors.ts';
export type { CountedReport } from './metrics.ts';
export { Millrace } from './millrace.ts';
export type {
  BusProps,
  MillraceProps,
  RuleProps,
  WorkerCodeProps,
  WorkerModuleProps,
} from './millraceProps.ts';
