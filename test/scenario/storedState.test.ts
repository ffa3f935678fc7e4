import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, createMachine, setup } from 'xstate';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { worker } from '../../workers/index.ts';
import { json } from '../contract/arbitraries.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

/** Passes what it is given on to a task, keeps its answer, and waits; a second region counts by a timer. */
const carrier = setup({
  types: {
    context: {} as { kept: unknown[]; ticks: number },
    events: {} as { type: 'CARRY'; what: Json } | { type: 'BACK' },
  },
  actors: {
    carry: worker<{ what: unknown }, unknown>({ timeout: '5s', retry: { maxAttempts: 3, jitter: 'full' } }),
  },
}).createMachine({
  id: 'carrier',
  context: { kept: [], ticks: 0 },
  type: 'parallel',
  states: {
    cargo: {
      initial: 'idle',
      states: {
        idle: { on: { CARRY: 'carrying' } },
        carrying: {
          invoke: {
            src: 'carry',
            input: ({ event }) => ({ what: event.type === 'CARRY' ? event.what : null }),
            onDone: {
              target: 'carried',
              actions: assign({ kept: ({ context, event }) => [...context.kept, event.output] }),
            },
            onError: 'idle',
          },
        },
        carried: { on: { BACK: 'idle' } },
      },
    },
    clock: {
      initial: 'tick',
      states: {
        tick: {
          after: { 2000: { target: 'tock', actions: assign({ ticks: ({ context }) => context.ticks + 1 }) } },
        },
        tock: { after: { 1000: 'tick' } },
      },
    },
  },
});

/** The table's items and what was dispatched, after the same life: on one warm instance, or on a new one each time. */
async function lived(what: Json, isWarm: boolean) {
  const rig = new OrchestratorRig([carrier]);
  const warm = rig.newInstance();
  const instance = () => (isWarm ? warm : rig.newInstance());
  const states: string[] = [];
  const deliver = async () => {
    await rig.deliver(instance(), 'e');
    states.push(JSON.stringify(await rig.execution('e')));
  };
  rig.start('carrier', 'e');
  await deliver();
  for (let round = 0; round < 2; round++) {
    await rig.send('e', `carry-${round}`, 'CARRY', { what });
    await deliver();
    // The first attempt gives no result; the second is dispatched with the input that was stored.
    for (const ms of [5000, 2500]) {
      rig.now += ms;
      await instance().wake('e', `wake#${rig.now}`);
      states.push(JSON.stringify(await rig.execution('e')));
    }
    await rig.succeed('e', round, 2, what);
    await deliver();
    await rig.send('e', `back-${round}`, 'BACK');
    await deliver();
  }
  const dispatched = rig.dispatched.map(({ item, deadline, input }) => ({ item, deadline, input }));
  return { states, dispatched: JSON.stringify(dispatched), context: await rig.context('e') };
}

describe('the stored execution', () => {
  it('invariant 3: goes on from what was read back as from what is in memory, whatever the data', async () => {
    await fc.assert(
      fc.asyncProperty(json(), async (what) => {
        const warm = await lived(what, true);
        expect(await lived(what, false)).toEqual(warm);
        const kept = JSON.parse(JSON.stringify(what));
        expect(warm.context).toMatchObject({ kept: [kept, kept] });
        const dispatched = ['task#0#1', 'task#0#2', 'task#1#1', 'task#1#2'].map((item) => ({
          item,
          deadline: expect.any(String),
          input: { what: kept },
        }));
        expect(JSON.parse(warm.dispatched)).toEqual(dispatched);
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe('a replay', () => {
  const version = (name: string, initial: string) =>
    createMachine({ id: 'm', version: name, initial, states: { [initial]: {} } });

  it('invariant 2: takes the version that the execution started with, though a newer one is deployed', async () => {
    const rig = new OrchestratorRig([version('1', 'old')]);
    rig.start('m', 'e');
    await rig.deliver(rig.newInstance(), 'e');
    const replayed = await rig.replayed('e', [version('1', 'old'), version('2', 'new')]);
    expect(replayed).toMatchObject({ machineVersion: '1', state: 'old' });
  });
});
