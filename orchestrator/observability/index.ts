import type { Configuration } from '../configuration/configuration.ts';
import { nobody, type Observer } from './activity.ts';
import { activityMetrics } from './activityMetrics.ts';
import { metricNamespace, serviceName } from './metricDefinitions.ts';
import type { Reporter } from './report.ts';
import { activityLog, createLogger, structuredReporter } from './structuredLog.ts';

/** How a function of Millrace is seen from outside. */
export interface Observability {
  readonly report: Reporter;
  readonly observe: Observer;
  /** Called at the end of each invocation. */
  readonly publishMetrics: () => void;
}

export function observability({
  functionPrefix,
  hasMetrics,
}: Pick<Configuration, 'functionPrefix' | 'hasMetrics'>): Observability {
  const service = serviceName(functionPrefix);
  const logger = createLogger(service);
  const log = activityLog(logger);
  const namespace = metricNamespace(functionPrefix);
  const { observe, publish } = hasMetrics
    ? activityMetrics({ namespace, serviceName: service, now: () => Date.now() })
    : { observe: nobody, publish: () => {} };
  return {
    report: structuredReporter(logger),
    observe: (activity) => {
      observe(activity);
      log(activity);
    },
    publishMetrics: publish,
  };
}
