export type { LocalBus } from './bus.ts';
export { type LocalCloud, startLocalCloud } from './cloud.ts';
export {
  InvalidTimeScaleError,
  type LocalCloudFaults,
  type LocalCloudOptions,
  type LogLine,
} from './cloudOptions.ts';
export { NoLocalEngineError } from './dynamodb/errors.ts';
export { LocalCloudRunningError } from './tableFileClaim.ts';
