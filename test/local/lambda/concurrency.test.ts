import { describe, expect, test } from 'vitest';
import { ManualClock } from '../manualClock.ts';
import { eventually, functionOf, notebook, start, temporaryDirectory } from './lambdaFixture.ts';

/** Runs until the file of the event exists, so that a test decides when it ends. */
const untilReleased = `import { existsSync } from 'node:fs';
export const handler = async (gate) => {
  console.log('begun');
  while (!existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 5));
  return process.pid;
};`;

async function gate(): Promise<{ file: string; open(): Promise<void> }> {
  const file = `${await temporaryDirectory()}/open`;
  const { writeFile } = await import('node:fs/promises');
  return { file, open: () => writeFile(file, '') };
}

describe('concurrency', () => {
  test('gives each invocation at a time an environment of its own', async () => {
    const begun: string[] = [];
    const { invoke } = await start({
      functions: [await functionOf(untilReleased)],
      log: ({ message }) => begun.push(message),
    });
    const { file, open } = await gate();
    const running = [invoke(file), invoke(file), invoke(file)];
    await eventually(
      () => begun.length,
      (count) => count === 3,
    );
    await open();
    const pids = (await Promise.all(running)).map(({ payload }) => payload);
    expect(new Set(pids).size).toBe(3);
  });

  test('beyond the reservation of a function is throttled, with the reason', async () => {
    const { invoke, lambda } = await start({
      functions: [await functionOf(untilReleased, { reservedConcurrentExecutions: 1 })],
    });
    const { file, open } = await gate();
    const running = invoke(file);
    await eventually(
      () => lambda.metrics().concurrentExecutions,
      (count) => count === 1,
    );
    await expect(invoke(file)).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
    await open();
    await running;
    expect(lambda.metrics().functions.example).toMatchObject({ invocations: 1, throttles: 1 });
    expect((await invoke(file)).answer.StatusCode).toBe(200);
  });

  test('beyond the maximum in all is throttled, with the reason', async () => {
    const { invoke, lambda } = await start({
      functions: [await functionOf(untilReleased)],
      maximumConcurrency: 2,
    });
    const { file, open } = await gate();
    const running = [invoke(file), invoke(file)];
    await eventually(
      () => lambda.metrics().concurrentExecutions,
      (count) => count === 2,
    );
    await expect(invoke(file)).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ConcurrentInvocationLimitExceeded',
    });
    await open();
    await Promise.all(running);
  });

  test('has room for calls of unmodified functions, and none beyond it for their events', async () => {
    const { invoke, invokeEvent, lambda } = await start({
      functions: [await functionOf(untilReleased, { role: 'unmodified' })],
      maximumConcurrency: 2,
    });
    const { file, open } = await gate();
    const calls = [invoke(file), invoke(file), invoke(file)];
    for (let event = 0; event < 3; event++) await invokeEvent(file);
    await eventually(
      () => lambda.metrics().concurrentExecutions,
      (count) => count === 5,
    );
    await open();
    await Promise.all(calls);
    await eventually(
      () => lambda.metrics().functions.example?.invocations,
      (count) => count === 6,
    );
    expect(lambda.metrics()).toMatchObject({ concurrentExecutions: 0 });
  });

  test('makes events wait and loses none of them', async () => {
    const notes = await notebook();
    const code = `import { appendFileSync } from 'node:fs';
      export const handler = async (number) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        appendFileSync(${JSON.stringify(notes.file)}, number + '\\n'); };`;
    const { lambda } = await start({
      functions: [await functionOf(code, { reservedConcurrentExecutions: 2 })],
      maximumConcurrency: 3,
    });
    const numbers = Array.from({ length: 40 }, (_, number) => String(number));
    for (const number of numbers) await lambda.invoke('example', number, { type: 'Event' });
    await lambda.idle();
    expect((await notes.lines()).sort()).toEqual(numbers.sort());
    expect(lambda.metrics().functions.example?.environmentsStarted).toBeLessThanOrEqual(2);
  });

  test.each(['orchestrator', 'wake', 'clock'] as const)(
    'of workers never keeps the %s function from running',
    async (role) => {
      const { invoke, lambda } = await start({
        functions: [
          await functionOf(untilReleased),
          await functionOf('export const handler = async () => "ran";', { functionName: 'system', role }),
        ],
        maximumConcurrency: 3,
      });
      const { file, open } = await gate();
      const payload = JSON.stringify(file);
      for (let number = 0; number < 20; number += 1)
        await lambda.invoke('example', payload, { type: 'Event' });
      const running = [lambda.invoke('example', payload), lambda.invoke('example', payload)];
      await expect(lambda.invoke('example', payload)).rejects.toMatchObject({
        code: 'TooManyRequestsException',
        reason: 'ConcurrentInvocationLimitExceeded',
      });
      expect((await invoke({}, 'system')).payload).toBe('ran');
      await open();
      await Promise.all(running);
      await lambda.idle();
    },
  );

  test('is shared fairly: a function with a long queue does not keep another waiting', async () => {
    const notes = await notebook();
    const code = `import { appendFileSync } from 'node:fs';
      export const handler = async (event, context) => {
        appendFileSync(${JSON.stringify(notes.file)}, context.functionName + '\\n'); };`;
    const { lambda } = await start({
      functions: [await functionOf(code), await functionOf(code, { functionName: 'late' })],
      maximumConcurrency: 1,
    });
    for (let number = 0; number < 200; number += 1) await lambda.invoke('example', '1', { type: 'Event' });
    for (let number = 0; number < 5; number += 1) await lambda.invoke('late', '1', { type: 'Event' });
    await lambda.idle();
    const order = await notes.lines();
    expect(order).toHaveLength(205);
    // It takes a while to start an environment for the late one; from then on they take turns.
    const firstLate = order.indexOf('late');
    expect(order.slice(firstLate, firstLate + 9).filter((name) => name === 'late')).toHaveLength(5);
  });
});

describe('environments', () => {
  test('are ended when no one used them for some minutes', async () => {
    const clock = new ManualClock();
    const { invoke, lambda } = await start({
      functions: [await functionOf('export const handler = async () => process.pid;')],
      clock,
    });
    const { payload } = await invoke();
    clock.advance(4 * 60_000);
    expect((await invoke()).payload).toBe(payload);
    clock.advance(4 * 60_000);
    expect(lambda.metrics().environments).toBe(1);
    clock.advance(2 * 60_000);
    expect(lambda.metrics().environments).toBe(0);
    expect((await invoke()).payload).not.toBe(payload);
  });

  test('that are idle make room for those of other functions', async () => {
    const functions = await Promise.all(
      ['a', 'b', 'c', 'd'].map((functionName) =>
        functionOf('export const handler = async () => process.pid;', { functionName }),
      ),
    );
    const { invoke, lambda } = await start({ functions, maximumConcurrency: 1 });
    for (const name of ['a', 'b', 'c', 'd']) await invoke({}, name);
    expect(lambda.metrics().environments).toBe(2);
  });
});
