import { type Template as CdkTemplate, Match } from 'aws-cdk-lib/assertions';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it, vi } from 'vitest';
import type { FunctionDescription } from '../../../infra/description.ts';
import { activityMetrics } from '../../../orchestrator/observability/activityMetrics.ts';
import {
  type MetricName,
  metricDefinitions,
  metricNamespace,
  serviceName,
} from '../../../orchestrator/observability/metricDefinitions.ts';
import { synthesized } from './synthesized.ts';

const made = synthesized();
const { template, millrace } = made;
const prefix = millrace.description.functions[0]?.environment.MILLRACE_FUNCTION_PREFIX ?? '';
/** As the functions publish them. */
const ofDeployment = {
  Namespace: metricNamespace(prefix),
  Dimensions: [{ Name: 'service', Value: serviceName(prefix) }],
};

describe('metrics of the functions', () => {
  it('are published by Millrace’s own functions, and not by workers', () => {
    for (const { role, environment } of millrace.description.functions) {
      expect([role, environment.MILLRACE_METRICS]).toEqual([role, isWorker(role) ? undefined : 'on']);
    }
  });

  it('have the namespace and the dimensions that the functions write', () => {
    const lines: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const { observe, publish } = activityMetrics({
      namespace: metricNamespace(prefix),
      serviceName: serviceName(prefix),
      now: () => Date.now(),
    });
    observe({ type: 'overdue', ageMs: 90_000 });
    publish();
    vi.restoreAllMocks();
    const line = JSON.parse(lines.join(''));
    const metric = millrace.metric('OverdueWakeAge');
    if (!(metric instanceof Metric)) throw new Error('It is not a metric of its own.');
    const [published] = line._aws.CloudWatchMetrics;
    expect(metric.namespace).toBe(published.Namespace);
    expect(Object.keys(metric.dimensions ?? {})).toEqual(published.Dimensions[0]);
    expect(metric.dimensions).toMatchObject({ service: line.service });
  });

  it('can be had of a machine, and of all', () => {
    for (const name of Object.keys(metricDefinitions) as MetricName[]) {
      expect(millrace.metric(name)).toBeDefined();
      const ofMachine = millrace.metric(name, { machine: 'order' });
      expect(ofMachine instanceof Metric && ofMachine.dimensions).toMatchObject({ machine: 'order' });
    }
  });

  it('are not there, nor their alarms, where they are not wanted', () => {
    const without = synthesized({ metrics: false });
    expect(
      without.millrace.description.functions.some((each) => 'MILLRACE_METRICS' in each.environment),
    ).toBe(false);
    expect(Object.keys(without.millrace.alarms)).not.toContain('FailedExecutions');
    expect(dashboardOf(without.template)).not.toContain('ExecutionsFailed');
    expect(dashboardOf(template)).toContain('ExecutionsFailed');
  });
});

describe('alarms on them', () => {
  it('go off when an execution fails or times out', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('FAILED or TIMED_OUT'),
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith(
        ['ExecutionsFailed', 'ExecutionsTimedOut'].map((MetricName) =>
          Match.objectLike({ MetricStat: { Metric: { ...ofDeployment, MetricName }, Stat: 'Sum' } }),
        ),
      ),
    });
  });

  it('go off when an execution waits for a redrive', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...ofDeployment,
      MetricName: 'ExecutionsPendingRedrive',
      Statistic: 'Sum',
      Threshold: 0,
    });
  });

  it('go off when a wake is a minute overdue', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...ofDeployment,
      MetricName: 'OverdueWakeAge',
      Statistic: 'Maximum',
      Threshold: 60_000,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });
});

describe('the level of the log', () => {
  it('is that of Millrace’s own functions', () => {
    const { description } = synthesized({
      logLevel: 'DEBUG',
      bus: { endpoint: 'https://bus.example' },
    }).millrace;
    for (const { role, environment } of description.functions) {
      expect([role, environment.POWERTOOLS_LOG_LEVEL]).toEqual([role, isTask(role) ? undefined : 'DEBUG']);
    }
  });
});

function isTask(role: FunctionDescription['role']): boolean {
  return role === 'worker' || role === 'workerHost';
}

function dashboardOf(of: CdkTemplate): string {
  return JSON.stringify(of.findResources('AWS::CloudWatch::Dashboard'));
}

function isWorker(role: FunctionDescription['role']): boolean {
  return role === 'worker' || role === 'unmodified';
}
