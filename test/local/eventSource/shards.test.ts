import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EventSource, startEventSource } from '../../../local/eventSource/eventSource.ts';
import { FastForwardClock } from './fastForwardClock.ts';
import { describedEventSource, functionError, ReceivingFunction, success } from './receivingFunction.ts';
import { insertion, ScriptedStream } from './scriptedStream.ts';

let stream: ScriptedStream;
let clock: FastForwardClock;
let orchestrator: ReceivingFunction;
let eventSource: EventSource;
let log: string[];

beforeEach(async () => {
  stream = await ScriptedStream.start();
  clock = new FastForwardClock(() => stream.requestsInFlight);
  orchestrator = new ReceivingFunction();
  log = [];
});

afterEach(async () => {
  await clock.untilSettled(eventSource.stop());
  stream.stop();
});

function start(batchSize = 100): EventSource {
  eventSource = startEventSource({
    streamsClient: stream.client,
    streamArn: stream.arn,
    eventSource: { ...describedEventSource, batchSize },
    invoke: orchestrator.invoke,
    clock,
    log: (line) => log.push(line),
  });
  return eventSource;
}

/** Where it was begun to read the shard: a sequence number, or the oldest record. */
function startsOf(shardId: string): string[] {
  return stream.calls
    .filter(({ operation, request }) => operation === 'GetShardIterator' && request.ShardId === shardId)
    .map(({ request }) => `${request.ShardIteratorType} ${request.SequenceNumber ?? ''}`.trim());
}

describe('The shards of a stream', () => {
  it('are read from the oldest record on, children when all of their parent was delivered', async () => {
    stream.shard('parent', { closed: true }).records = [insertion(1), insertion(2)];
    stream.shard('left', { parentShardId: 'parent' }).records = [insertion(3)];
    stream.shard('right', { parentShardId: 'parent' }).records = [insertion(4)];
    const answers = [functionError, functionError];
    orchestrator.answer = () => answers.shift() ?? success;
    await clock.untilSettled(start().drained());
    expect(orchestrator.deliveries().slice(0, 3)).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
    ]);
    expect(orchestrator.deliveries().slice(3).flat().toSorted()).toEqual(['3', '4']);
  });

  it('are not read before the parent is closed', async () => {
    const parent = stream.shard('parent');
    parent.records = [insertion(1)];
    stream.shard('child', { parentShardId: 'parent' }).records = [insertion(2)];
    start();
    await clock.until(() => stream.calls.length > 30);
    expect(startsOf('child')).toEqual([]);
    parent.closed = true;
    await clock.until(() => orchestrator.records().length === 2);
    expect(orchestrator.deliveries()).toEqual([['1'], ['2']]);
  });

  it('are found on every page of DescribeStream', async () => {
    stream.pageSize = 2;
    for (let number = 1; number <= 5; number += 1) {
      stream.shard(`shard-${number}`).records = [insertion(number, `order-${number}`)];
    }
    await clock.untilSettled(start().drained());
    expect(orchestrator.deliveries().flat().toSorted()).toEqual(['1', '2', '3', '4', '5']);
  });

  it('are found when their parent splits while it is read', async () => {
    const parent = stream.shard('parent');
    parent.records = [insertion(1)];
    start();
    await clock.until(() => orchestrator.records().length === 1);
    stream.shard('child', { parentShardId: 'parent' }).records = [insertion(3)];
    parent.records.push(insertion(2));
    parent.closed = true;
    const before = clock.now();
    await clock.until(() => orchestrator.records().length === 3);
    expect(clock.now() - before).toBeLessThan(1000);
    expect(orchestrator.deliveries().flat()).toEqual(['1', '2', '3']);
  });

  it('are looked for now and then, not with every read', async () => {
    stream.shard('first');
    start();
    await clock.until(() => startsOf('first').length === 1);
    stream.shard('second').records = [insertion(1)];
    await clock.until(() => orchestrator.records().length === 1);
    expect(clock.now()).toBeGreaterThanOrEqual(10_000);
    expect(stream.calls.filter(({ operation }) => operation === 'DescribeStream')).toHaveLength(2);
  });

  it('whose parent is past the retention are read at once', async () => {
    stream.shard('child', { parentShardId: 'trimmed away' }).records = [insertion(1)];
    await clock.untilSettled(start().drained());
    expect(orchestrator.deliveries()).toEqual([['1']]);
  });
});

