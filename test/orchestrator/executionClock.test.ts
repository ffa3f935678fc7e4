import { describe, expect, it } from 'vitest';
import {
  clockEnvironment,
  executionClock,
  readExecutionClock,
} from '../../orchestrator/configuration/executionClock.ts';
import { clockHandler, paceAt } from '../../orchestrator/handlers/clock.ts';

const minute = 60_000;

describe("the executions' clock", () => {
  it("is the system's where nothing is set", () => {
    const clock = readExecutionClock({}, () => 5);
    expect([clock.now(), clock.at(7), clock.systemDelayMs(9), clock.scale]).toEqual([5, 7, 9, 1]);
  });

  it('runs faster from a moment on, and the same in every process of a cloud', () => {
    let systemNow = 1_000_000;
    const environment = clockEnvironment(60, systemNow);
    const clocks = [
      readExecutionClock(environment, () => systemNow),
      executionClock(60, systemNow, () => systemNow),
    ];
    expect(clocks.map((clock) => clock.now())).toEqual([1_000_000, 1_000_000]);
    systemNow += 1000;
    expect(clocks.map((clock) => clock.now())).toEqual([1_000_000 + minute, 1_000_000 + minute]);
    expect(clocks.map((clock) => clock.systemDelayMs(minute))).toEqual([1000, 1000]);
  });

  it('sets no variables where time is as it is', () => {
    expect(clockEnvironment(1, 0)).toEqual({});
  });

  it.each([
    { MILLRACE_TIME_SCALE: 'fast', MILLRACE_TIME_SCALE_SINCE: '0' },
    { MILLRACE_TIME_SCALE: '0.5', MILLRACE_TIME_SCALE_SINCE: '0' },
    { MILLRACE_TIME_SCALE: '60' },
  ])('is refused as %o', (environment) => {
    expect(() => readExecutionClock(environment)).toThrow('take both from the local cloud');
  });

  it('lets the clock function run for a real minute, and look ten times a real second at most', async () => {
    const scale = 3600;
    let systemNow = 0;
    let looks = 0;
    const clock = executionClock(scale, 0, () => systemNow);
    await clockHandler({
      table: {
        index: {
          listDue: async () => {
            looks += 1;
            return { items: [] };
          },
        },
      },
      callWake: async () => undefined,
      indexShards: 1,
      report: () => {},
      now: clock.now,
      sleep: async (ms) => {
        systemNow += clock.systemDelayMs(ms);
      },
      pace: paceAt(scale),
    })();
    // A little more than the minute after which the next begins.
    expect(systemNow).toBe(65_000);
    expect(looks).toBeGreaterThan(100);
    expect(looks).toBeLessThanOrEqual(650);
  });
});
