import { expect, it, vi } from 'vitest';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { TaskResult } from '../../orchestrator/core/execution/model/taskResult.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import type { ResultItem } from '../../orchestrator/table/resultItem.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { settleAttempt, withCancellation } from '../../workers/cancelTask.ts';
import { writeResult } from '../../workers/runTask.ts';

const payload: TaskPayload = {
  table: 'table',
  executionId: 'e',
  item: 'task#0#1',
  task: 0,
  attempt: 1,
  worker: 'render',
  machine: 'film',
  machineVersion: '3',
  idempotencyKey: 'e#0',
  input: { scene: 7 },
};

function itemWith(result: TaskResult): ResultItem {
  const at = '2026-01-31T10:00:00.000Z';
  return { executionId: 'e', task: 0, attempt: 1, worker: 'render', startedAt: at, endedAt: at, result };
}

const started = itemWith({ status: 'SUCCEEDED', output: { job: 'job-1' } });
const failed = (name: string) => itemWith({ status: 'FAILED', error: { name, message: 'It was too late.' } });

/** An attempt whose work can be cancelled, in a table that has taken a result before its own, or none. */
function attemptAfter(taken: ResultItem | undefined, change: (work: object) => object | undefined = same) {
  const table = new MemoryTable();
  const cancelLate = vi.fn(async () => {});
  const work = withCancellation({}, { cancel: () => Promise.reject(new Error('not asked')), cancelLate });
  const reports: Report[] = [];
  const report = (each: Report) => reports.push(each);
  const write = (item: ResultItem) => writeResult(item, undefined, table);
  const settle = async (item: ResultItem) => {
    if (taken) await table.journal.insertResult(taken);
    return settleAttempt(payload, item, change(work), write, { table, now: () => 0, report });
  };
  const asks = vi.spyOn(table.journal, 'insertResultOrGet');
  const kept = async () => (await table.journal.readResults('e', [{ task: 0, attempt: 1 }])).map(resultOf);
  return { settle, kept, asks, cancelLate, reports };
}

function same(work: object): object {
  return work;
}

function resultOf(entry: object): unknown {
  return Reflect.get(entry, 'result');
}

it('a result that is taken is returned, at the cost of one write, and the work goes on', async () => {
  const { settle, kept, asks, cancelLate, reports } = attemptAfter(undefined);
  expect(await settle(started)).toEqual(started);
  expect(await kept()).toEqual([started.result]);
  expect(asks).not.toHaveBeenCalled();
  expect(cancelLate).not.toHaveBeenCalled();
  expect(reports).toEqual([]);
});

it('the work is cancelled, with its input and output, where a failure was taken before its result', async () => {
  const failure = failed('Task.Cancelled');
  const { settle, kept, cancelLate, reports } = attemptAfter(failure);
  expect(await settle(started)).toBeUndefined();
  expect(await kept()).toMatchObject([failure.result]);
  const cancelled = { executionId: 'e', machine: 'film' };
  expect(cancelLate.mock.calls).toEqual([[{ scene: 7 }, { job: 'job-1' }, cancelled]]);
  expect(reports).toEqual([]);
});

it('the work goes on where the result of another run of the attempt was taken: both may look at one job', async () => {
  const { settle, cancelLate } = attemptAfter(itemWith({ status: 'SUCCEEDED', output: { job: 'job-1' } }));
  expect(await settle(started)).toBeUndefined();
  expect(cancelLate).not.toHaveBeenCalled();
});

it('an attempt that has failed has started nothing to cancel', async () => {
  const { settle, cancelLate } = attemptAfter(failed('Task.Cancelled'));
  expect(await settle(failed('Refused'))).toBeUndefined();
  expect(cancelLate).not.toHaveBeenCalled();
});

it('a cancellation that fails is reported, and the attempt is settled', async () => {
  const { settle, cancelLate, reports } = attemptAfter(failed('Task.Cancelled'));
  cancelLate.mockRejectedValue(new RangeError('No job-1.'));
  expect(await settle(started)).toBeUndefined();
  expect(reports).toEqual([
    {
      type: 'cancelFailed',
      executionId: 'e',
      machine: 'film',
      machineVersion: '3',
      worker: 'render',
      error: 'RangeError: No job-1.',
    },
  ]);
});

it.each([
  ['without work', () => undefined],
  ['whose work has no cancellation', () => () => 1],
])('an attempt %s is settled alike, and nothing is cancelled', async (_, work) => {
  const late = attemptAfter(failed('Task.Cancelled'), work);
  expect(await late.settle(started)).toBeUndefined();
  expect(late.cancelLate).not.toHaveBeenCalled();
  expect(late.reports).toEqual([]);
  expect(await attemptAfter(undefined, work).settle(started)).toEqual(started);
});

it('rejects, and cancels nothing, where the table takes no result: the attempt may be settled later', async () => {
  const cancelLate = vi.fn(async () => {});
  const work = withCancellation({}, { cancel: async () => {}, cancelLate });
  const write = () => Promise.reject(new Error('The table is away.'));
  const surroundings = { table: new MemoryTable(), now: () => 0, report: () => {} };
  await expect(settleAttempt(payload, started, work, write, surroundings)).rejects.toThrow('is away');
  expect(cancelLate).not.toHaveBeenCalled();
});
