import { describe, expect, it } from 'vitest';
import type { ItemTask } from '../../../orchestrator/core/execution/lists/runningList.ts';
import { listsAttribute, listsOf } from '../../../orchestrator/table/listAttributes.ts';

const of = { executionId: 'e', startedAt: 1_700_000_000_000 };
const later = (ms: number) => of.startedAt + ms;

function read(open: readonly ItemTask[]) {
  const items = { executionId: 'e', task: 2, hash: 'h', pageSize: 100 };
  const list = {
    task: 2,
    worker: 'sign',
    first: 0,
    count: 9,
    items,
    concurrency: 9,
    tolerated: 0,
    next: 9,
    open,
    exceptions: [],
  };
  return listsOf(of, listsAttribute(of, [list]))?.[0]?.open;
}

describe('the open items of a list, as they are stored', () => {
  it('keep all that an attempt has', () => {
    const common = { task: 2, worker: 'sign', attempt: 1, cause: 'start' };
    const open: ItemTask[] = [
      { ...common, index: 0, deadline: later(5000) },
      { ...common, index: 1, waitsForResult: true, startBy: later(60_000) },
      { ...common, index: 2, waitsForResult: true, beat: 3, heartbeatAt: later(70_000) },
      { ...common, index: 3, waitsForResult: true },
      { ...common, index: 4, attempt: 3, retries: [1, 0, 1], dispatchAt: later(9000) },
      { ...common, index: 5, attempt: 2, retries: [1, 0], deadline: later(5000), cause: 'task#2.4#1' },
    ];
    expect(read(open)).toEqual(open);
  });
});
