import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { runTask } from '../../workers/runTask.ts';

const start = 1_700_000_000_000;
const at = (ms: number) => new Date(start + ms).toISOString();

function payloadWith(times: Partial<TaskPayload>): TaskPayload {
  return {
    ...{ table: 'table', executionId: 'e', item: 'task#0#1', task: 0, attempt: 1, worker: 'charge' },
    ...{ machine: 'order', machineVersion: '1', idempotencyKey: 'e#0', input: null },
    ...times,
  };
}

/** Whether the work was done, and what was written, by an attempt that is invoked so many milliseconds later. */
async function invokedAt(ms: number, payload: TaskPayload) {
  const table = new MemoryTable();
  let works = 0;
  await runTask(payload, () => ++works, { table, now: () => start + ms });
  return { works, items: [...table.items.values()].map(({ item }) => item?.S) };
}

describe('an attempt that Lambda invokes when its time is over', () => {
  it.each([
    ['at its deadline', 1000, { deadline: at(1000) }],
    ['an hour after it', 3_600_000, { deadline: at(1000) }],
    ['where a heartbeat was due', 5000, { deadline: at(60_000), startBy: at(5000) }],
    ['where it must have begun, and the result may come at any time', 60_000, { startBy: at(60_000) }],
    ['with a token', 1000, { deadline: at(1000), token: 'e#0#1' }],
    ['once', 1000, { deadline: at(1000), once: true as const }],
    ['of an item of a list', 1000, { deadline: at(1000), item: 'task#0.3#1', index: 3 }],
  ])('%s: does nothing and writes nothing', async (_, ms, times) => {
    expect(await invokedAt(ms, payloadWith(times))).toEqual({ works: 0, items: [] });
  });

  it('property: it works if and only if its time is not over', async () => {
    const time = fc.option(fc.integer({ min: -5000, max: 5000 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(time, time, fc.integer({ min: -5000, max: 5000 }), async (deadline, startBy, now) => {
        const payload = payloadWith({
          ...(deadline !== undefined && { deadline: at(deadline) }),
          ...(startBy !== undefined && { startBy: at(startBy) }),
        });
        const isOver = now >= Math.min(deadline ?? 5001, startBy ?? 5001);
        expect((await invokedAt(now, payload)).works).toBe(isOver ? 0 : 1);
      }),
    );
  });
});

it('the payload says until when a worker must have given a sign of life', async () => {
  const payloads: TaskPayload[] = [];
  const machine = setup({
    actors: {
      encode: worker({ heartbeat: '5s', timeout: '60s' }),
      ask: worker({ waitForResult: true, startTimeout: '10s' }),
      plain: worker({ timeout: '60s' }),
    },
  }).createMachine({
    id: 'm',
    invoke: [{ src: 'encode' }, { src: 'ask' }, { src: 'plain' }],
  });
  const cloud = new SimulatedCloud([machine], { encode: () => 1, ask: () => 1, plain: () => 1 });
  cloud.lambda.hooks = { ...cloud.lambda.hooks, onRun: (_, payload) => void payloads.push(payload) };
  await cloud.start('m', 'e');
  await cloud.settle();
  const byWorker = Object.fromEntries(
    payloads.map(({ worker: name, deadline, startBy }) => [name, { deadline, startBy }]),
  );
  const begun = (await cloud.execution('e')).startedAt;
  const after = (ms: number) => new Date(begun + ms).toISOString();
  expect(byWorker).toEqual({
    encode: { deadline: after(60_000), startBy: after(5000) },
    ask: { deadline: undefined, startBy: after(10_000) },
    plain: { deadline: after(60_000), startBy: undefined },
  });
});
