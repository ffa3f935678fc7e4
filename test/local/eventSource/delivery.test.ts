import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventSourceDescription } from '../../../infra/description.ts';
import type { DiscardedBatch } from '../../../local/eventSource/delivery.ts';
import { type EventSource, startEventSource } from '../../../local/eventSource/eventSource.ts';
import { FastForwardClock } from './fastForwardClock.ts';
import {
  describedEventSource,
  failedFrom,
  functionError,
  ReceivingFunction,
  success,
} from './receivingFunction.ts';
import { insertion, type ScriptedShard, ScriptedStream } from './scriptedStream.ts';

let stream: ScriptedStream;
let shard: ScriptedShard;
let clock: FastForwardClock;
let orchestrator: ReceivingFunction;
let eventSource: EventSource | undefined;
let discarded: DiscardedBatch[];
let log: string[];

beforeEach(async () => {
  stream = await ScriptedStream.start();
  shard = stream.shard('shard-1');
  clock = new FastForwardClock(() => stream.requestsInFlight);
  orchestrator = new ReceivingFunction();
  eventSource = undefined;
  discarded = [];
  log = [];
});

afterEach(async () => {
  if (eventSource) await clock.untilSettled(eventSource.stop());
  stream.stop();
});

function start(description: Partial<EventSourceDescription> = {}): EventSource {
  eventSource = startEventSource({
    streamsClient: stream.client,
    streamArn: stream.arn,
    eventSource: { ...describedEventSource, ...description },
    invoke: orchestrator.invoke,
    onDiscarded: (batch) => discarded.push(batch),
    clock,
    log: (line) => log.push(line),
  });
  return eventSource;
}

async function deliverAll(description: Partial<EventSourceDescription> = {}): Promise<EventSource> {
  const started = start(description);
  await clock.untilSettled(started.drained());
  return started;
}

function sequence(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

describe('the records of an invocation', () => {
  it("is Lambda's event: each record as it is on the wire, with the ARN of the stream", async () => {
    const record = insertion(1);
    const withBinary = {
      ...record,
      dynamodb: { ...record.dynamodb, NewImage: { ...record.dynamodb.NewImage, bytes: { B: 'AAEC/w==' } } },
    };
    shard.records = [withBinary];
    await deliverAll();
    expect(orchestrator.records()).toEqual([{ ...withBinary, eventSourceARN: stream.arn }]);
  });

  it('is only what the filter lets pass', async () => {
    shard.records = [insertion(1, 'order-1', 'start'), insertion(2, 'order-1', 'execution'), insertion(3)];
    const { metrics } = await deliverAll({
      filters: [{ dynamodb: { Keys: { item: { S: ['start', { prefix: 'task#' }] } } } }],
    });
    expect(orchestrator.deliveries().flat()).toEqual(['1', '3']);
    expect(metrics()).toMatchObject({ recordsRead: 3, recordsFiltered: 1, recordsDelivered: 2 });
  });

  it('is in the order of the shard, in batches of at most the batch size', async () => {
    shard.records = sequence(1, 2500).map((number) => insertion(number));
    await deliverAll({ batchSize: 1000 });
    expect(orchestrator.deliveries().flat()).toEqual(sequence(1, 2500));
    expect(Math.max(...orchestrator.batches.map(({ length }) => length))).toBe(1000);
  });

  it('is at most 6 MB', async () => {
    const large = 'y'.repeat(390_000);
    shard.records = sequence(1, 40).map((number) => insertion(number, `order-${number}`, 'start', large));
    const bytes: number[] = [];
    eventSource = startEventSource({
      streamsClient: stream.client,
      streamArn: stream.arn,
      eventSource: describedEventSource,
      invoke: async (payload) => {
        bytes.push(Buffer.byteLength(payload));
        return orchestrator.invoke(payload);
      },
      clock,
    });
    await clock.untilSettled(eventSource.drained());
    expect(orchestrator.deliveries().flat()).toEqual(sequence(1, 40));
    expect(Math.max(...bytes)).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(Math.max(...bytes)).toBeGreaterThan(5.6 * 1024 * 1024);
  });

  it('comes after the batching window when the batch is not full before', async () => {
    shard.records = sequence(1, 25).map((number) => insertion(number));
    const times: number[] = [];
    orchestrator.answer = () => {
      times.push(clock.now());
      return success;
    };
    await deliverAll({ batchSize: 10, maximumBatchingWindowSeconds: 5 });
    expect(orchestrator.batches.map(({ length }) => length)).toEqual([10, 10, 5]);
    const [first = 0, , last = 0] = times;
    expect(last - first).toBe(5000);
  });

  it('comes one batch at a time', async () => {
    shard.records = sequence(1, 50).map((number) => insertion(number));
    let inFlight = 0;
    let most = 0;
    orchestrator.answer = async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return success;
    };
    await deliverAll({ batchSize: 5 });
    expect(most).toBe(1);
  });

  it('comes in as many batches at a time as the parallelization factor says, each item in order', async () => {
    const executions = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    shard.records = sequence(1, 80).map((number) =>
      insertion(number, executions[Number(number) % executions.length], 'beat#1#1'),
    );
    let inFlight = 0;
    let most = 0;
    orchestrator.answer = async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return success;
    };
    await deliverAll({ batchSize: 2, parallelizationFactor: 3 });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
    for (const executionId of executions) {
      const delivered = orchestrator
        .records()
        .filter(({ dynamodb }) => dynamodb.Keys.executionId?.S === executionId)
        .map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
      expect(delivered).toHaveLength(10);
      expect(delivered).toEqual(delivered.toSorted((a, b) => a - b));
    }
  });
});

