/** A metric that Millrace's functions publish, in CloudWatch's terms. */
export interface MetricDefinition {
  readonly unit: 'Count' | 'Milliseconds';
  /** The owner of the metric: each machine, the whole deployment, or both. */
  readonly of: 'machine' | 'deployment' | 'both';
}

/** For their meaning, and what to do, see docs/monitoring.md. */
export const metricDefinitions = {
  /** Results of task attempts that commits took. */
  Steps: { unit: 'Count', of: 'machine' },
  Commits: { unit: 'Count', of: 'machine' },
  /** Commits that another one came before. */
  Conflicts: { unit: 'Count', of: 'machine' },
  /** Journal items that the stream brought again. */
  Redeliveries: { unit: 'Count', of: 'machine' },
  /** Tasks that were handed over once more. */
  Redispatches: { unit: 'Count', of: 'machine' },
  /** Calls of the clock for executions that run. */
  Wakes: { unit: 'Count', of: 'machine' },
  ExecutionsFailed: { unit: 'Count', of: 'both' },
  ExecutionsTimedOut: { unit: 'Count', of: 'both' },
  ExecutionsPendingRedrive: { unit: 'Count', of: 'both' },
  /** Age of a batch's oldest record, when the batch was done with. */
  BatchAge: { unit: 'Milliseconds', of: 'deployment' },
  /** How long the longest-due execution has been due; published only when that is longer than it should be. */
  OverdueWakeAge: { unit: 'Milliseconds', of: 'deployment' },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metricDefinitions;

/** Dimensions: `service` is on all of them, `machine` on those of a machine. */
export const metricDimension = { service: 'service', machine: 'machine' } as const;

/** The deployment's name in logs and metrics. */
export function serviceName(functionPrefix: string): string {
  return functionPrefix.replace(/-$/, '') || 'millrace';
}

export function metricNamespace(functionPrefix: string): string {
  return `Millrace/${serviceName(functionPrefix)}`;
}
