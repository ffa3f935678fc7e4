export type { LocalBus } from './bus.ts';
export {
  InvalidTimeScaleError,
  type LocalCloud,
  type LocalCloudFaults,
  type LocalCloudOptions,
  type LogLine,
  startLocalCloud,
} from './cloud.ts';
export { NoLocalEngineError } from './dynamodb/errors.ts';
