import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  type MetricDefinition,
  type MetricName,
  metricDefinitions,
  metricDimension,
  metricNamespace,
  serviceName,
} from '../../orchestrator/observability/metricDefinitions.ts';
import type { CalledFunction } from './calledFunctions.ts';
import type { DeployedFunction } from './deployedFunctions.ts';
import type { FunctionRole } from './permissions.ts';

/** Metrics are sums of five minutes unless they say otherwise. */
export const metricPeriod = Duration.minutes(5);

/** Reports in the functions' logs (orchestrator/observability/report.ts) that are counted. */
export const countedReports = {
  waiting: 'Executions that wait because of a defect of the orchestrator (InternalError)',
  dropped: 'Items that no one can decide on',
  dispatchFailed: 'Invocations of workers that failed',
  wakeFailed: 'Wakes that failed as a whole',
} as const;

export type CountedReport = keyof typeof countedReports;

/** The functions that make each report: their logs alone need a filter for it. */
const reportedBy: Readonly<Record<CountedReport, readonly FunctionRole[]>> = {
  waiting: ['orchestrator', 'wake', 'recovery'],
  dropped: ['orchestrator', 'wake', 'recovery', 'failed', 'publisher', 'ingest'],
  dispatchFailed: ['orchestrator', 'wake', 'recovery'],
  wakeFailed: ['clock'],
};

/** Counts reports by metric filters, which cost nothing while nothing is reported. */
export function countReports(
  scope: Construct,
  namespace: string,
  functions: readonly DeployedFunction[],
): void {
  for (const { description, function: reporting } of functions) {
    for (const [report, roles] of Object.entries(reportedBy)) {
      if (!roles.includes(description.role)) continue;
      new MetricFilter(scope, `${description.role}-${report}`, {
        logGroup: reporting.logGroup,
        metricNamespace: namespace,
        metricName: report,
        filterPattern: FilterPattern.stringValue('$.millrace', '=', report),
      });
    }
  }
}

export function reportMetric(namespace: string, report: CountedReport, options: MetricOptions = {}): Metric {
  return new Metric({ namespace, metricName: report, statistic: 'Sum', period: metricPeriod, ...options });
}

export interface OwnMetricOptions extends MetricOptions {
  /** @default - of all machines */
  readonly machine?: string;
}

/** A metric that the functions publish themselves: orchestrator/observability. Counts are summed up, of ages it is the greatest. */
export function ownMetric(
  functionPrefix: string,
  name: MetricName,
  { machine, ...options }: OwnMetricOptions = {},
): IMetric {
  const { unit, of }: MetricDefinition = metricDefinitions[name];
  const namespace = metricNamespace(functionPrefix);
  const service = serviceName(functionPrefix);
  const statistic = unit === 'Count' ? 'Sum' : 'Maximum';
  const { service: serviceDimension, machine: machineDimension } = metricDimension;
  if (of === 'machine' && machine === undefined) {
    return new MathExpression({
      // Machines are known to CloudWatch only by their metrics.
      expression: `SUM(SEARCH('{"${namespace}",${serviceDimension},${machineDimension}} MetricName="${name}"', '${statistic}'))`,
      usingMetrics: {},
      label: name,
      period: options.period ?? metricPeriod,
    });
  }
  return new Metric({
    namespace,
    metricName: name,
    dimensionsMap: {
      [serviceDimension]: service,
      ...(machine !== undefined && { [machineDimension]: machine }),
    },
    statistic,
    period: metricPeriod,
    ...options,
  });
}

/** A line for each machine. */
export function ofEachMachine(functionPrefix: string, name: MetricName): IMetric {
  const namespace = metricNamespace(functionPrefix);
  const { service, machine } = metricDimension;
  return new MathExpression({
    expression: `SEARCH('{"${namespace}",${service},${machine}} MetricName="${name}"', 'Sum')`,
    usingMetrics: {},
    label: '',
    period: metricPeriod,
  });
}

/** Executions that ended as failures: FAILED or TIMED_OUT. */
export function failedExecutions(functionPrefix: string, options: OwnMetricOptions = {}): IMetric {
  return new MathExpression({
    expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
    usingMetrics: {
      failed: ownMetric(functionPrefix, 'ExecutionsFailed', options),
      timedOut: ownMetric(functionPrefix, 'ExecutionsTimedOut', options),
    },
    label: 'Failed executions',
    period: options.period ?? metricPeriod,
  });
}

/** Records that were given up: left to the failure bucket, or lost where that did not take them. */
export function givenUpRecords(mapping: EventSourceMapping, options: MetricOptions = {}): MathExpression {
  const metric = (metricName: string) =>
    new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { EventSourceMappingUUID: mapping.eventSourceMappingId },
      statistic: 'Sum',
      period: metricPeriod,
      ...options,
    });
  return new MathExpression({
    expression: 'FILL(delivered, 0) + FILL(dropped, 0)',
    usingMetrics: {
      delivered: metric('OnFailureDestinationDeliveredEventCount'),
      dropped: metric('DroppedEventCount'),
    },
    label: 'Records given up',
    period: options.period ?? metricPeriod,
  });
}

export function tableMetric(table: ITable | Table, metricName: string, options: MetricOptions = {}): Metric {
  return table.metric(metricName, { statistic: 'Sum', period: metricPeriod, ...options });
}

/**
 * Throttled writes to the table and to its index, which the metric of the table does not have.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export function writeThrottles(table: ITable | Table, indexName: string): MathExpression {
  return new MathExpression({
    expression: 'FILL(tableThrottles, 0) + FILL(indexThrottles, 0)',
    usingMetrics: {
      tableThrottles: tableMetric(table, 'WriteThrottleEvents'),
      indexThrottles: tableMetric(table, 'WriteThrottleEvents', {
        dimensionsMap: { TableName: table.tableName, GlobalSecondaryIndexName: indexName },
      }),
    },
    label: 'Throttled writes',
    period: metricPeriod,
  });
}

/** The sum of one metric over some functions. */
export function sumOver(
  functions: readonly CalledFunction[],
  metricName: string,
  label: string,
  options: MetricOptions = {},
): MathExpression {
  return weightedSum(
    functions.map((each) => ({ function: each, weight: 1 })),
    metricName,
    label,
    options,
  );
}

/** The sum of one metric over some functions, each times a weight of its own. */
export function weightedSum(
  functions: readonly { readonly function: CalledFunction; readonly weight: number }[],
  metricName: string,
  label: string,
  options: MetricOptions = {},
): MathExpression {
  const terms = functions.map(({ function: each, weight }) => {
    // Names within an expression and all those that it is used in.
    const id = `${metricName.toLowerCase()}_${each.node.addr.slice(-10)}`;
    const metric = each.metric(metricName, { statistic: 'Sum', period: metricPeriod, ...options });
    return { id, metric, term: weight === 1 ? `FILL(${id}, 0)` : `FILL(${id}, 0) * ${weight}` };
  });
  return new MathExpression({
    expression: terms.map(({ term }) => term).join(' + '),
    usingMetrics: Object.fromEntries(terms.map(({ id, metric }) => [id, metric])),
    label,
    period: options.period ?? metricPeriod,
  });
}
