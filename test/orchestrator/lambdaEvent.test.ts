import { describe, expect, it } from 'vitest';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { lambdaEvent } from '../../orchestrator/dispatch/lambdaEvent.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { StoredJson } from '../../orchestrator/store/storedJson.ts';

const task = {
  executionId: 'order-17',
  item: 'task#3#2',
  task: 3,
  attempt: 2,
  worker: 'billing',
  machine: 'order',
  machineVersion: '1',
  idempotencyKey: 'order-17#3',
} as const;
const payload: TaskPayload = { ...task, table: 'millrace', input: { amount: 7 } };
const nowhere = new StoredJson(undefined);

describe('what a function gets that knows nothing of Millrace', () => {
  it('is its input, with the task in one field more', async () => {
    expect(await lambdaEvent(payload, nowhere)).toEqual({
      type: 'event',
      event: { amount: 7, millrace: task },
    });
    expect(await lambdaEvent({ ...payload, input: null }, nowhere)).toEqual({
      type: 'event',
      event: { millrace: task },
    });
  });

  it('is the input itself where that is in the store', async () => {
    const store = new MemoryStore();
    await store.put('data/1', Buffer.from('{"amount":8}'));
    const event = await lambdaEvent({ ...payload, input: null, inputAt: 'data/1' }, new StoredJson(store));
    expect(event).toMatchObject({ type: 'event', event: { amount: 8 } });
    expect(
      await lambdaEvent({ ...payload, input: null, inputAt: 'data/2' }, new StoredJson(store)),
    ).toMatchObject({
      type: 'failed',
      error: { name: 'ObjectNotFoundError' },
    });
  });

  it.each([
    ['is not an object', [1]],
    ['has the field that is reserved', { millrace: 1 }],
  ])('is nothing where the input %s: the task fails', async (_, input) => {
    expect(await lambdaEvent({ ...payload, input }, nowhere)).toMatchObject({
      type: 'failed',
      error: { name: 'Millrace.InvalidInput', retryable: false },
    });
  });
});