describe('Reading goes on', () => {
  it('after the last record read when the iterator has expired', async () => {
    const shard = stream.shard('shard');
    shard.records = [insertion(1)];
    start();
    await clock.until(() => orchestrator.records().length === 1);
    stream.failures.push({ operation: 'GetRecords', type: 'ExpiredIteratorException' });
    shard.records.push(insertion(2));
    await clock.until(() => orchestrator.records().length === 2);
    expect(startsOf('shard')).toEqual(['TRIM_HORIZON', 'AFTER_SEQUENCE_NUMBER 1']);
    expect(orchestrator.deliveries()).toEqual([['1'], ['2']]);
  });

  it('at the oldest record left when those after the last one read are past the retention, and says so', async () => {
    const shard = stream.shard('shard');
    shard.records = [insertion(1)];
    start();
    await clock.until(() => orchestrator.records().length === 1);
    shard.records = [insertion(50)];
    stream.failures.push({ operation: 'GetRecords', type: 'TrimmedDataAccessException' });
    await clock.until(() => orchestrator.records().length === 2);
    expect(startsOf('shard')).toEqual(['TRIM_HORIZON', 'TRIM_HORIZON']);
    expect(orchestrator.deliveries()).toEqual([['1'], ['50']]);
    expect(log.join()).toContain('retention');
  });

  it.each(['DescribeStream', 'GetShardIterator', 'GetRecords'])(
    'after %s has failed for a while, and the failure is in the log',
    async (operation) => {
      stream.shard('shard').records = [insertion(1)];
      for (let count = 0; count < 3; count += 1)
        stream.failures.push({ operation, type: 'LimitExceededException' });
      await clock.untilSettled(start().drained());
      expect(orchestrator.deliveries()).toEqual([['1']]);
      expect(log).toHaveLength(3);
      expect(eventSource.metrics().readErrors).toBe(3);
    },
  );

  it('with other shards when one is gone', async () => {
    stream.shard('gone').records = [insertion(1)];
    stream.shard('here').records = [insertion(2)];
    stream.failures.push({ operation: 'GetShardIterator', type: 'ResourceNotFoundException' });
    await clock.untilSettled(start().drained());
    expect(orchestrator.deliveries()).toEqual([['2']]);
    expect(log.join()).toContain('gone');
  });
});

describe('Polling', () => {
  it('slows down step by step to four times a second while there is nothing, and is quick again after records', async () => {
    const shard = stream.shard('shard');
    start();
    const idleWait = async (): Promise<number> => {
      const calls = stream.calls.length;
      await clock.until(() => stream.calls.length > calls);
      const before = clock.now();
      await clock.until(() => stream.calls.length > calls + 1);
      return clock.now() - before;
    };
    await clock.until(() => clock.now() > 5_000);
    expect(await idleWait()).toBe(250);
    const waitAfter = async (records: number): Promise<number> => {
      const known = shard.records.length;
      for (let number = 1; number <= records; number += 1) shard.records.push(insertion(known + number));
      await clock.until(() => orchestrator.records().length === known + records);
      const before = clock.now();
      const calls = stream.calls.length;
      await clock.until(() => stream.calls.length > calls);
      return clock.now() - before;
    };
    expect(await waitAfter(1)).toBe(20);
    expect(await waitAfter(200)).toBe(60);
  });

  it('reads no further ahead than the function needs', async () => {
    stream.shard('shard').records = Array.from({ length: 5000 }, (_, index) => insertion(index + 1));
    let finish = (): void => {};
    orchestrator.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve(success);
      });
    start(100);
    await clock.until(() => orchestrator.batches.length === 1);
    await clock.until(() => clock.now() > 2_000);
    expect(eventSource.metrics().recordsRead).toBe(1000);
    orchestrator.answer = () => success;
    finish();
    await clock.untilSettled(eventSource.drained());
    expect(orchestrator.records()).toHaveLength(5000);
  });
});
