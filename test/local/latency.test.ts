import { afterEach, describe, expect, it } from 'vitest';
import { startEventSource } from '../../local/eventSource/eventSource.ts';
import { awsLatency, hops } from '../../local/latency.ts';
import { FastForwardClock } from './eventSource/fastForwardClock.ts';
import { describedEventSource, ReceivingFunction } from './eventSource/receivingFunction.ts';
import { insertion, ScriptedStream } from './eventSource/scriptedStream.ts';
import { eventually, functionOf, notebook, noting, start } from './lambda/lambdaFixture.ts';
import { ManualClock } from './manualClock.ts';

const draws = 20_000;

function percentiles(draw: () => number): { readonly p50: number; readonly p99: number } {
  const drawn = Array.from({ length: draws }, draw).sort((a, b) => a - b);
  return { p50: drawn[draws / 2] ?? 0, p99: drawn[(draws * 99) / 100] ?? 0 };
}

describe('the latencies of AWS', () => {
  it.each([
    ['streamToLambda', () => awsLatency(1).eventSource.delayMs],
    ['asynchronousInvoke', () => awsLatency(1).asyncDelayMs],
    [
      'table',
      () => {
        const { dynamodb } = awsLatency(1);
        return () => dynamodb.draw('PutItem').delayMs;
      },
    ],
  ] as const)('of %s have the published median and 99th percentile', (name, drawOf) => {
    const { p50, p99 } = percentiles(drawOf());
    expect(Math.abs(p50 / hops[name].p50 - 1)).toBeLessThan(0.03);
    expect(Math.abs(p99 / hops[name].p99 - 1)).toBeLessThan(0.1);
  });

  it('are the same for the same seed, and others for another', () => {
    const drawn = (seed: number) => Array.from({ length: 5 }, awsLatency(seed).asyncDelayMs);
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(3)).not.toEqual(drawn(8));
  });
});

it('an asynchronous invocation takes as long as was drawn, by the clock of the local Lambda', async () => {
  const clock = new ManualClock();
  const notes = await notebook();
  const { invokeEvent, lambda } = await start({
    functions: [await functionOf(noting(notes))],
    clock,
    asyncDelayMs: () => 30,
  });
  await invokeEvent();
  clock.advance(29);
  expect(lambda.metrics().functions.example?.invocations).toBe(0);
  clock.advance(1);
  await eventually(
    () => lambda.metrics().functions.example?.invocations,
    (invocations) => invocations === 1,
  );
  await lambda.idle();
});

describe('the stream', () => {
  let stream: ScriptedStream | undefined;
  afterEach(() => stream?.stop());

  it('brings each record after the time that was drawn for it, those of an item in order', async () => {
    const script = await ScriptedStream.start();
    stream = script;
    const executions = ['a', 'b', 'c', 'd'];
    script.shard('shard').records = Array.from({ length: 40 }, (_, index) =>
      insertion(index + 1, executions[index % executions.length], 'beat#1#1'),
    );
    const clock = new FastForwardClock(() => script.requestsInFlight);
    const orchestrator = new ReceivingFunction();
    const source = startEventSource({
      streamsClient: script.client,
      streamArn: script.arn,
      eventSource: describedEventSource,
      invoke: orchestrator.invoke,
      faults: awsLatency(1).eventSource,
      clock,
    });
    await clock.untilSettled(source.drained());
    await clock.untilSettled(source.stop());
    const numbers = orchestrator.deliveries().flat().map(Number);
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    for (const item of [0, 1, 2, 3]) {
      const own = numbers.filter((number) => (number - 1) % 4 === item);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
    // The first record of each item is drawn for, and the others wait behind it.
    const delays = Array.from({ length: 4 }, awsLatency(1).eventSource.delayMs);
    expect(clock.now()).toBeGreaterThanOrEqual(Math.max(...delays));
  });
});
