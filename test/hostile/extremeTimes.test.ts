import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createMachine, enqueueActions, raise, sendTo, setup } from 'xstate';
import { MillraceClient } from '../../client/client.ts';
import { NotRedrivableError, RedriveTooLateError } from '../../client/errors.ts';
import { openTasks } from '../../orchestrator/core/execution/lists/runningList.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import type { OpenTask } from '../../orchestrator/core/execution/model/openTask.ts';
import { retryOf } from '../../orchestrator/core/execution/tasks/tasks.ts';
import { parseMachineState, prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { durationMs } from '../../orchestrator/core/policy/duration.ts';
import { resolveTaskPolicy, type TaskPolicy } from '../../orchestrator/core/policy/taskPolicy.ts';
import { storedTime } from '../../orchestrator/core/policy/time.ts';
import { isoTime } from '../../orchestrator/table/executionItem.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { runs } from './runs.ts';

/** Many whole executions: on a machine with much else to do they take their time. */
const slowly = { timeout: 180_000 };

const tenYears = '3650d';
const extremeMs = fc.constantFrom(0, -0, 0.4, 1.5, 1000, 2 ** 31, 2 ** 31 + 0.5, durationMs(tenYears));
/** Without any, a policy is refused. */
const someTime = extremeMs.map((ms) => Math.max(1, ms));
const atLeastASecond = extremeMs.map((ms) => Math.max(1000, ms));

const anyPolicies: fc.Arbitrary<TaskPolicy> = fc.record(
  {
    timeout: someTime,
    heartbeat: atLeastASecond,
    retry: fc.record(
      {
        maxAttempts: fc.constantFrom(1, 2, 200, Number.MAX_SAFE_INTEGER),
        interval: extremeMs,
        backoffRate: fc.constantFrom(1, 1.5, 99.9, 100),
        maxDelay: extremeMs,
        jitter: fc.constantFrom('none', 'full'),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

/** A heartbeat has to be shorter than the timeout. */
const policies = anyPolicies.filter(
  ({ heartbeat, timeout }) => heartbeat === undefined || timeout === undefined || heartbeat < timeout,
);

/** Values that an expression can give a delay. */
const delays = fc.constantFrom<unknown>(
  ...[0, -0, -1, -1e300, 0.5, 1.5, 2 ** 31, 2 ** 53 + 2, 8.64e15, 1e18, 1e300, Number.MAX_VALUE],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1000', '', null, undefined, {}, 5n],
);
const finiteDelays = delays.filter((delay): delay is number => Number.isFinite(delay));

/** The clock of a laptop or a test, at first. */
const clocks = fc.constantFrom(
  ...[0, 1, -1, -86_400_000, 1_800_000_000_000, 1_800_000_000_000.5],
  ...[Date.UTC(9999, 11, 31, 23), Date.UTC(10_000, 0, 2), 8.64e15, -8.64e15],
);

/** Every time of an execution, as it is stored. */
function timesOf(execution: Execution): Record<string, number | undefined> {
  const { startedAt, updatedAt, endedAt, wakeAt, timeoutAt, suspendedAt, waiting } = execution;
  const tasks = openTasks(execution).flatMap(({ deadline, heartbeatAt, startBy, dispatchAt }) => [
    ...[deadline, heartbeatAt, startBy, dispatchAt],
  ]);
  const timers = execution.snapshot === undefined ? [] : parseMachineState(execution.snapshot).timers;
  const named = { startedAt, updatedAt, endedAt, wakeAt, timeoutAt, suspendedAt, since: waiting?.since };
  const numbered = [...tasks, ...timers.map(({ dueAt }) => dueAt), waiting?.nextAttemptAt];
  return { ...named, ...Object.fromEntries(numbered.map((time, i) => [String(i), time])) };
}

function expectInRange(execution: Execution): void {
  for (const [name, time] of Object.entries(timesOf(execution))) {
    if (time === undefined) continue;
    expect(Number.isFinite(time), `${name} is ${time}`).toBe(true);
    expect(isoTime(time), name).toMatch(/^\d{4}-/);
    expect(Date.parse(isoTime(time)), name).toBe(Math.floor(time));
  }
}

/** Takes an execution through an hour, a suspension and ten years, and shows it at every turn. */
async function live(machine: AnyStateMachine, startTime: number): Promise<void> {
  const failing = () => Promise.reject(new Error('It fails.'));
  const cloud = new SimulatedCloud([machine], { failing }, { seed: 1 });
  cloud.now = startTime;
  cloud.clock.everyMs = 1;
  const client = new MillraceClient({
    table: cloud.table,
    now: () => cloud.now,
    newId: () => 'id',
    sleep: (ms) => cloud.advance(ms),
    retentionDays: 90,
    catchUp: (event) => cloud.recover(event),
  });
  const look = async () => {
    await cloud.runUntil(async () => false, 100);
    expectInRange(await cloud.execution('odd'));
    await client.describe('odd');
    for await (const _ of client.historyAll('odd'));
    for await (const _ of client.listAll({ machine: machine.id, status: 'RUNNING' }));
  };
  await client.start(machine, { executionId: 'odd' });
  await look();
  for (const step of [
    () => client.send('odd', { type: 'GO' }),
    () => client.suspend('odd'),
    async () => {
      cloud.now += durationMs(tenYears);
    },
    () => client.resume('odd'),
    () => client.stop('odd'),
    () => client.redrive('odd'),
  ]) {
    await step().catch(refused);
    await look();
  }
}

/** It has not ended yet, or it ended ten years ago. */
function refused(error: unknown): void {
  if (!(error instanceof NotRedrivableError || error instanceof RedriveTooLateError)) throw error;
}

describe('every time that is stored or shown is finite and within ISO 8601, whatever', () => {
  it('property: policies, retries and clocks are', slowly, async () => {
    await fc.assert(
      fc.asyncProperty(policies, clocks, someTime, async (policy, clock, timeout) => {
        const machine = setup({ actors: { failing: worker(policy) } }).createMachine({
          id: 'm',
          meta: { millrace: { timeout } },
          initial: 'a',
          states: { a: { invoke: { src: 'failing', onError: 'b' } }, b: { on: { GO: 'a' } } },
        });
        await live(machine, clock);
      }),
      { numRuns: runs(20) },
    );
  });

  it('property: an expression makes of a delay', slowly, async () => {
    await fc.assert(
      fc.asyncProperty(delays, delays, clocks, async (first, second, clock) => {
        const delay = () => first as number;
        const other = () => second as number;
        const machine = setup({ delays: { delay } }).createMachine({
          id: 'm',
          initial: 'a',
          states: {
            a: { after: { delay: 'b' }, on: { GO: 'b' } },
            b: {
              entry: [
                raise({ type: 'ONE' }, { delay: other }),
                sendTo(({ self }) => self, { type: 'TWO' }, { delay: other }),
                enqueueActions(({ enqueue }) => enqueue.raise({ type: 'THREE' }, { delay: other })),
              ],
            },
          },
        });
        await live(machine, clock);
      }),
      { numRuns: runs(20) },
    );
  });

  it('property: delays are written into the machine', slowly, async () => {
    await fc.assert(
      fc.asyncProperty(finiteDelays, finiteDelays, clocks, async (first, second, clock) => {
        const machine = createMachine({
          id: 'm',
          initial: 'a',
          states: {
            a: { after: { [first]: 'b' }, on: { GO: 'b' } },
            b: {
              entry: [
                raise({ type: 'ONE' }, { delay: second }),
                sendTo(({ self }) => self, { type: 'TWO' }, { delay: first }),
              ],
            },
          },
        });
        await live(machine, clock);
      }),
      { numRuns: runs(20) },
    );
  });
});

it('property: however often an attempt failed before, the next begins within ten years', () => {
  const error = { name: 'Error', message: '' };
  fc.assert(
    fc.property(policies, clocks, fc.integer({ min: 1, max: 2000 }), (policy, clock, attempt) => {
      const task: OpenTask = { task: 0, worker: 'w', attempt, cause: '' };
      const now = storedTime(clock);
      const next = retryOf('e', task, error, resolveTaskPolicy(policy), now);
      if (!next) return;
      expect(Number.isSafeInteger(next.dispatchAt)).toBe(true);
      expect(next.dispatchAt).toBeGreaterThanOrEqual(now);
      expect((next.dispatchAt ?? 0) - now).toBeLessThanOrEqual(durationMs(tenYears));
    }),
  );
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a delay of %s in the machine is refused at registration',
  (delay) => {
    const machine = createMachine({ id: 'm', entry: raise({ type: 'A' }, { delay }) });
    expect(() => prepareMachine(machine)).toThrow(/entry\[0\]: a delay of/);
  },
);
