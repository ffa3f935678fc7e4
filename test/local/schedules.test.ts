import { expect, test } from 'vitest';
import { startSchedules } from '../../local/schedules.ts';
import { ManualClock } from './manualClock.ts';

function recordingLambda(clock: ManualClock) {
  const invocations: { functionName: string; atMs: number; type: string | undefined; event: unknown }[] = [];
  const startMs = clock.now();
  return {
    invocations,
    invoke: async (functionName: string, payload: string | Buffer, options?: { type?: string }) => {
      const event: unknown = JSON.parse(payload.toString());
      invocations.push({ functionName, atMs: clock.now() - startMs, type: options?.type, event });
      return { statusCode: 202, requestId: '1', payload: '' } as const;
    },
  };
}

test('a schedule invokes its function at the start and then at its rate', () => {
  const clock = new ManualClock();
  const lambda = recordingLambda(clock);
  startSchedules([{ functionName: 'clock', rateMinutes: 1 }], lambda, { clock });
  clock.advance(150_000);
  expect(lambda.invocations.map(({ atMs }) => atMs)).toEqual([0, 60_000, 120_000]);
  expect(lambda.invocations[1]).toEqual({
    functionName: 'clock',
    atMs: 60_000,
    type: 'Event',
    event: {
      version: '0',
      id: expect.any(String),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: '2026-01-01T00:01:00Z',
      region: 'us-east-1',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/clock'],
      detail: {},
    },
  });
});

test('each schedule has its own rate, runs first after a period if that is longer than a minute, and not after it was stopped', () => {
  const clock = new ManualClock();
  const lambda = recordingLambda(clock);
  const schedules = startSchedules(
    [
      { functionName: 'clock', rateMinutes: 1 },
      { functionName: 'report', rateMinutes: 3 },
    ],
    lambda,
    { clock },
  );
  clock.advance(3 * 60_000);
  schedules.stop();
  clock.advance(60 * 60_000);
  const count = (name: string) =>
    lambda.invocations.filter(({ functionName }) => functionName === name).length;
  expect([count('clock'), count('report')]).toEqual([4, 1]);
});

test('a refused invocation is reported and the schedule goes on', async () => {
  const clock = new ManualClock();
  const reported: string[] = [];
  const refusal = new Error('Rate Exceeded.');
  startSchedules(
    [{ functionName: 'clock', rateMinutes: 1 }],
    { invoke: () => Promise.reject(refusal) },
    { clock, onError: (functionName, error) => reported.push(`${functionName}: ${String(error)}`) },
  );
  clock.advance(60_000);
  await expect.poll(() => reported).toEqual(Array(2).fill('clock: Error: Rate Exceeded.'));
});
