import { describe, expect, test } from 'vitest';
import type { LambdaLogEntry } from '../../../local/lambda/index.ts';
import { ManualClock } from '../manualClock.ts';
import { eventually, functionOf, notebook, noting, start } from './lambdaFixture.ts';

const minuteMs = 60_000;

/** Notes the request id and time of each attempt and throws while the event says so. */
const failing = (file: string) => `import { appendFileSync } from 'node:fs';
export const handler = async (event, context) => {
  appendFileSync(${JSON.stringify(file)}, context.awsRequestId + '\\n');
  throw new Error('declined');
};`;

describe('an event whose function fails', () => {
  test('is tried again after one and after two minutes, with the same request id, then given up', async () => {
    const clock = new ManualClock();
    const notes = await notebook();
    const log: LambdaLogEntry[] = [];
    const { invokeEvent, lambda } = await start({
      functions: [await functionOf(failing(notes.file))],
      clock,
      log: (entry) => log.push(entry),
    });
    const answer = await invokeEvent();
    const attempts = (count: number) =>
      eventually(
        () => lambda.metrics().functions.example?.invocations,
        (invocations) => invocations === count,
      );
    await attempts(1);
    clock.advance(minuteMs - 1);
    expect(lambda.metrics()).toMatchObject({ concurrentExecutions: 0, asyncEventsPending: 1 });
    clock.advance(1);
    await attempts(2);
    clock.advance(2 * minuteMs - 1);
    expect(lambda.metrics()).toMatchObject({ concurrentExecutions: 0, asyncEventsPending: 1 });
    clock.advance(1);
    await attempts(3);
    await lambda.idle();
    expect(await notes.lines()).toEqual(Array(3).fill(answer.$metadata.requestId));
    expect(lambda.metrics().functions.example).toMatchObject({
      errors: 3,
      asyncEventsReceived: 1,
      asyncEventsDropped: 1,
    });
    expect(log).toContainEqual(
      expect.objectContaining({
        source: 'platform',
        message: expect.stringContaining('given up: RetriesExhausted'),
      }),
    );
  });

  test('is not tried again when the function allows no retries', async () => {
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [await functionOf(failing(notes.file), { eventInvokeConfig: { maximumRetryAttempts: 0 } })],
    });
    await invokeEvent();
    await lambda.idle();
    expect(await notes.lines()).toHaveLength(1);
  });

  test('is retried at the pace that was asked for', async () => {
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [await functionOf(failing(notes.file))],
      retryDelaysMs: [1],
    });
    await invokeEvent();
    await lambda.idle();
    expect(await notes.lines()).toHaveLength(3);
  });

  test('is retried when the function exits, times out or cannot be loaded', async () => {
    const retried = { timeoutSeconds: 0.2, eventInvokeConfig: { maximumRetryAttempts: 1 } };
    const { invokeEvent, lambda } = await start({
      functions: [
        await functionOf('export const handler = async () => process.exit(1);', {
          ...retried,
          functionName: 'exits',
        }),
        await functionOf('export const handler = async () => { for (;;) {} };', {
          ...retried,
          functionName: 'hangs',
        }),
        await functionOf('throw new Error();', { ...retried, functionName: 'broken' }),
      ],
      retryDelaysMs: [1],
    });
    for (const name of ['exits', 'hangs', 'broken']) await invokeEvent({}, name);
    await lambda.idle();
    for (const name of ['exits', 'hangs', 'broken']) {
      expect(lambda.metrics().functions[name]).toMatchObject({ invocations: 2, errors: 2 });
    }
  });
});

