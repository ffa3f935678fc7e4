import type { LambdaFaultCounts } from '../faults.ts';

/**
 * Counters of one function since the start, under the names of its CloudWatch metrics.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export interface FunctionMetrics {
  /** Times that the function ran, retries included; not what was throttled. */
  invocations: number;
  errors: number;
  throttles: number;
  durationMs: number;
  /** Durations, each rounded up to a whole millisecond. Multiply by the memory for the price. */
  billedDurationMs: number;
  /** Spent on loading code. AWS bills it too, but on a laptop it says little about the cloud. */
  initDurationMs: number;
  environmentsStarted: number;
  asyncEventsReceived: number;
  /** Given up: too old, out of retries, lost on purpose, or of a function that was removed. */
  asyncEventsDropped: number;
  destinationDeliveryFailures: number;
}

export interface LambdaMetrics {
  readonly functions: Readonly<Record<string, Readonly<FunctionMetrics>>>;
  /** Invocations that run now. */
  readonly concurrentExecutions: number;
  /** Processes that are alive now. */
  readonly environments: number;
  /** Asynchronous events accepted and not done with: queued, running or waiting for a retry. */
  readonly asyncEventsPending: number;
  readonly faults: Readonly<LambdaFaultCounts>;
}

export class MetricsRegister {
  readonly #functions = new Map<string, FunctionMetrics>();

  of(functionName: string): FunctionMetrics {
    const known = this.#functions.get(functionName);
    if (known !== undefined) return known;
    const metrics: FunctionMetrics = {
      invocations: 0,
      errors: 0,
      throttles: 0,
      durationMs: 0,
      billedDurationMs: 0,
      initDurationMs: 0,
      environmentsStarted: 0,
      asyncEventsReceived: 0,
      asyncEventsDropped: 0,
      destinationDeliveryFailures: 0,
    };
    this.#functions.set(functionName, metrics);
    return metrics;
  }

  snapshot(): Record<string, FunctionMetrics> {
    return Object.fromEntries([...this.#functions].map(([name, metrics]) => [name, { ...metrics }]));
  }
}
