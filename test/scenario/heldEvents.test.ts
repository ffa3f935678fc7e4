import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';

/** Two approvals and a payment, in whatever order they come; nothing but TICK moves it to where they are taken. */
function approval(heldEvents: boolean | { maximum: number }) {
  return setup({
    types: {
      context: {} as { by: string[] },
      events: {} as { type: 'TICK' } | { type: 'APPROVE' | 'PAY'; by: string },
    },
    actions: { note: assign({ by: ({ context }, by: string) => [...context.by, by] }) },
  }).createMachine({
    id: 'approval',
    meta: { millrace: { heldEvents } },
    context: { by: [] },
    initial: 'draft',
    states: {
      draft: { on: { TICK: 'first' } },
      first: {
        on: { APPROVE: { target: 'second', actions: { type: 'note', params: ({ event }) => event.by } } },
      },
      second: {
        on: { APPROVE: { target: 'third', actions: { type: 'note', params: ({ event }) => event.by } } },
      },
      third: { on: { PAY: 'paid' } },
      paid: { type: 'final' },
    },
    output: ({ context }) => context.by,
  });
}

async function sendBy(cloud: SimulatedCloud, type: string, by: string): Promise<void> {
  await cloud.table.journal.insertEvent({
    executionId: 'a',
    eventId: `${type}-${by}`,
    at: new Date(cloud.now).toISOString(),
    content: { type, event: { by } },
  });
  await cloud.advance(5000);
}

const runs: DeliveryFaults[] = [
  { seed: 1 },
  ...Array.from({ length: 20 }, (_, i) => ({
    seed: i + 1,
    duplicate: 0.5,
    maximumDelayMs: 3000,
    crashAfterCommit: 0.1,
    throttleCommit: 0.1,
  })),
];

describe('a machine that holds events', () => {
  it('offers what came too early after each transition, in the order in which it came', async () => {
    for (const faults of runs) {
      const cloud = new SimulatedCloud([approval(true)], {}, faults);
      await cloud.start('approval', 'a');
      await sendBy(cloud, 'PAY', 'Cleo');
      await sendBy(cloud, 'APPROVE', 'Ada');
      await sendBy(cloud, 'APPROVE', 'Ben');
      expect(await cloud.execution('a')).toMatchObject({
        state: 'draft',
        held: [
          { reference: 'event#PAY-Cleo', event: { type: 'PAY' } },
          { reference: 'event#APPROVE-Ada', event: { type: 'APPROVE', by: 'Ada' } },
          { reference: 'event#APPROVE-Ben' },
        ],
      });
      await sendBy(cloud, 'TICK', 'clock');
      const ended = await cloud.execution('a');
      expect(ended, `seed ${faults.seed}`).toMatchObject({ status: 'SUCCEEDED', output: ['Ada', 'Ben'] });
      expect(ended.held).toBeUndefined();
    }
  });

  it('records what it still holds at its end as ignored', async () => {
    const cloud = new SimulatedCloud([approval(true)], {});
    await cloud.start('approval', 'a');
    for (const by of ['Ada', 'Ben', 'Cleo']) await sendBy(cloud, 'APPROVE', by);
    await sendBy(cloud, 'PAY', 'Cleo');
    await sendBy(cloud, 'TICK', 'clock');
    const { status, output, log } = await cloud.execution('a');
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: ['Ada', 'Ben'] });
    expect(log).toContain('hevent#APPROVE-Cleo~0!Ended');
  });

  it('ignores, and says so, what is more than it may hold', async () => {
    const cloud = new SimulatedCloud([approval({ maximum: 2 })], {});
    await cloud.start('approval', 'a');
    for (const by of ['Ada', 'Ben', 'Cleo']) await sendBy(cloud, 'APPROVE', by);
    const { held, log } = await cloud.execution('a');
    expect(held).toHaveLength(2);
    expect(log).toMatch(/eAPPROVE-Cleo~[0-9a-z]+!HeldEventsFull/);
  });
});

it('a machine that says nothing of it lets an event pass that no state takes', async () => {
  const cloud = new SimulatedCloud([approval(false)], {});
  await cloud.start('approval', 'a');
  await sendBy(cloud, 'APPROVE', 'Ada');
  await sendBy(cloud, 'TICK', 'clock');
  expect(await cloud.execution('a')).toMatchObject({ status: 'RUNNING', state: 'first' });
});
