import { shown } from '../orchestrator/core/data/shown.ts';
import { isActivityName } from '../orchestrator/core/policy/activityName.ts';
import { durationMs } from '../orchestrator/core/policy/duration.ts';
import { checkChoice, checkNumber, checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import { storedTime } from '../orchestrator/core/policy/time.ts';
import type { Task } from '../workers/runTask.ts';
import { checkErrorName } from './checkEntry.ts';
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
  /**
   * Names of the activities that there are: a task of another one fails as where a definition was created through the API of
   * Step Functions. @default activities need no creation
   */
  readonly activities?: readonly string[];
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
  activities: true,
  maxEvents: true,
};
const injectKeys: KeysOf<InjectOptions> = { times: true };

/** @throws UnknownOptionError, ImpossibleTestError */
export function checkCloudOptions(options: TestCloudOptions): void {
  checkOptions('testCloud()', options, cloudKeys);
  checkChoice('testCloud()', 'deliveries', options.deliveries, Object.keys(deliveryFaults));
  const { startTime, seed, maxEvents, activities = [] } = options;
  const wrong = [...activities].find((name) => !isActivityName(name));
  if (wrong !== undefined) {
    throw new ImpossibleTestError(`activities has ${shown(wrong)}: give names of activities, and no ARNs.`);
  }
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
  if (fault === null || fault === undefined) {
    throw new ImpossibleTestError(`inject() is given the fault ${shown(fault)}: ${faultsThereAre}.`);
  }
  checkOptions('inject()', options, injectKeys);
  const { times = 1 } = options;
  if (!Number.isInteger(times) || times < 1) {
    throw new ImpossibleTestError(`inject() ${times} times: give a whole number from 1.`);
  }
  if (typeof fault !== 'object') checkChoice('inject()', 'the fault', fault, namedFaults);
  else {
    checkOptions('inject()', fault, 'takes' in fault ? { takes: true } : { error: true, takes: true });
    if ('takes' in fault) durationMs(fault.takes);
    else if (!isFailure(fault.error)) {
      throw new ImpossibleTestError(`inject() is given the fault ${shown(fault)}: ${faultsThereAre}.`);
    }
    if ('error' in fault)
      checkErrorName('inject()', typeof fault.error === 'string' ? fault.error : fault.error.name);
  }
}

/** A worker throws it: by its name alone, as data with a name, or as an Error. */
function isFailure(error: unknown): boolean {
  if (typeof error === 'string') return error !== '';
  return typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string';
}

/** @throws UnknownOptionError, ImpossibleTestError */
export function checkDeployed(deployed: { readonly machines: readonly unknown[] }): void {
  checkOptions('deploy()', deployed, { machines: true });
  checkMachines('deploy()', deployed.machines);
}

/** @throws ImpossibleTestError where they are not a list of machines, or of configs of machines */
export function checkMachines(what: string, machines: unknown): void {
  if (!Array.isArray(machines)) {
    throw new ImpossibleTestError(
      `${what} is given ${shown(machines)} as machines: give a list, as in [order].`,
    );
  }
  const odd = machines.findIndex((machine) => typeof machine !== 'object' || machine === null);
  if (odd < 0) return;
  throw new ImpossibleTestError(
    `${what} is given ${shown(machines[odd])} as machine ${odd}: give an XState machine, or the config of one.`,
  );
}

/** @throws ImpossibleTestError where they are not functions by their names */
export function checkWorkers(workers: unknown): void {
  if (typeof workers !== 'object' || workers === null || Array.isArray(workers)) {
    throw new ImpossibleTestError(
      `testCloud() is given ${shown(workers)} as workers: give functions by their names, as in { charge: () => 1 }.`,
    );
  }
  const odd = Object.entries(workers).find(([, work]) => work !== undefined && typeof work !== 'function');
  if (odd) {
    throw new ImpossibleTestError(
      `The worker '${odd[0]}' of testCloud() is ${shown(odd[1])}: give a function.`,
    );
  }
}

const faultsThereAre = "give 'timeOut', 'die', 'throttle', 'duplicate', { error: 'Name' } or { takes: '5s' }";
const namedFaults: readonly WorkerFault[] = ['timeOut', 'die', 'throttle', 'duplicate'];

export const defaultMaxEvents = 10_000;

export const deliveryFaults: Readonly<
  Record<NonNullable<TestCloudOptions['deliveries']>, Omit<DeliveryFaults, 'seed'>>
> = {
  once: {},
  duplicated: { duplicate: 1, duplicateInvoke: 1, maximumDelayMs: 2000 },
  reordered: { maximumDelayMs: 5000 },
};
