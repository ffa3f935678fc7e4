import { Metrics } from '@aws-lambda-powertools/metrics';
import type { ExecutionStatus } from '../core/execution/model/execution.ts';
import type { Activity, Observer } from './activity.ts';
import {
  type MetricDefinition,
  type MetricName,
  metricDefinitions,
  metricDimension,
} from './metricDefinitions.ts';
import { PublishingBudget } from './publishingBudget.ts';

export interface ActivityMetricsOptions {
  readonly namespace: string;
  readonly serviceName: string;
  /** The system's time in milliseconds since the epoch, which CloudWatch's metrics are in. */
  readonly now: () => number;
}

export interface ActivityMetrics {
  readonly observe: Observer;
  /** Called at the end of each invocation: publishes what was counted, or keeps it for the next time. */
  readonly publish: () => void;
}

/** At most 6 lines of log a minute for each instance that is always busy: cents a month. */
const budget = { burst: 60, intervalMs: 10_000 };

/** Younger ones are as good as on time: the clock looks once a second. */
const overdueFromMs = 5000;

const ofStatus: Partial<Record<ExecutionStatus, MetricName>> = {
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  PENDING_REDRIVE: 'ExecutionsPendingRedrive',
};

/** Metrics in CloudWatch's embedded metric format: lines of the log, with no call to anywhere. */
export function activityMetrics({ namespace, serviceName, now }: ActivityMetricsOptions): ActivityMetrics {
  const metrics = new Metrics({ namespace, serviceName });
  const publishing = new PublishingBudget(budget);
  const ofMachines = new Map<string, Map<MetricName, number>>();
  const ofDeployment = new Map<MetricName, number>();
  const ages = new Map<MetricName, number>();
  let countedAt: number | undefined;
  let isUrgent = false;

  const count = (name: MetricName, machine: string, by: number) => {
    const { of }: MetricDefinition = metricDefinitions[name];
    const counts = ofMachines.get(machine) ?? new Map<MetricName, number>();
    ofMachines.set(machine, counts);
    counts.set(name, (counts.get(name) ?? 0) + by);
    if (of === 'both') ofDeployment.set(name, (ofDeployment.get(name) ?? 0) + by);
    countedAt ??= now();
  };
  const measure = (name: MetricName, ageMs: number) => {
    ages.set(name, Math.max(ages.get(name) ?? 0, ageMs));
    countedAt ??= now();
  };
  const write = (values: ReadonlyMap<MetricName, number>, at: number, machine?: string) => {
    if (values.size === 0) return;
    metrics.setTimestamp(at);
    if (machine !== undefined) metrics.addDimension(metricDimension.machine, machine);
    for (const [name, value] of values) metrics.addMetric(name, metricDefinitions[name].unit, value);
    metrics.publishStoredMetrics();
  };

  return {
    observe: (activity: Activity) => {
      switch (activity.type) {
        case 'committed': {
          const { machine } = activity.execution;
          count('Commits', machine, 1);
          if (activity.results > 0) count('Steps', machine, activity.results);
          for (const status of activity.entered) {
            const name = ofStatus[status];
            if (name === undefined) continue;
            count(name, machine, 1);
            isUrgent = true;
          }
          break;
        }
        case 'conflicted':
          count('Conflicts', activity.execution.machine, 1);
          break;
        case 'redelivered':
          count('Redeliveries', activity.execution.machine, activity.records);
          break;
        case 'redispatched':
          count('Redispatches', activity.execution.machine, activity.tasks);
          break;
        case 'woken':
          count('Wakes', activity.execution.machine, 1);
          break;
        case 'batchDone':
          measure('BatchAge', activity.ageMs);
          break;
        case 'overdue':
          if (activity.ageMs >= overdueFromMs) measure('OverdueWakeAge', activity.ageMs);
          break;
        default:
          activity satisfies never;
      }
    },
    publish: () => {
      const at = countedAt;
      // A metric that an alarm waits for is not held back.
      if (at === undefined || !(publishing.take(now()) || isUrgent)) return;
      for (const [machine, counts] of ofMachines) write(counts, at, machine);
      write(new Map([...ofDeployment, ...ages]), at);
      for (const values of [ofMachines, ofDeployment, ages]) values.clear();
      countedAt = undefined;
      isUrgent = false;
    },
  };
}
