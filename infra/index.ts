export { describeDeployment, type FunctionCode } from './describe.ts';
export type * from './description.ts';
export type { IngestRule } from './ingestRule.ts';
