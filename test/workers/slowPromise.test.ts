import { expect, it } from 'vitest';
import { fromPromise } from 'xstate';
import { runPromiseLogic } from '../../orchestrator/core/machine/promiseLogic.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { runTask } from '../../workers/runTask.ts';

/** A promise that takes no notice of its signal: the host ends the attempt a second before its deadline. */
it('a promise that is slower than its timeout fails with States.Timeout, as a worker does', async () => {
  const table = new MemoryTable();
  const now = Date.now();
  const payload = {
    table: 'table',
    executionId: 'e1',
    item: 'task#0#1',
    task: 0,
    attempt: 1,
    worker: 'confirm',
    machine: 'order',
    machineVersion: '1',
    deadline: new Date(now + 1_100).toISOString(),
    idempotencyKey: 'e1#0',
    input: {},
  };
  const slow = fromPromise(() => new Promise(() => {}));
  await runTask(payload, (input, { signal }) => runPromiseLogic(slow, input, { signal }), {
    table,
    now: Date.now,
  });
  expect(await table.journal.readAll('e1')).toMatchObject([
    { result: { status: 'FAILED', error: { name: 'States.Timeout' } } },
  ]);
});
