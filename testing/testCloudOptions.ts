import type { Task } from '../workers/runTask.ts';
import type { DeliveryFaults } from './deliveryFaults.ts';
import type { TaskInput, TaskOutput, WorkerName } from './machineTypes.ts';

export interface TestCloudOptions {
  /**
   * How AWS delivers: `once`, and in order; `duplicated`: each record of the stream, and each invocation of a worker,
   * comes a second time; `reordered`: records overtake each other. @default 'once'
   */
  readonly deliveries?: 'once' | 'duplicated' | 'reordered';
  /** Of the delays of deliveries: the same seed gives the same run. @default 1 */
  readonly seed?: number;
  /** What the cloud's clock shows at first. @default 2026-01-01T00:00:00Z */
  readonly startTime?: Date;
  /** Deliveries, runs of workers and wakes within one call, at most: a machine may poll for ever. @default 10,000 */
  readonly mostHappenings?: number;
}

/** What workers do, typed as their machines have them. What they throw is the error of their task. */
export type TestWorkers<M> = {
  readonly [Name in WorkerName<M>]?: (
    input: TaskInput<M, Name>,
    task: Task,
  ) => TaskOutput<M, Name> | Promise<TaskOutput<M, Name>>;
};

export interface InjectOptions {
  /** Invocations that it strikes. @default 1 */
  readonly times?: number;
}

export const defaultMostHappenings = 10_000;

export const deliveryFaults: Readonly<
  Record<NonNullable<TestCloudOptions['deliveries']>, Omit<DeliveryFaults, 'seed'>>
> = {
  once: {},
  duplicated: { duplicate: 1, duplicateInvoke: 1, maximumDelayMs: 2000 },
  reordered: { maximumDelayMs: 5000 },
};
