import { type Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { metricNamespace } from '../../orchestrator/observability/metricDefinitions.ts';
import { createAlarms } from './alarms.ts';
import { fillDashboard } from './dashboard.ts';
import { countReports } from './metrics.ts';
import type { FunctionsOfConstruct } from './millraceFunctions.ts';

interface MonitoringProps {
  readonly table: ITable | Table;
  readonly indexName: string;
  readonly mappings: Readonly<Record<string, EventSourceMapping>>;
  /** Whether the functions publish metrics of their own. */
  readonly hasMetrics: boolean;
  readonly topic: ITopic | undefined;
}

/** The alarms and the dashboard. The dashboard is filled when all functions are there. */
export interface Monitoring {
  readonly alarms: Readonly<Record<string, Alarm>>;
  readonly dashboard: Dashboard;
  fillDashboard(functions: FunctionsOfConstruct): void;
}

export function createMonitoring(
  scope: Construct,
  { deployed, functionPrefix }: FunctionsOfConstruct,
  { table, indexName, mappings, hasMetrics, topic }: MonitoringProps,
): Monitoring {
  const reportNamespace = metricNamespace(functionPrefix);
  countReports(scope, reportNamespace, deployed.own);
  const orchestrator = deployed.ofRole('orchestrator');
  const shared = { table, indexName, orchestrator, reportNamespace, functionPrefix, hasMetrics };
  const alarms = createAlarms(scope, {
    ...shared,
    clock: deployed.ofRole('clock'),
    recovery: deployed.ofRole('recovery'),
    publisher: deployed.find('publisher'),
    ingest: deployed.find('ingest'),
    ownFunctions: deployed.own.map((each) => each.function),
    mappings,
    topic,
  });
  const dashboard = new Dashboard(scope, 'Dashboard');
  return {
    alarms,
    dashboard,
    fillDashboard: ({ deployed: { own, tasks }, called }) =>
      fillDashboard(dashboard, {
        ...shared,
        ownFunctions: own,
        workers: tasks,
        called,
        alarms: Object.values(alarms),
      }),
  };
}
