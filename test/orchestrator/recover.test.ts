import { describe, expect, it } from 'vitest';
import { recoverHandler } from '../../orchestrator/handlers/recover.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';

interface CaughtUp {
  readonly executionId: string;
  readonly catchUpId: string;
  readonly references: readonly string[];
}

function handlerUnderTest(fails: readonly string[] = []) {
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
      now: () => 1,
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
    // EventBridge tells of it once more.
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
