import { describe, expect, it, vi } from 'vitest';
import { recoverHandler } from '../../orchestrator/handlers/recover.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';

interface CaughtUp {
  readonly executionId: string;
  readonly catchUpId: string;
  readonly references: readonly string[];
}

function handlerUnderTest(fails: readonly string[] = [], now: () => number = () => 1) {
  const caughtUp: CaughtUp[] = [];
  const reports: Report[] = [];
  const failures = new MemoryStore();
  const failing = new Set(fails);
  const recover = recoverHandler(
    {
      catchUp: async (executionId, catchUpId, references = []) => {
        if (failing.has(executionId)) throw new Error('throttled');
        caughtUp.push({ executionId, catchUpId, references });
      },
    },
    {
      table: new MemoryTable(),
      failures,
      report: (each) => void reports.push(each),
      now,
      afterBatch: () => {},
    },
  );
  return { recover, caughtUp, reports, failures, failing };
}

const record = (executionId: string, item: string) => ({
  eventName: 'INSERT',
  dynamodb: { Keys: { executionId: { S: executionId }, item: { S: item } } },
});

/** As Lambda puts it into S3, without what is not read. */
function batch(...records: readonly object[]): Buffer {
  const payload = JSON.stringify({ Records: records });
  return Buffer.from(
    JSON.stringify({ requestContext: { condition: 'RetryAttemptsExhausted' }, version: '1.0', payload }),
  );
}

const created = (key: string) => ({ detail: { bucket: { name: 'failures' }, object: { key } } });

const key = 'aws/lambda/0f3c/shardId-00000001536805704746-12bf6f5d/2026/03/01/2026-03-01T12.00.00-5d1e';

describe('the recovery function', () => {
  it('catches up the executions of a batch that was given up, and removes the batch', async () => {
    const { recover, caughtUp, reports, failures } = handlerUnderTest();
    await failures.put(key, batch(record('a', 'start'), record('b', 'task#0#1'), record('a', 'event#x')));
    expect(await recover(created(key))).toEqual({ failed: [] });
    expect(caughtUp).toEqual([
      { executionId: 'a', catchUpId: expect.stringMatching(/^wake#/), references: ['start', 'event#x'] },
      { executionId: 'b', catchUpId: caughtUp[0]?.catchUpId, references: ['task#0#1'] },
    ]);
    expect(reports).toEqual([{ type: 'recovered', batch: key, executions: 2 }]);
    await expect(failures.get(key)).rejects.toMatchObject({ code: 'ObjectNotFound' });
    // EventBridge delivers it once more.
    expect(await recover(created(key))).toEqual({ failed: [] });
    expect(caughtUp).toHaveLength(2);
  });

  it('fails as a whole, and keeps the batch, where one execution cannot be caught up; the others are', async () => {
    const { recover, caughtUp, failures, failing } = handlerUnderTest(['a']);
    await failures.put(key, batch(record('a', 'start'), record('b', 'start')));
    await expect(recover(created(key))).rejects.toMatchObject({
      code: 'RecoveryFailed',
      message: expect.stringContaining("'a': Error: throttled"),
    });
    expect(caughtUp.map(({ executionId }) => executionId)).toEqual(['b']);
    failing.clear();
    await recover(created(key));
    // The same batch is the same catch-up, so that what was lost of it is dispatched again.
    expect(new Set(caughtUp.map(({ catchUpId }) => catchUpId)).size).toBe(1);
    await expect(failures.get(key)).rejects.toMatchObject({ code: 'ObjectNotFound' });
  });

  it('leaves a batch that the publisher did not take', async () => {
    const { recover, caughtUp, failures } = handlerUnderTest();
    await failures.put(key, batch(record('a', 'execution')));
    expect(await recover(created(key))).toEqual({ failed: [] });
    expect(caughtUp).toEqual([]);
    await expect(failures.get(key)).resolves.toBeDefined();
  });

  it.each([
    ['no JSON', Buffer.from('aGVsbG8=')],
    ['no batch', Buffer.from('{"payload":"{}"}')],
  ])('refuses an object that is %s, and leaves it', async (_, bytes) => {
    const { recover, failures } = handlerUnderTest();
    await failures.put(key, bytes);
    await expect(recover(created(key))).rejects.toMatchObject({ code: 'UnreadableBatch' });
    expect(Buffer.from(await failures.get(key))).toEqual(bytes);
  });

  it('catches up the executions that it is called with, and answers which it could not', async () => {
    const { recover, caughtUp } = handlerUnderTest(['b']);
    const result = await recover({ executionIds: ['a', 'b', 'a'], catchUpId: 'x' });
    expect(result).toEqual({ failed: [{ executionId: 'b', error: 'Error: throttled' }] });
    expect(caughtUp).toEqual([
      { executionId: 'a', catchUpId: expect.stringMatching(/^wake#/), references: [] },
    ]);
  });
});

describe('the sweep of the failure bucket', () => {
  const sweep = { 'detail-type': 'Scheduled Event' } as const;
  const minutes = (count: number) => Date.now() + count * 60_000;

  it('recovers what a long throttle has left, once Lambda does not try any more', async () => {
    let time = minutes(5);
    const { recover, caughtUp, failures, failing, reports } = handlerUnderTest(['a'], () => time);
    await failures.put(key, batch(record('a', 'start')));
    await expect(recover(created(key))).rejects.toMatchObject({ code: 'RecoveryFailed' });
    await recover(sweep);
    expect(caughtUp).toEqual([]);
    failing.clear();
    time = minutes(15);
    expect(await recover(sweep)).toEqual({ failed: [] });
    expect(caughtUp.map(({ executionId }) => executionId)).toEqual(['a']);
    expect(reports).toContainEqual({ type: 'recovered', batch: key, executions: 1 });
    await expect(failures.get(key)).rejects.toMatchObject({ code: 'ObjectNotFound' });
  });

  it('goes on where a batch cannot be recovered, and says which', async () => {
    const { recover, caughtUp, failures, reports } = handlerUnderTest(['a'], () => minutes(15));
    const batches = { [`${key}-0`]: 'no batch', [`${key}-1`]: batch(record('a', 'start')) };
    for (const [name, content] of Object.entries(batches)) await failures.put(name, Buffer.from(content));
    await failures.put(`${key}-2`, batch(record('b', 'start')));
    expect(await recover(sweep)).toEqual({ failed: [] });
    expect(caughtUp.map(({ executionId }) => executionId)).toEqual(['b']);
    const left = reports.flatMap((each) => (each.type === 'batchLeft' ? [each.batch] : []));
    expect(left).toEqual([`${key}-0`, `${key}-1`]);
    await expect(failures.get(`${key}-1`)).resolves.toBeDefined();
  });

  it('leaves batches for the bus, and reads each of them once', async () => {
    const { recover, failures } = handlerUnderTest([], () => minutes(15));
    await failures.put(key, batch(record('a', 'execution')));
    const get = vi.spyOn(failures, 'get');
    await recover(sweep);
    await recover(sweep);
    expect(get).toHaveBeenCalledTimes(1);
    await expect(failures.get(key)).resolves.toBeDefined();
  });
});
