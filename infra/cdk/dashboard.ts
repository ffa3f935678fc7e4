import {
  type Alarm,
  AlarmStatusWidget,
  type Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { MetricName } from '../../orchestrator/observability/metricDefinitions.ts';
import type { CalledFunction } from './calledFunctions.ts';
import type { DeployedFunction } from './deployedFunctions.ts';
import {
  countedReports,
  metricPeriod,
  ofEachMachine,
  ownMetric,
  reportMetric,
  sumOver,
  tableMetric,
  weightedSum,
  writeThrottles,
} from './metrics.ts';

export interface DashboardProps {
  readonly table: ITable | Table;
  readonly indexName: string;
  readonly orchestrator: LambdaFunction;
  readonly ownFunctions: readonly DeployedFunction[];
  readonly workers: readonly LambdaFunction[];
  /** Functions that do tasks and know nothing of Millrace. */
  readonly called: readonly CalledFunction[];
  readonly alarms: readonly Alarm[];
  readonly reportNamespace: string;
  readonly functionPrefix: string;
  /** Whether the functions publish metrics of their own. */
  readonly hasMetrics: boolean;
}

/** List prices of us-east-1, USD a million: docs/reference/cost.md. */
const usd = { writeUnits: 0.625, readUnits: 0.125, requests: 0.2, arm64GbSeconds: 13.3334 };

/** A metric of CloudWatch may be made of a hundred others. */
const mostWorkers = 90;

export function fillDashboard(dashboard: Dashboard, props: DashboardProps): void {
  const { table, indexName, orchestrator, workers, called, alarms, reportNamespace, hasMetrics } = props;
  const ownFunctions = props.ownFunctions.map((own) => own.function);
  const counted = workers.slice(0, mostWorkers);
  // An invocation is a step where nothing counts steps; a called function may have other callers.
  const steps = hasMetrics
    ? ownMetric(props.functionPrefix, 'Steps')
    : sumOver([...workers, ...called].slice(0, mostWorkers), 'Invocations', 'Task steps');
  dashboard.addWidgets(
    new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24 }),
    new SingleValueWidget({
      title: 'Cost of a million steps, USD (list price, us-east-1)',
      metrics: [costOfAMillionSteps(props, steps)],
      width: 8,
      height: 6,
      setPeriodToTimeRange: true,
    }),
    graph('Task steps', [steps], 8),
    graph(
      'Age of the stream',
      [orchestrator.metric('IteratorAge', { statistic: 'Maximum', period: metricPeriod })],
      8,
    ),
    graph(
      'Capacity units',
      [tableMetric(table, 'ConsumedWriteCapacityUnits'), tableMetric(table, 'ConsumedReadCapacityUnits')],
      8,
    ),
    graph(
      "Durations of the orchestrator's batches",
      ['p50', 'p99'].map((statistic) => orchestrator.metricDuration({ statistic, period: metricPeriod })),
      8,
    ),
    graph(
      'Errors and throttles',
      [
        sumOver(ownFunctions, 'Errors', "Errors of Millrace's functions"),
        sumOver(ownFunctions, 'Throttles', "Throttles of Millrace's functions"),
        sumOver(counted, 'Errors', 'Errors of workers'),
        writeThrottles(table, indexName),
      ],
      8,
    ),
    graph(
      'Reports',
      (Object.keys(countedReports) as (keyof typeof countedReports)[]).map((report) =>
        reportMetric(reportNamespace, report),
      ),
      24,
    ),
  );
  if (hasMetrics) addOwnMetrics(dashboard, props.functionPrefix);
}

/** Metrics that the functions publish themselves. */
function addOwnMetrics(dashboard: Dashboard, functionPrefix: string): void {
  const own = (name: MetricName) => ownMetric(functionPrefix, name);
  dashboard.addWidgets(
    graph('Task steps of each machine', [ofEachMachine(functionPrefix, 'Steps')], 8),
    graph(
      'Executions that failed, timed out, or wait for a redrive',
      [own('ExecutionsFailed'), own('ExecutionsTimedOut'), own('ExecutionsPendingRedrive')],
      8,
    ),
    graph('Ages of batches and of overdue wakes', [own('BatchAge'), own('OverdueWakeAge')], 8),
    graph('Commits and wakes', [own('Commits'), own('Wakes')], 12),
    graph('Done twice', [own('Conflicts'), own('Redeliveries'), own('Redispatches')], 12),
  );
}

/** The cost of the table and of Millrace's own functions; workers are not part of it. */
function costOfAMillionSteps({ table, ownFunctions }: DashboardProps, steps: IMetric): IMetric {
  const gbSeconds = ownFunctions.map((own) => ({
    function: own.function,
    weight: own.description.memorySizeMb / 1024 / 1000,
  }));
  return new MathExpression({
    label: 'USD a million steps',
    period: metricPeriod,
    expression:
      `(writes * ${usd.writeUnits} + FILL(reads, 0) * ${usd.readUnits} + requests * ${usd.requests} + ` +
      `gbSeconds * ${usd.arm64GbSeconds}) / steps`,
    usingMetrics: {
      writes: tableMetric(table, 'ConsumedWriteCapacityUnits'),
      reads: tableMetric(table, 'ConsumedReadCapacityUnits'),
      requests: sumOver(
        gbSeconds.map((own) => own.function),
        'Invocations',
        'Requests',
      ),
      gbSeconds: weightedSum(gbSeconds, 'Duration', 'GB-seconds'),
      steps,
    },
  });
}

function graph(title: string, left: IMetric[], width: number): GraphWidget {
  return new GraphWidget({ title, left, width, height: 6 });
}
