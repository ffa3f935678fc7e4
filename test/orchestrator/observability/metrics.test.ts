import { describe, expect, it } from 'vitest';
import type { Execution, ExecutionStatus } from '../../../orchestrator/core/execution/model/execution.ts';
import { activityMetrics } from '../../../orchestrator/observability/activityMetrics.ts';
import { metricDefinitions } from '../../../orchestrator/observability/metricDefinitions.ts';
import { printedLines } from './lines.ts';

function execution(machine = 'order', status: ExecutionStatus = 'RUNNING'): Execution {
  return {
    executionId: 'order-1',
    machine,
    machineVersion: '3',
    status,
    version: 4,
    startedAt: 0,
    updatedAt: 0,
    tasks: [],
    log: '',
    logSegments: 0,
  };
}

function setUp() {
  const time = { now: Date.now() };
  const lines = printedLines();
  const options = { namespace: 'Millrace/shop', serviceName: 'shop', now: () => time.now };
  return { time, lines, ...activityMetrics(options) };
}

const committed = (machine?: string, ...entered: ExecutionStatus[]) =>
  ({ type: 'committed', execution: execution(machine), results: 1, entered }) as const;

describe('metrics', () => {
  it('are a line of the embedded metric format for each machine, with the sums of all values', () => {
    const { observe, publish, lines, time } = setUp();
    for (let i = 0; i < 3; i++) observe(committed());
    observe({ type: 'conflicted', execution: execution() });
    observe({ type: 'redelivered', execution: execution(), records: 2 });
    observe({ type: 'redispatched', execution: execution(), tasks: 5 });
    observe({ type: 'woken', execution: execution() });
    observe(committed('loan'));
    publish();
    const [order, loan, ...rest] = lines.take();
    expect(rest).toEqual([]);
    expect(order).toEqual({
      _aws: {
        Timestamp: time.now,
        CloudWatchMetrics: [
          {
            Namespace: 'Millrace/shop',
            Dimensions: [['service', 'machine']],
            Metrics: ['Commits', 'Steps', 'Conflicts', 'Redeliveries', 'Redispatches', 'Wakes'].map(
              (Name) => ({
                Name,
                Unit: 'Count',
              }),
            ),
          },
        ],
      },
      service: 'shop',
      machine: 'order',
      Commits: 3,
      Steps: 3,
      Conflicts: 1,
      Redeliveries: 2,
      Redispatches: 5,
      Wakes: 1,
    });
    expect(loan).toMatchObject({ machine: 'loan', Commits: 1, Steps: 1 });
  });

  it.each([
    ['FAILED', 'ExecutionsFailed'],
    ['TIMED_OUT', 'ExecutionsTimedOut'],
    ['PENDING_REDRIVE', 'ExecutionsPendingRedrive'],
  ] as const)('count executions that are %s for the machine, and for the deployment', (status, name) => {
    const { observe, publish, lines } = setUp();
    observe(committed('order', status));
    observe(committed('loan', status));
    publish();
    expect(lines.take().map((line) => [line.machine, line[name]])).toEqual([
      ['order', 1],
      ['loan', 1],
      [undefined, 2],
    ]);
  });

  it('say the greatest age of the batches, and of what is overdue once it is later than the clock can help', () => {
    const { observe, publish, lines } = setUp();
    for (const ageMs of [40, 900, 70]) observe({ type: 'batchDone', records: 1, ageMs });
    observe({ type: 'overdue', ageMs: 900 });
    publish();
    expect(lines.take()).toMatchObject([{ service: 'shop', BatchAge: 900 }]);
    for (const ageMs of [9000, 61_000, 70]) observe({ type: 'overdue', ageMs });
    publish();
    expect(lines.take()).toMatchObject([{ service: 'shop', OverdueWakeAge: 61_000 }]);
  });

  it('print nothing where nothing happened', () => {
    const { publish, lines } = setUp();
    publish();
    expect(lines.take()).toEqual([]);
  });

  it('are published after each of a few invocations, and every ten seconds of many, with nothing lost', () => {
    const { observe, publish, lines, time } = setUp();
    const published: number[] = [];
    const invoke = () => {
      observe(committed());
      publish();
      for (const line of lines.take()) published.push(Number(line.Commits));
    };
    for (let i = 0; i < 60; i++) invoke();
    expect(published).toEqual(Array.from({ length: 60 }, () => 1));
    published.length = 0;
    // Ten a second, for a minute.
    for (let i = 0; i < 600; i++) {
      time.now += 100;
      invoke();
    }
    expect(published).toHaveLength(6);
    expect(published.every((commits) => commits >= 99 && commits <= 101)).toBe(true);
  });

  it('of failures are not held back, and those that were are dated when they were counted', () => {
    const { observe, publish, lines, time } = setUp();
    for (let i = 0; i < 60; i++) {
      observe(committed());
      publish();
    }
    lines.take();
    observe(committed());
    const countedAt = time.now;
    publish();
    expect(lines.take()).toEqual([]);
    time.now += 2000;
    observe(committed('order', 'FAILED'));
    publish();
    expect(lines.take()[0]).toMatchObject({
      Commits: 2,
      ExecutionsFailed: 1,
      _aws: { Timestamp: countedAt },
    });
  });

  it('are all of those that are defined', () => {
    const { observe, publish, lines } = setUp();
    for (const status of ['FAILED', 'TIMED_OUT', 'PENDING_REDRIVE'] as const)
      observe(committed('order', status));
    observe({ type: 'conflicted', execution: execution() });
    observe({ type: 'redelivered', execution: execution(), records: 2 });
    observe({ type: 'redispatched', execution: execution(), tasks: 5 });
    observe({ type: 'woken', execution: execution() });
    observe({ type: 'batchDone', records: 1, ageMs: 1 });
    observe({ type: 'overdue', ageMs: 10_000 });
    publish();
    const names = new Set(lines.take().flatMap((line) => Object.keys(line)));
    for (const name of ['_aws', 'service', 'machine']) names.delete(name);
    expect([...names].sort()).toEqual(Object.keys(metricDefinitions).sort());
  });
});