describe('a destination', () => {
  test('on failure gets the invocation record of an event that is out of retries', async () => {
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [
        await functionOf(`export const handler = async () => { throw new TypeError('no'); };`, {
          eventInvokeConfig: { onFailure: 'failures' },
        }),
        await functionOf(noting(notes), { functionName: 'failures' }),
      ],
      retryDelaysMs: [1],
    });
    const answer = await invokeEvent({ order: 'ünïcode' });
    await lambda.idle();
    const records = (await notes.lines()).map((line) => JSON.parse(line));
    expect(records).toEqual([
      {
        version: '1.0',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        requestContext: {
          requestId: answer.$metadata.requestId,
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:example:$LATEST',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 3,
        },
        requestPayload: { order: 'ünïcode' },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType: 'TypeError', errorMessage: 'no', trace: expect.any(Array) },
      },
    ]);
  });

  test('on success gets the record with what the function returned', async () => {
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [
        await functionOf('export const handler = async (event) => ({ doubled: event * 2 });', {
          eventInvokeConfig: { onSuccess: 'successes', onFailure: 'successes' },
        }),
        await functionOf(noting(notes), { functionName: 'successes' }),
      ],
    });
    await invokeEvent(21);
    await lambda.idle();
    const records = (await notes.lines()).map((line) => JSON.parse(line));
    expect(records).toMatchObject([
      {
        requestContext: { condition: 'Success', approximateInvokeCount: 1 },
        requestPayload: 21,
        responseContext: { statusCode: 200, executedVersion: '$LATEST' },
        responsePayload: { doubled: 42 },
      },
    ]);
    expect(records[0].responseContext).not.toHaveProperty('functionError');
  });

  test('that is not deployed is reported and counted', async () => {
    const log: LambdaLogEntry[] = [];
    const { invokeEvent, lambda } = await start({
      functions: [
        await functionOf('export const handler = async () => 1;', {
          eventInvokeConfig: { onSuccess: 'gone' },
        }),
      ],
      log: (entry) => log.push(entry),
    });
    await invokeEvent();
    await lambda.idle();
    expect(lambda.metrics().functions.example?.destinationDeliveryFailures).toBe(1);
    expect(log).toEqual([
      {
        functionName: 'example',
        source: 'platform',
        message: expect.stringContaining('Destination "gone" did not get event'),
      },
    ]);
  });
});

describe('the maximum event age', () => {
  test('ends the wait for a retry, and informs the destination', async () => {
    const clock = new ManualClock();
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [
        await functionOf('export const handler = async () => { throw new Error(); };', {
          eventInvokeConfig: { maximumEventAgeSeconds: 90, onFailure: 'failures' },
        }),
        await functionOf(noting(notes), { functionName: 'failures' }),
      ],
      clock,
    });
    await invokeEvent();
    for (const [attempts, waitMs] of [
      [1, minuteMs],
      [2, 2 * minuteMs],
    ]) {
      await eventually(
        () => lambda.metrics().functions.example?.invocations,
        (invocations) => invocations === attempts,
      );
      clock.advance(waitMs ?? 0);
    }
    await lambda.idle();
    expect((await notes.lines()).map((line) => JSON.parse(line))).toMatchObject([
      { requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 2 } },
    ]);
  });

  test('drops an event that a throttled function never got, without a response in the record', async () => {
    const clock = new ManualClock();
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [
        await functionOf('export const handler = async () => 1;', {
          reservedConcurrentExecutions: 0,
          eventInvokeConfig: { maximumEventAgeSeconds: 60, onFailure: 'failures' },
        }),
        await functionOf(noting(notes), { functionName: 'failures' }),
      ],
      clock,
    });
    await invokeEvent({ kept: true });
    clock.advance(minuteMs);
    expect(lambda.metrics().asyncEventsPending).toBe(1);
    clock.advance(minuteMs);
    await lambda.idle();
    const [record] = (await notes.lines()).map((line) => JSON.parse(line));
    expect(record).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 },
      requestPayload: { kept: true },
    });
    expect(record).not.toHaveProperty('responseContext');
    expect(lambda.metrics().functions.example).toMatchObject({ invocations: 0, asyncEventsDropped: 1 });
  });
});

describe('the queue of a function', () => {
  test('is first in, first out', async () => {
    const notes = await notebook();
    const { lambda } = await start({
      functions: [await functionOf(noting(notes), { reservedConcurrentExecutions: 1 })],
    });
    const numbers = Array.from({ length: 50 }, (_, number) => String(number));
    for (const number of numbers) await lambda.invoke('example', number, { type: 'Event' });
    await lambda.idle();
    expect(await notes.lines()).toEqual(numbers);
  });
});

test('idle can leave out functions that always run', async () => {
  const { invokeEvent, lambda } = await start({
    functions: [
      await functionOf('export const handler = () => new Promise(() => {});', { functionName: 'clock' }),
      await functionOf('export const handler = async () => 1;'),
    ],
  });
  await invokeEvent({}, 'clock');
  await invokeEvent();
  await lambda.idle({ ignoring: ['clock'] });
  expect(lambda.metrics().functions.example?.invocations).toBe(1);
  expect(lambda.metrics().asyncEventsPending).toBe(1);
});
