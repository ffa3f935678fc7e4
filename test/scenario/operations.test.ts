import { describe, expect, it } from 'vitest';
import { assign, sendParent, sendTo, setup } from 'xstate';
import { MillraceClient } from '../../client/client.ts';
import type { Control } from '../../orchestrator/core/execution/model/entries.ts';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { seededRandom } from '../../testing/seededRandom.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { each, worker } from '../../workers/index.ts';
import { idleSurroundings } from '../support/idleSurroundings.ts';

const kid = setup({
  types: {
    context: {} as { pings: number; got: number; list: number[] },
    output: {} as { got: number; list: number[] },
  },
  actors: {
    work: worker<unknown, number>({ retry: { maxAttempts: 2, interval: '2s' } }),
    list: each(worker<number, number>({ timeout: '1m' }), { concurrency: 4 }),
  },
}).createMachine({
  id: 'kid',
  context: { pings: 0, got: 0, list: [] },
  initial: 'working',
  on: {
    PING: { actions: [assign({ pings: ({ context }) => context.pings + 1 }), sendParent({ type: 'PONG' })] },
  },
  states: {
    working: {
      invoke: {
        src: 'work',
        onDone: {
          target: 'listing',
          actions: assign({ got: ({ event, context }) => context.got + event.output }),
        },
      },
    },
    listing: {
      invoke: {
        src: 'list',
        input: [1, 2, 3, 4, 5, 6, 7, 8],
        onDone: { target: 'resting', actions: assign({ list: ({ event }) => event.output }) },
      },
    },
    resting: { after: { 3000: 'rested' } },
    rested: { type: 'final' },
  },
  output: ({ context }) => context,
});

interface FamilyContext {
  readonly kids: readonly { readonly got: number; readonly list: readonly number[] }[];
  readonly pongs: number;
  readonly sum: number;
  readonly approved: number;
  readonly long: number;
}

const items = Array.from({ length: 430 }, (_, i) => i);

/** Two children, a held event, a task, and a list that executions of their own work on. */
const family = setup({
  types: { context: {} as FamilyContext },
  actors: {
    kid,
    work: worker<unknown, number>(),
    long: each(worker<number, number>({ retry: { maxAttempts: 12, interval: '1s' } }), { concurrency: 30 }),
  },
}).createMachine({
  id: 'family',
  meta: { millrace: { heldEvents: true } },
  context: { kids: [], pongs: 0, sum: 0, approved: 0, long: 0 },
  type: 'parallel',
  on: { PONG: { actions: assign({ pongs: ({ context }) => context.pongs + 1 }) } },
  states: {
    first: {
      initial: 'a',
      states: {
        a: {
          invoke: {
            id: 'kid',
            src: 'kid',
            onDone: {
              target: 'b',
              actions: assign({ kids: ({ context, event }) => [...context.kids, event.output] }),
            },
          },
          after: { 500: { actions: sendTo('kid', { type: 'PING' }) } },
        },
        b: { type: 'final' },
      },
    },
    second: {
      initial: 'a',
      states: {
        a: {
          invoke: {
            src: 'kid',
            onDone: {
              target: 'b',
              actions: assign({ kids: ({ context, event }) => [...context.kids, event.output] }),
            },
          },
        },
        b: {
          on: {
            APPROVE: { target: 'c', actions: assign({ approved: ({ context }) => context.approved + 1 }) },
          },
        },
        c: { type: 'final' },
      },
    },
    third: {
      initial: 'a',
      states: {
        a: {
          invoke: {
            src: 'work',
            onDone: {
              target: 'b',
              actions: assign({ sum: ({ context, event }) => context.sum + event.output }),
            },
          },
        },
        b: {
          invoke: {
            src: 'long',
            input: items,
            onDone: {
              target: 'c',
              actions: assign({ long: ({ event }) => event.output.reduce((a, b) => a + b, 0) }),
            },
          },
        },
        c: { type: 'final' },
      },
    },
  },
  output: ({ context }) => context,
});

const targets = ['e', 'e', 'e', 'e.0', 'e.1', 'e.3', 'e.3.10', 'e.3.11'];

/** Operates on executions, their children and parts of lists at random, then lets all of them go on. */
async function operated(seed: number): Promise<SimulatedCloud> {
  const random = seededRandom(seed * 7919);
  const one = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)];
  let failures = 0;
  const work = (input: unknown) => {
    if (failures > 0 && random() < 0.4) {
      failures--;
      throw new Error('not now');
    }
    return typeof input === 'number' ? input * 2 : 5;
  };
  const faults: DeliveryFaults = {
    seed,
    duplicate: 0.3,
    maximumDelayMs: 1500,
    crashAfterCommit: 0.01,
    throttleCommit: 0.02,
    throttleInvoke: 0.02,
    duplicateInvoke: 0.1,
    duplicateWake: 0.1,
    maximumWakeDelayMs: 800,
  };
  const cloud = new SimulatedCloud([family, kid], { work, list: work, long: work }, faults);
  const exists = (id: string) => cloud.table.allExecutions().some(({ executionId }) => executionId === id);
  await cloud.start('family', 'e');
  await cloud.send('e', 'APPROVE');
  for (let number = 0; number < 8; number++) {
    await cloud.advance(Math.floor(random() * 2500));
    const target = one(targets) ?? 'e';
    const operation = one<Control | 'fail'>(['stop', 'redrive', 'suspend', 'resume', 'fail']) ?? 'fail';
    if (operation === 'fail') failures = 2;
    else if (exists(target)) await cloud.control(target, operation, `operation-${number}`);
  }
  failures = 0;
  for (let round = 0; round < 20; round++) {
    await cloud.advance(1_200_000);
    const { status } = await cloud.execution('e');
    if (status === 'SUCCEEDED') break;
    for (const { executionId, status } of cloud.table.allExecutions()) {
      if (status === 'SUSPENDED') await cloud.control(executionId, 'resume', `resume-${round}`);
    }
    if (status !== 'RUNNING' && status !== 'SUSPENDED') await cloud.control('e', 'redrive', `last-${round}`);
  }
  return cloud;
}

describe('whatever is stopped, redriven, suspended and resumed, at whatever moment', () => {
  const seeds = [3, 12, 41, 49, 58, 103, 105, 107, 108, 116];

  it.each(seeds)('all is done once in the end, and replays alike (seed %i)', async (seed) => {
    const cloud = await operated(seed);
    const { status, output } = await cloud.execution('e');
    const kidOutput = { got: 5, list: [2, 4, 6, 8, 10, 12, 14, 16] };
    expect({ status, output }).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        sum: 5,
        approved: 1,
        long: items.reduce((sum, item) => sum + item * 2, 0),
        kids: [kidOutput, kidOutput],
      },
    });
    const client = new MillraceClient(idleSurroundings(cloud.table));
    for (const { executionId, status: each } of cloud.table.allExecutions()) {
      expect(each, executionId).not.toBe('RUNNING');
      expect(await client.replay(executionId, [family, kid])).toMatchObject({ outcome: 'equal' });
    }
  });
});
