import { durationMs } from '../orchestrator/core/policy/duration.ts';
import { checkChoice, checkNumber, checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import { storedTime } from '../orchestrator/core/policy/time.ts';
import type { Task } from '../workers/runTask.ts';
import type { DeliveryFaults } from './deliveryFaults.ts';
import { ImpossibleTestError } from './errors.ts';
import type { TaskInput, TaskOutput, WithItemMachines, WorkerName } from './machineTypes.ts';
import type { WorkerFault } from './workerFaults.ts';

export interface TestCloudOptions {
  /**
   * How AWS delivers: `once`, and in order; `duplicated`: each record of the stream, and each invocation of a worker,
   * comes a second time; `reordered`: records overtake each other. @default 'once'
   */
  readonly deliveries?: 'once' | 'duplicated' | 'reordered';
  /** Seed of the delays of deliveries: the same seed gives the same run. @default 1 */
  readonly seed?: number;
  /** The first time of the cloud's clock. @default 2026-01-01T00:00:00Z */
  readonly startTime?: Date;
  /** Deliveries, runs of workers and wakes within one call, at most: a machine may poll for ever. @default 10,000 */
  readonly maxEvents?: number;
}

/** The functions of workers, typed as their machines have them. An error that one throws is the error of its task. */
export type TestWorkers<M> = {
  readonly [Name in WorkerName<WithItemMachines<M>>]?: (
    input: TaskInput<WithItemMachines<M>, Name>,
    task: Task,
  ) => TaskOutput<WithItemMachines<M>, Name> | Promise<TaskOutput<WithItemMachines<M>, Name>>;
};

export interface InjectOptions {
  /** Invocations that it strikes. @default 1 */
  readonly times?: number;
}

const cloudKeys: KeysOf<TestCloudOptions> = {
  deliveries: true,
  seed: true,
  startTime: true,
  maxEvents: true,
};
const injectKeys: KeysOf<InjectOptions> = { times: true };

/** @throws UnknownOptionError, ImpossibleTestError */
export function checkCloudOptions(options: TestCloudOptions): void {
  checkOptions('testCloud()', options, cloudKeys);
  checkChoice('testCloud()', 'deliveries', options.deliveries, Object.keys(deliveryFaults));
  const { startTime, seed, maxEvents } = options;
  checkNumber('testCloud()', 'seed', seed, { least: Number.NEGATIVE_INFINITY });
  checkNumber('testCloud()', 'maxEvents', maxEvents, { least: 1, isWhole: true });
  if (startTime !== undefined && !(startTime instanceof Date && Number.isFinite(startTime.getTime()))) {
    throw new ImpossibleTestError(`startTime is ${String(startTime)}: give a valid Date.`);
  }
  if (startTime !== undefined && storedTime(startTime.getTime()) !== startTime.getTime()) {
    throw new ImpossibleTestError('startTime is after the year 9999 or before the year 0.');
  }
}

/** @throws UnknownOptionError, ImpossibleTestError */
export function checkInjected(fault: WorkerFault, options: InjectOptions): void {
  checkOptions('inject()', options, injectKeys);
  const { times = 1 } = options;
  if (!Number.isInteger(times) || times < 1) {
    throw new ImpossibleTestError(`inject() ${times} times: give a whole number from 1.`);
  }
  if (typeof fault !== 'object') checkChoice('inject()', 'the fault', fault, namedFaults);
  else {
    checkOptions('inject()', fault, 'takes' in fault ? { takes: true } : { error: true, takes: true });
    if ('takes' in fault) durationMs(fault.takes);
  }
}

/** @throws UnknownOptionError */
export function checkDeployed(deployed: { readonly machines: readonly unknown[] }): void {
  checkOptions('deploy()', deployed, { machines: true });
}

const namedFaults: readonly WorkerFault[] = ['timeOut', 'die', 'throttle', 'duplicate'];

export const defaultMaxEvents = 10_000;

export const deliveryFaults: Readonly<
  Record<NonNullable<TestCloudOptions['deliveries']>, Omit<DeliveryFaults, 'seed'>>
> = {
  once: {},
  duplicated: { duplicate: 1, duplicateInvoke: 1, maximumDelayMs: 2000 },
  reordered: { maximumDelayMs: 5000 },
};