describe('When the function fails', () => {
  it('the batch is tried again with growing waits, then discarded, and the next one comes', async () => {
    shard.records = sequence(1, 4).map((number) => insertion(number));
    const times: number[] = [];
    orchestrator.answer = ([first]) => {
      if (first?.dynamodb.SequenceNumber === '3') return success;
      times.push(clock.now());
      return functionError;
    };
    const { metrics } = await deliverAll({ batchSize: 2, maximumRetryAttempts: 3 });
    const [start = 0] = times;
    expect(times.map((time) => time - start)).toEqual([0, 100, 300, 700]);
    expect(discarded).toMatchObject([
      {
        condition: 'RetryAttemptsExhausted',
        shardId: 'shard-1',
        invocations: 4,
        functionError: 'Unhandled',
        records: [{ sequenceNumber: '1' }, { sequenceNumber: '2' }],
      },
    ]);
    expect(orchestrator.deliveries().at(-1)).toEqual(['3', '4']);
    expect(metrics()).toMatchObject({
      recordsDelivered: 2,
      recordsDiscarded: 2,
      retries: 3,
      functionErrors: 4,
    });
  });

  it('the batch is discarded at the first failure if there are no retries', async () => {
    shard.records = [insertion(1)];
    orchestrator.answer = () => functionError;
    await deliverAll({ maximumRetryAttempts: 0 });
    expect(orchestrator.deliveries()).toEqual([['1']]);
    expect(discarded).toHaveLength(1);
  });

  it('the batch is halved until the bad record is alone, and only then are retries used', async () => {
    shard.records = sequence(1, 8).map((number) => insertion(number));
    orchestrator.answer = (batch) =>
      batch.some(({ dynamodb }) => dynamodb.SequenceNumber === '6') ? functionError : success;
    const { metrics } = await deliverAll({ bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 });
    expect(orchestrator.deliveries()).toEqual([
      sequence(1, 8),
      sequence(1, 4),
      sequence(5, 8),
      sequence(5, 6),
      ['5'],
      ['6'],
      ['6'],
      sequence(7, 8),
    ]);
    expect(discarded.flatMap(({ records }) => records.map(({ sequenceNumber }) => sequenceNumber))).toEqual([
      '6',
    ]);
    expect(metrics()).toMatchObject({ recordsDelivered: 7, recordsDiscarded: 1, retries: 1, bisections: 3 });
  });

  it('everything from the lowest failed sequence number comes again, compared as numbers', async () => {
    shard.records = ['8', '9', '10', '100'].map((number) => insertion(number));
    const answers = [failedFrom('100', '10'), success];
    orchestrator.answer = () => answers.shift() ?? success;
    await deliverAll();
    expect(orchestrator.deliveries()).toEqual([
      ['8', '9', '10', '100'],
      ['10', '100'],
    ]);
  });

  it('a batch split at the reported record uses no retry when batches are bisected', async () => {
    shard.records = sequence(1, 6).map((number) => insertion(number));
    orchestrator.answer = ([, second]) => (second ? failedFrom(second.dynamodb.SequenceNumber) : success);
    await deliverAll({ bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 });
    expect(orchestrator.deliveries().map(([first]) => first)).toEqual(sequence(1, 6));
    expect(discarded).toEqual([]);
  });

  it('a reported record uses a retry each time when batches are not bisected', async () => {
    shard.records = sequence(1, 6).map((number) => insertion(number));
    orchestrator.answer = ([, second]) => (second ? failedFrom(second.dynamodb.SequenceNumber) : success);
    await deliverAll({ maximumRetryAttempts: 2 });
    expect(orchestrator.deliveries().map(([first]) => first)).toEqual(sequence(1, 3));
    expect(discarded.flatMap(({ records }) => records)).toHaveLength(3);
  });

  it.each([
    ['null', failedFrom(null)],
    ['empty', failedFrom('')],
    ['of no record of the batch', failedFrom('2', '77')],
    ['of the wrong type', failedFrom(2)],
    ['under another name', { payload: '{"batchItemFailures":[{"id":"2"}]}' }],
    ['in a response that is not JSON', { payload: 'oops' }],
    ['in a response that is not an object', { payload: '"oops"' }],
    ['in a list that is none', { payload: '{"batchItemFailures":"2"}' }],
  ])('an item identifier %s fails the whole batch', async (_, answer) => {
    shard.records = sequence(1, 3).map((number) => insertion(number));
    const answers = [answer];
    orchestrator.answer = () => answers.shift() ?? success;
    await deliverAll();
    expect(orchestrator.deliveries()).toEqual([sequence(1, 3), sequence(1, 3)]);
  });

  it.each(['', 'null', '{}', '{"batchItemFailures":null}', '{"batchItemFailures":[]}'])(
    'the response %j is success',
    async (payload) => {
      shard.records = [insertion(1)];
      orchestrator.answer = () => ({ payload });
      await deliverAll();
      expect(orchestrator.deliveries()).toEqual([['1']]);
    },
  );

  it('the response is not looked at if batch item failures are not to be reported', async () => {
    shard.records = [insertion(1)];
    orchestrator.answer = () => failedFrom('1');
    const { metrics } = await deliverAll({ functionResponseTypes: [] });
    expect(metrics()).toMatchObject({ recordsDelivered: 1, retries: 0 });
  });
});

