import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import {
  countedReports,
  failedExecutions,
  givenUpRecords,
  metricPeriod,
  ownMetric,
  reportMetric,
  sumOver,
  writeThrottles,
} from './metrics.ts';

export interface AlarmsProps {
  readonly table: ITable | Table;
  readonly indexName: string;
  readonly orchestrator: LambdaFunction;
  readonly clock: LambdaFunction;
  readonly recovery: LambdaFunction;
  /** Hands events to the bus; undefined where there is none. */
  readonly publisher: LambdaFunction | undefined;
  /** Takes what rules bring; undefined where there are none. */
  readonly ingest: LambdaFunction | undefined;
  readonly ownFunctions: readonly LambdaFunction[];
  readonly mappings: Readonly<Record<string, EventSourceMapping>>;
  readonly reportNamespace: string;
  readonly functionPrefix: string;
  /** Whether the functions publish metrics of their own. */
  readonly hasMetrics: boolean;
  readonly topic: ITopic | undefined;
}

/** The stream keeps records for a day: an hour behind leaves time to act. */
const iteratorAge = Duration.hours(1);

/** A wake is at most a second late where nothing is wrong, and some seconds under load. */
const overdueWake = Duration.minutes(1);

/** The alarms that an operator needs, by their names; each is an alarm of the construct of the same id. */
export function createAlarms(scope: Construct, props: AlarmsProps): Readonly<Record<string, Alarm>> {
  const { table, indexName, orchestrator, clock, ownFunctions, reportNamespace, functionPrefix, topic } =
    props;
  const alarms: Record<string, Alarm> = {};
  const alarm = (id: string, metric: IMetric, description: string, more: Partial<Thresholds> = {}) => {
    const { threshold = 0, evaluationPeriods = 1, isMissingBad = false, isBelow = false } = more;
    const created = new Alarm(scope, id, {
      metric,
      alarmDescription: description,
      threshold,
      evaluationPeriods,
      comparisonOperator: isBelow
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: isMissingBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (topic) {
      created.addAlarmAction(new SnsAction(topic));
      created.addOkAction(new SnsAction(topic));
    }
    alarms[id] = created;
  };

  alarm(
    'IteratorAge',
    orchestrator.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(5) }),
    'The orchestrator is an hour behind the stream, which forgets records after a day. Look at its errors and throttles.',
    { threshold: iteratorAge.toMilliseconds() },
  );
  if (props.publisher) {
    alarm(
      'BusBehind',
      props.publisher.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(5) }),
      'The publisher is an hour behind the stream, which forgets records after a day: the bus takes no events, or too slowly. Executions go on.',
      { threshold: iteratorAge.toMilliseconds() },
    );
  }
  alarm(
    'Throttles',
    sumOver(ownFunctions, 'Throttles', 'Throttled invocations'),
    "Lambda throttles Millrace's own functions: raise the account's concurrent executions. Nothing is lost meanwhile.",
    { evaluationPeriods: 3 },
  );
  alarm(
    'WriteThrottles',
    writeThrottles(table, indexName),
    'The table or its index throttles writes: steps take longer. A hot partition of the index needs more index shards.',
    { evaluationPeriods: 3 },
  );
  for (const [id, mapping] of Object.entries(props.mappings)) {
    alarm(
      `${id}GivenUp`,
      givenUpRecords(mapping),
      'Records of the stream were given up after all attempts. Recovery catches up from the failure bucket; if some stay there, run `millrace doctor`.',
    );
  }
  alarm(
    'RecoveryLost',
    props.recovery.metric('AsyncEventsDropped', { statistic: 'Sum', period: metricPeriod }),
    'The recovery function did not take in all attempts what was given up. Fix the problem in its log; the next sweep of the bucket, or `millrace doctor`, recovers the rest.',
  );
  alarm(
    'Waiting',
    reportMetric(reportNamespace, 'waiting'),
    `${countedReports.waiting}. After a while they are PENDING_REDRIVE: report the message in the log, and redrive them once it is fixed.`,
  );
  alarm(
    'Dropped',
    reportMetric(reportNamespace, 'dropped'),
    `${countedReports.dropped}. The log says which.`,
  );
  alarm(
    'WakeFailed',
    reportMetric(reportNamespace, 'wakeFailed'),
    `${countedReports.wakeFailed}: due timers, retries and deadlines are late. The clock's log says why.`,
    { evaluationPeriods: 3 },
  );
  alarm(
    'ClockStopped',
    clock.metricInvocations({ statistic: 'Sum', period: Duration.minutes(5) }),
    'The clock was not started for a quarter of an hour: timers, retries and deadlines do not come. Look at its rule.',
    { threshold: 1, evaluationPeriods: 3, isBelow: true, isMissingBad: true },
  );
  alarm(
    'ClockErrors',
    clock.metricErrors({ statistic: 'Sum', period: Duration.minutes(5) }),
    'The clock fails: timers, retries and deadlines are late.',
    { evaluationPeriods: 3 },
  );
  if (props.ingest) {
    alarm(
      'IngestLost',
      props.ingest.metric('AsyncEventsDropped', { statistic: 'Sum', period: metricPeriod }),
      'Events that rules brought are lost: the table did not take them in three attempts. Replay them from an archive of the bus.',
    );
  }
  if (props.hasMetrics) {
    alarm(
      'FailedExecutions',
      failedExecutions(functionPrefix),
      'Executions are FAILED or TIMED_OUT. The log says which and why; after the cause is fixed they can be redriven.',
    );
    alarm(
      'PendingRedrive',
      ownMetric(functionPrefix, 'ExecutionsPendingRedrive'),
      'Executions waited in vain for a machine, a version or data, and now wait for a redrive. The log says for what.',
    );
    alarm(
      'OverdueWakes',
      ownMetric(functionPrefix, 'OverdueWakeAge'),
      'Timers, retries and deadlines are over a minute late: the wake function fails, is throttled, or does not keep up.',
      { threshold: overdueWake.toMilliseconds() },
    );
  }
  return alarms;
}

interface Thresholds {
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly isMissingBad: boolean;
  readonly isBelow: boolean;
}
