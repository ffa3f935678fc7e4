import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { AccountMachine } from './stateMachines.ts';

/** The use of a state machine in the days that were looked at. */
export interface MachineUse {
  readonly started: number;
  /** Billed milliseconds of an Express workflow. */
  readonly billedMs: number;
}

/** The use of an account's state machines. */
export interface AccountUse {
  /** By ARN. */
  readonly machines: ReadonlyMap<string, MachineUse>;
  /** State transitions of the whole region, where CloudWatch has them. */
  readonly transitions: number | undefined;
}

const dayMs = 86_400_000;
/** Queries that one call takes at most. */
const mostQueries = 500;

/** Reads the metrics of the days before `now`. CloudWatch delivers metrics of Step Functions on a best-effort basis. */
export async function readUse(
  cloudWatch: CloudWatchClient,
  machines: readonly AccountMachine[],
  days: number,
  now: number,
): Promise<AccountUse> {
  const queries = [
    query('transitions', 'ConsumedCapacity', { Name: 'ServiceMetric', Value: 'StateTransition' }),
    ...machines.flatMap(({ arn, type }, place) => {
      const dimension = { Name: 'StateMachineArn', Value: arn };
      const started = query(`started${place}`, 'ExecutionsStarted', dimension);
      return type === 'STANDARD'
        ? [started]
        : [started, query(`billed${place}`, 'ExpressExecutionBilledDuration', dimension)];
    }),
  ];
  const sums = new Map<string, number>();
  for (let from = 0; from < queries.length; from += mostQueries) {
    const part = queries.slice(from, from + mostQueries);
    for await (const { Id = '', Values = [] } of resultsOf(cloudWatch, part, days, now)) {
      sums.set(Id, (sums.get(Id) ?? 0) + Values.reduce((sum, value) => sum + value, 0));
    }
  }
  return {
    machines: new Map(
      machines.map(({ arn }, place) => [
        arn,
        { started: sums.get(`started${place}`) ?? 0, billedMs: sums.get(`billed${place}`) ?? 0 },
      ]),
    ),
    transitions: sums.get('transitions') || undefined,
  };
}

async function* resultsOf(
  cloudWatch: CloudWatchClient,
  queries: MetricDataQuery[],
  days: number,
  now: number,
): AsyncGenerator<MetricDataResult> {
  let token: string | undefined;
  do {
    const answer = await cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime: new Date(now - days * dayMs),
        EndTime: new Date(now),
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    yield* answer.MetricDataResults ?? [];
    token = answer.NextToken;
  } while (token !== undefined);
}

function query(
  id: string,
  metric: string,
  dimension: { readonly Name: string; readonly Value: string },
): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: { Namespace: 'AWS/States', MetricName: metric, Dimensions: [dimension] },
      Period: dayMs / 1000,
      Stat: 'Sum',
    },
  };
}
