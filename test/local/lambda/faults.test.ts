import { describe, expect, test } from 'vitest';
import { drawLambdaFaults, InvalidFaultError } from '../../../local/faults.ts';
import { startLambda } from '../../../local/lambda/index.ts';
import { seededRandom } from '../../../testing/seededRandom.ts';
import { ManualClock } from '../manualClock.ts';
import { functionOf, notebook, noting, start } from './lambdaFixture.ts';

describe('a seeded generator', () => {
  test('draws the same numbers for the same seed, and others for another', () => {
    const draw = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7).every((number) => number >= 0 && number < 1)).toBe(true);
    const mean = draw(7).reduce((total, number) => total + number, 0) / 1000;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
  });
});

describe('faults', () => {
  test('are the same for the same seed', () => {
    const drawn = (seed: number) => {
      const draws = drawLambdaFaults({
        seed,
        duplicate: 0.3,
        delay: 0.3,
        drop: 0.2,
        crash: 0.2,
        throttle: 0.2,
      });
      const events = Array.from({ length: 200 }, () => [
        draws.throttles('a'),
        draws.deliveries('a'),
        draws.crash('a'),
      ]);
      return { events, counts: draws.counts() };
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    for (const count of Object.values(drawn(1).counts)) expect(count).toBeGreaterThan(5);
  });

  test('hit the named functions only', () => {
    const draws = drawLambdaFaults({ seed: 1, drop: 1, throttle: 1, functionNames: ['a'] });
    expect([draws.throttles('a'), draws.throttles('b')]).toEqual([true, false]);
    expect([draws.deliveries('a'), draws.deliveries('b')]).toEqual([[], [0]]);
  });

  test('of a probability that is none are refused', async () => {
    await expect(startLambda({ functions: [], faults: { seed: 1, drop: 2 } })).rejects.toThrow(
      InvalidFaultError,
    );
  });

  test('duplicate: an event is delivered twice, with one request id', async () => {
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [await functionOf(noting(notes))],
      faults: { seed: 1, duplicate: 1 },
    });
    await invokeEvent({ number: 1 });
    await lambda.idle();
    expect(await notes.lines()).toEqual(['{"number":1}', '{"number":1}']);
    expect(lambda.metrics().faults).toMatchObject({ duplicate: 1 });
  });

  test('drop: an event is accepted and lost', async () => {
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [await functionOf(noting(notes))],
      faults: { seed: 1, drop: 1 },
    });
    expect((await invokeEvent()).StatusCode).toBe(202);
    await lambda.idle();
    expect(await notes.lines()).toEqual([]);
    expect(lambda.metrics().faults).toMatchObject({ drop: 1 });
  });

  test('delay: an event is queued later, within the maximum', async () => {
    const clock = new ManualClock();
    const notes = await notebook();
    const { invokeEvent, lambda } = await start({
      functions: [await functionOf(noting(notes))],
      faults: { seed: 1, delay: 1, maximumDelayMs: 500 },
      clock,
    });
    await invokeEvent(1);
    expect(lambda.metrics()).toMatchObject({ asyncEventsPending: 1, environments: 0 });
    clock.advance(500);
    await lambda.idle();
    expect(await notes.lines()).toEqual(['1']);
  });

  test('throttle: Invoke answers 429, whatever the type', async () => {
    const { invoke, invokeEvent, lambda } = await start({
      functions: [await functionOf('export const handler = async () => 1;')],
      faults: { seed: 1, throttle: 1 },
    });
    await expect(invoke()).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    await expect(invokeEvent()).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    expect(lambda.metrics().faults.throttle).toBe(2);
  });

  test('crash: the environment is killed before or after the handler ran, and the caller cannot know which', async () => {
    const notes = await notebook();
    const { invoke, lambda } = await start({
      functions: [await functionOf(noting(notes))],
      faults: { seed: 3, crash: 1 },
    });
    for (let number = 0; number < 8; number += 1) {
      const { answer, payload } = await invoke(number);
      expect(answer.FunctionError).toBe('Unhandled');
      expect(payload).toMatchObject({
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringContaining('signal: killed'),
      });
    }
    const { crashBefore, crashAfter } = lambda.metrics().faults;
    expect(crashBefore + crashAfter).toBe(8);
    expect(Math.min(crashBefore, crashAfter)).toBeGreaterThan(0);
    expect(await notes.lines()).toHaveLength(crashAfter);
  });
});
