import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { activity } from '../../workers/index.ts';
import { seeds } from '../support/seeds.ts';
import { expectSound } from '../support/soundness.ts';

/** Three tasks of an activity one after the other, each of which may be tried again. */
const clerk = setup({
  types: { context: {} as { n: number; done: number[] } },
  actors: {
    sign: activity<number, number>('sign', {
      timeout: '20s',
      heartbeat: '8s',
      retry: { errors: ['States.ALL'], maxAttempts: 20, interval: '1s', backoffRate: 1 },
    }),
  },
}).createMachine({
  id: 'clerk',
  context: { n: 0, done: [] },
  initial: 'signing',
  states: {
    signing: {
      invoke: {
        src: 'sign',
        input: ({ context }) => context.n,
        onDone: {
          target: 'next',
          actions: assign({
            n: ({ context }) => context.n + 1,
            done: ({ context, event }) => [...context.done, event.output],
          }),
        },
      },
    },
    next: { always: [{ guard: ({ context }) => context.n < 3, target: 'signing' }, 'over'] },
    over: { type: 'final' },
  },
  output: ({ context }) => context.done,
});

const ids = ['a', 'b', 'c'];

async function run(seed: number, faults: object, prepare: (cloud: SimulatedCloud) => void = () => {}) {
  const cloud = new SimulatedCloud([clerk], { sign: (n: number) => 10 * n }, { seed, ...faults });
  prepare(cloud);
  for (const id of ids) await cloud.start('clerk', id);
  await cloud.advance(3_600_000);
  for (const id of ids) {
    expect(await cloud.execution(id)).toMatchObject({ status: 'SUCCEEDED', output: [0, 10, 20] });
  }
  // A worker alone has each attempt, whatever is delivered twice.
  expect(new Set(cloud.invocations).size).toBe(cloud.invocations.length);
  await expectSound(cloud, [clerk]);
  return cloud;
}

describe('tasks of an activity', () => {
  it.each(seeds(30))('are each done by one worker, whatever goes wrong (seed %i)', async (seed) => {
    await run(seed, {
      duplicate: 0.5,
      duplicateInvoke: 0.5,
      maximumDelayMs: 300,
      crashAfterCommit: 0.2,
      throttleCommit: 0.1,
      killWorker: 0.2,
    });
  });

  it('are queued again where the orchestrator died before it could, and its cause does not come again', async () => {
    const dropped: string[] = [];
    const cloud = await run(1, {}, ({ table }) => {
      const enqueue = table.attempts.enqueue.bind(table.attempts);
      table.attempts.enqueue = async (attempt, expiry) => {
        const key = `${attempt.executionId}/${attempt.task}`;
        if (dropped.includes(key)) return enqueue(attempt, expiry);
        dropped.push(key);
        return 'queued';
      };
    });
    expect(dropped).toHaveLength(9);
    expect(cloud.invocations.every((each) => each.endsWith('#1'))).toBe(true);
  });
});