describe('When the function cannot be invoked', () => {
  it.each([
    ['because of concurrency', 'TooManyRequestsException', { throttles: 20, invokeErrors: 0 }],
    ['for another reason', 'ServiceException', { throttles: 0, invokeErrors: 20 }],
  ])('%s, the batch waits and no retry is used', async (_, name, counts) => {
    shard.records = [insertion(1)];
    let refusals = 20;
    orchestrator.answer = () => {
      if (refusals === 0) return success;
      refusals -= 1;
      throw Object.assign(new Error('refused'), { name });
    };
    const { metrics } = await deliverAll({ maximumRetryAttempts: 0 });
    expect(metrics()).toMatchObject({ ...counts, recordsDelivered: 1, recordsDiscarded: 0, invocations: 1 });
    expect(log.filter((line) => line.includes('could not be invoked'))).toHaveLength(counts.invokeErrors);
  });
});

describe('Stopping', () => {
  it('waits for the invocation under way, starts no other, and notifies those who wait for records', async () => {
    shard.records = sequence(1, 4).map((number) => insertion(number));
    let finish = (): void => {};
    orchestrator.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve(success);
      });
    const source = start({ batchSize: 2 });
    await clock.until(() => orchestrator.batches.length === 1);
    const drained = source.drained().catch((error: Error) => error);
    let stopped = false;
    const stopping = source.stop().then(() => {
      stopped = true;
    });
    expect(await clock.untilSettled(drained)).toMatchObject({ code: 'EventSourceStopped' });
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(orchestrator.deliveries()).toEqual([['1', '2']]);
    expect(source.metrics().recordsDelivered).toBe(2);
  });

  it('ends the retries of a batch', async () => {
    shard.records = [insertion(1)];
    orchestrator.answer = () => functionError;
    const source = start({ maximumRetryAttempts: -1 });
    await clock.until(() => orchestrator.batches.length === 10);
    await source.stop();
    expect(discarded).toEqual([]);
  });
});
