import { afterEach, describe, expect, test } from 'vitest';
import { apiEventOf } from '../../../asl/index.ts';
import type { Json, JsonObject } from '../../../asl/json.ts';
import { historyOf } from '../../asl/history/histories.ts';
import { jsonOf, millrace } from '../testCommandLine.ts';
import { type AccountStandIn, accountStandIn, named } from './accountStandIn.ts';

const arnOf = (kind: string, name: string) => `arn:aws:states:eu-west-1:123456789012:${kind}:${name}`;
const lambda = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
const orders: JsonObject = {
  StartAt: 'T',
  States: {
    T: { Type: 'Task', Resource: lambda, Retry: [{ ErrorEquals: ['Busy'] }], Next: 'P' },
    P: { Type: 'Pass', End: true },
  },
};
const quick: JsonObject = { StartAt: 'A', States: { A: { Type: 'Task', Resource: lambda, End: true } } };
const odd: JsonObject = {
  StartAt: 'A',
  States: { A: { Type: 'Task', Resource: 'arn:aws:states:::nothing:happens', End: true } },
};
let calls = 0;
const events = await historyOf(orders, {
  T: () => {
    if (calls++ === 0) throw Object.assign(new Error('later'), { name: 'Busy' });
    return 1;
  },
});
const definitions: Readonly<Record<string, JsonObject>> = { orders, quick, odd };
const now = Date.UTC(2026, 0, 31);

const nameIn = (body: JsonObject, member: string) => String(body[member]).split(':')[6] ?? '';

/** An account with a Standard, an Express and an unsupported state machine. */
const account = (more: Readonly<Record<string, (body: JsonObject) => Json>> = {}) =>
  accountStandIn({
    ListStateMachines: ({ nextToken }) => {
      const machine = (name: string, type: string) => ({
        stateMachineArn: arnOf('stateMachine', name),
        name,
        type,
        creationDate: 1,
      });
      return nextToken === 'more'
        ? { stateMachines: [machine('odd', 'STANDARD')] }
        : { stateMachines: [machine('orders', 'STANDARD'), machine('quick', 'EXPRESS')], nextToken: 'more' };
    },
    DescribeStateMachine: (body) => ({
      definition: JSON.stringify(definitions[nameIn(body, 'stateMachineArn')]),
    }),
    GetMetricData: ({ MetricDataQueries, NextToken }) => {
      const values: Readonly<Record<string, number[]>> = {
        'ExecutionsStarted orders': [400_000, 600_000],
        'ExecutionsStarted quick': [2_000_000],
        'ExpressExecutionBilledDuration quick': [3_000_000_000],
        'ConsumedCapacity StateTransition': [5_000_000],
      };
      const queries = Array.isArray(MetricDataQueries) ? MetricDataQueries : [];
      const results = queries.map((query) => {
        const { Id, MetricStat } = Object(query);
        const [dimension] = MetricStat.Metric.Dimensions;
        const of = String(dimension.Value).split(':').at(-1);
        return { Id, Values: values[`${MetricStat.Metric.MetricName} ${of}`] ?? [], StatusCode: 'Complete' };
      });
      // The answer comes in two pages.
      return NextToken === 'rest'
        ? { MetricDataResults: results.slice(1) }
        : { MetricDataResults: results.slice(0, 1), NextToken: 'rest' };
    },
    ListExecutions: (body) => ({
      executions:
        nameIn(body, 'stateMachineArn') === 'orders'
          ? [
              { executionArn: arnOf('execution', 'orders:e'), name: 'e', status: 'RUNNING', startDate: 1 },
              { executionArn: arnOf('execution', 'orders:e'), name: 'e', status: 'SUCCEEDED', startDate: 1 },
            ]
          : [],
    }),
    GetExecutionHistory: ({ nextToken }) =>
      nextToken === 'more'
        ? { events: events.slice(3).map(apiEventOf) }
        : { events: events.slice(0, 3).map(apiEventOf), nextToken: 'more' },
    DescribeStateMachineForExecution: () => ({
      stateMachineArn: arnOf('stateMachine', 'orders'),
      name: 'orders',
      definition: JSON.stringify(orders),
      roleArn: 'role',
      updateDate: 1,
    }),
    DescribeExecution: () => ({
      executionArn: arnOf('execution', 'orders:e'),
      stateMachineArn: arnOf('stateMachine', 'orders'),
      status: 'SUCCEEDED',
      startDate: 1,
      input: '{}',
    }),
    ...more,
  });

let standIn: AccountStandIn | undefined;
afterEach(() => standIn?.stop());

async function run(args: readonly string[], more?: Parameters<typeof account>[0]) {
  standIn = await account(more);
  const { environment } = standIn;
  return millrace(['migrate', ...args], { directory: '.', environment, now: () => now });
}

