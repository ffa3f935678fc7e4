export { InvalidDeploymentError } from './errors.ts';
export type { CountedReport, OwnMetricOptions } from './metrics.ts';
export { Millrace } from './millrace.ts';
export type { BusProps, MillraceProps, WorkerCodeProps, WorkerModuleProps } from './millraceProps.ts';
