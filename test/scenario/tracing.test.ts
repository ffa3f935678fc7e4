import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const child = setup({ actors: { look: worker({ timeout: '30s' }) } }).createMachine({
  id: 'child',
  version: '1',
  initial: 'looking',
  states: { looking: { invoke: { src: 'look', onDone: 'seen' } }, seen: { type: 'final' } },
});

const parent = setup({
  types: { context: {} as { seen: number } },
  actors: { look: worker({ timeout: '30s' }), child },
}).createMachine({
  id: 'parent',
  version: '1',
  context: { seen: 0 },
  initial: 'looking',
  states: {
    looking: { invoke: { src: 'look', onDone: { target: 'asking', actions: assign({ seen: 1 }) } } },
    asking: { invoke: { src: 'child', onDone: 'done' } },
    done: { type: 'final' },
  },
});

async function traced(startItem: object) {
  const seen: (string | undefined)[] = [];
  const workers = {
    look: (_: unknown, task: { readonly traceparent?: string }) => {
      seen.push(task.traceparent);
      return null;
    },
  };
  const cloud = new SimulatedCloud([parent, child], workers, { seed: 1 });
  const key = { executionId: { S: 'e' }, item: { S: 'start' } };
  cloud.table.put({ ...key, machine: { S: 'parent' }, ...startItem });
  await cloud.advance(60_000);
  return { cloud, seen };
}

describe('a trace', () => {
  it('that the start item names goes on to every worker, and to those of children', async () => {
    const { cloud, seen } = await traced({ traceparent: { S: traceparent } });
    expect((await cloud.execution('e')).status).toBe('SUCCEEDED');
    expect(seen).toEqual([traceparent, traceparent]);
    expect((await cloud.execution('e')).traceparent).toBe(traceparent);
    expect((await cloud.execution('e.1')).traceparent).toBe(traceparent);
  });

  it.each([
    ['is not named', {}],
    ['is named as nothing that can be one', { traceparent: { S: 'yesterday' } }],
    ['is named by a number', { traceparent: { N: '17' } }],
  ])('is none where it %s, and the execution goes on all the same', async (_, startItem) => {
    const { cloud, seen } = await traced(startItem);
    expect((await cloud.execution('e')).status).toBe('SUCCEEDED');
    expect(seen).toEqual([undefined, undefined]);
    expect((await cloud.execution('e')).traceparent).toBeUndefined();
  });

  it('is in the payload, for workers in any language, and is replayed with the rest', async () => {
    const rig = new OrchestratorRig([child]);
    const instance = rig.newInstance();
    rig.table.put({
      executionId: { S: 'e' },
      item: { S: 'start' },
      machine: { S: 'child' },
      traceparent: { S: traceparent },
    });
    await rig.deliver(instance, 'e');
    const [payload]: Pick<TaskPayload, 'traceparent'>[] = rig.dispatched;
    expect(payload?.traceparent).toBe(traceparent);
    expect((await rig.replayed('e'))?.traceparent).toBe(traceparent);
  });
});