describe('migrate assess of an account', () => {
  test('says of each state machine what it costs there and here, by metrics and sampled histories', async () => {
    const result = await run(['assess', '--days', '15', '--json']);
    expect(result.stderr).toEqual([]);
    const { machines, transitions } = jsonOf(result) as { machines: JsonObject[]; transitions: number };
    expect(machines.map(({ name, type, runs }) => [name, type, runs])).toEqual([
      ['orders', 'STANDARD', true],
      ['odd', 'STANDARD', false],
      ['quick', 'EXPRESS', true],
    ]);
    // Two states, one retry and the end; twice the use of 15 days.
    expect(machines[0]?.month).toMatchObject({
      executions: 2_000_000,
      transitions: 8_000_000,
      isEstimated: false,
      sampled: 1,
      today: 200,
    });
    // 4 million requests, and 6 million seconds at 64 MB.
    expect(machines[2]?.month).toMatchObject({ executions: 4_000_000, today: 4 + 6.25 });
    expect(transitions).toBe(10_000_000);
  });

  test('reads only, with the operations of the policy that it prints', async () => {
    const printed = await run(['assess', '--policy']);
    expect(standIn?.requests).toEqual([]);
    const policy = jsonOf(printed) as { Statement: [{ Action: string[] }] };
    await standIn?.stop();
    await run(['assess', '--json']);
    const asked = new Set(standIn?.requests.map(({ operation }) => operation));
    const allowed = policy.Statement[0].Action.map((action) => action.split(':')[1]);
    expect([...asked].filter((operation) => !allowed.includes(operation))).toEqual([]);
    expect(policy.Statement[0].Action.filter((action) => !/:(?:List|Describe|Get)/.test(action))).toEqual([]);
    const metrics = standIn?.requests.find(({ operation }) => operation === 'GetMetricData')?.body;
    expect(metrics?.StartTime).toBe(now / 1000 - 30 * 86_400);
    const history = standIn?.requests.find(({ operation }) => operation === 'GetExecutionHistory')?.body;
    expect(history?.includeExecutionData).toBe(false);
  });

  test('prints a table for a reader', async () => {
    const { stdout } = await run(['assess']);
    expect(stdout.join('\n')).toMatch(/orders +STANDARD +yes +1,000,000 +sampled 4,000,000 +\$100\.00/);
    expect(stdout.join('\n')).toContain('odd does not run: ');
    expect(stdout.join('\n')).toContain('CloudWatch counts 5,000,000 state transitions in a month');
  });

  test('names what AWS refused', async () => {
    const result = await run(['assess'], {
      ListStateMachines: () => {
        throw named('AccessDeniedException', 'not authorized to perform: states:ListStateMachines');
      },
    });
    expect(result.exitCode).toBe(5);
    expect(result.stderr.join()).toContain('not authorized to perform: states:ListStateMachines');
  });
});

describe('an account that does not answer', () => {
  const environment = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const nowhere = 'http://127.0.0.1:9';

  test.each([[['assess']], [['compare', '--executions', '1']]])(
    'is named by migrate %j',
    async (args) => {
      const { exitCode, stderr } = await millrace(['migrate', ...args], {
        directory: '.',
        environment: { ...environment, AWS_ENDPOINT_URL_SFN: nowhere },
      });
      expect(exitCode).toBe(5);
      expect(stderr.join()).toMatch(
        /^CannotReachAws: Step Functions of the AWS account does not answer \(.*127\.0\.0\.1:9\)\. Check --region, the network, and AWS_ENDPOINT_URL_SFN/,
      );
    },
    30_000,
  );

  test('is named where it is CloudWatch alone', async () => {
    standIn = await account();
    const { exitCode, stderr } = await millrace(['migrate', 'assess'], {
      directory: '.',
      environment: { ...standIn.environment, AWS_ENDPOINT_URL_CLOUDWATCH: nowhere },
      now: () => now,
    });
    expect(exitCode).toBe(5);
    expect(stderr.join()).toMatch(
      /^CannotReachAws: CloudWatch of the AWS account .*AWS_ENDPOINT_URL_CLOUDWATCH/,
    );
  }, 30_000);
});

describe('migrate compare of an account', () => {
  test('compares finished executions with the definition that they ran with', async () => {
    const result = await run(['compare', '--executions', '3', '--json']);
    expect(result.stderr).toEqual([]);
    expect(jsonOf(result)).toMatchObject({ total: 1, same: 1, different: 0 });
  });

  test('refuses a state machine that is not there, or that has no histories', async () => {
    const unknown = await run(['compare', '--executions', '3', '--machine', 'nothing']);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr.join()).toContain("has no state machine 'nothing'");
    await standIn?.stop();
    const express = await run(['compare', '--executions', '3', '--machine', 'quick']);
    expect(express.stderr.join()).toContain('Express workflow');
    const neither = await millrace(['migrate', 'compare'], { directory: '.' });
    expect(neither.stderr.join()).toContain('--histories FILE or --executions COUNT');
  });
});
