import { describe, expect, it } from 'vitest';
import { assign, createMachine } from 'xstate';
import type { HistoryEntry } from '../../../client/index.ts';
import { chartOf } from '../../../console/chart/chartOf.ts';
import { ChartPaths, pathOf } from '../../../console/chart/pathOf.ts';
import { StateChart } from '../../../console/chart/stateChart.ts';
import { order } from '../../../machines/order.ts';
import { testCloud } from '../../../testing/index.ts';
import { processorTimeMs } from '../../support/processorTime.ts';
import { aslMachines } from './examples/aslDefinitions.ts';

async function failedOrder(): Promise<readonly HistoryEntry[]> {
  let labels = 0;
  const cloud = testCloud([order], {
    reserveStock: ({ orderId }: { orderId: string }) => ({ orderId, warehouse: 'Kiel' }),
    label: () => {
      if (++labels > 1) return { trackingId: 'T1' };
      throw Object.assign(new Error('no carrier'), { name: 'NoCarrier', retryable: false });
    },
    releaseStock: (reservation) => ({ released: reservation }),
    charge: () => {
      throw Object.assign(new Error('down'), { name: 'PaymentServiceDown' });
    },
  });
  const input = { orderId: 'o', sku: 's', quantity: 1, card: 'c', amount: 1, email: 'e', country: 'DE' };
  await cloud.start(order, { executionId: 'o-1', input: input as never });
  await cloud.runToEnd('o-1');
  return cloud.history('o-1', { machines: [order] });
}

describe('the path of an execution', () => {
  it('has active states, visits, transitions and attempts after each entry', async () => {
    const chart = new StateChart(chartOf(order));
    const history = await failedOrder();
    const paths = new ChartPaths(chart, history);
    expect(paths.at(1)).toMatchObject({
      active: ['order', 'order.reserving'],
      visits: { order: 1, 'order.reserving': 1 },
      waiting: [{ type: 'task', node: 'order.reserving', worker: 'reserveStock' }],
      last: ['order|xstate.init|0'],
    });
    const end = paths.at(history.at(-1)?.number ?? 0);
    expect(end).toMatchObject({
      active: [],
      failed: 'order.charging',
      visits: { 'order.reserving': 2, 'order.labelling': 2, 'order.tryingElsewhere': 1, 'order.charging': 1 },
      attempts: { 'order.charging': 4 },
      waiting: [],
    });
    expect(end.taken['order.labelling|xstate.error.actor.0.order.labelling|0']).toBe(1);
    const waits = history.flatMap(({ number }) => paths.at(number).waiting.map(({ type }) => type));
    expect(waits).toContain('retry');
  });

  it('is active where the history says so, at every entry', async () => {
    const chart = new StateChart(chartOf(order));
    const history = await failedOrder();
    for (const { number, transition } of history) {
      const { active, failed } = pathOf(chart, history, number);
      if (failed !== undefined || transition?.to === undefined) continue;
      expect(active.at(-1)).toBe(`order.${String(transition.to)}`);
    }
  });

  it('counts states that always passes through, and those that are entered again', async () => {
    const machine = createMachine({
      id: 'm',
      version: '1',
      context: { n: 0 },
      initial: 'a',
      states: {
        a: { on: { GO: 'hop', STAY: { actions: assign({ n: 1 }) }, AGAIN: { target: 'a', reenter: true } } },
        hop: { always: 'b' },
        b: { on: { BACK: 'a', END: 'c' } },
        c: { type: 'final' },
      },
    });
    const cloud = testCloud([machine], {});
    await cloud.start(machine, { executionId: 'e' });
    for (const type of ['STAY', 'AGAIN', 'GO', 'BACK', 'GO']) await cloud.send('e', { type });
    await cloud.runUntil('e', 'b');
    const history = await cloud.history('e', { machines: [machine] });
    const path = pathOf(new StateChart(chartOf(machine)), history, history.length);
    expect(path.visits).toEqual({ m: 1, 'm.a': 3, 'm.hop': 2, 'm.b': 2 });
    expect(path.last).toEqual(['m.a|GO|0', 'm.hop||0']);
    expect(path.entered).toEqual(['m.hop', 'm.b']);
  });

  it('shows a definition of Step Functions by its states', async () => {
    const machine = aslMachines.shipment ?? expect.fail();
    const cloud = testCloud([machine], {});
    await cloud.start(machine, { executionId: 'e', input: {} });
    await cloud.skip('1s');
    const history = await cloud.history('e', { machines: [machine] });
    const model = chartOf(machine);
    const { active, waiting } = pathOf(new StateChart(model), history, 1);
    const nameOf = (id: string) => model.nodes.find((node) => node.id === id)?.name;
    expect(active.map(nameOf)).toEqual(['shipment', 'Reserve']);
    expect(waiting.map(({ type, node }) => [type, nameOf(node)])).toEqual([['task', 'Reserve']]);
  });

  it('of 20,000 entries is quick at any of them, and the same from whichever side it is reached', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'a' } } },
    });
    const history = Array.from({ length: 20_000 }, (_, i): HistoryEntry => {
      const [from, to] = i % 2 === 0 ? ['b', 'a'] : ['a', 'b'];
      const taken = i === 0 ? ['m|xstate.init|0'] : [`m.${from}|GO|0`];
      return {
        number: i + 1,
        at: new Date(i * 1000).toISOString(),
        kind: i === 0 ? 'start' : 'event',
        reference: `event#${i}`,
        verdict: { type: 'applied' },
        transition: { ...(i > 0 && { from }), to, taken, changes: [], effects: [] },
      };
    });
    const chart = new StateChart(chartOf(machine));
    const paths = new ChartPaths(chart, history);
    expect(processorTimeMs(() => paths.at(20_000))).toBeLessThan(2000);
    expect(paths.at(20_000).visits).toEqual({ m: 1, 'm.a': 10_000, 'm.b': 10_000 });
    const again = processorTimeMs(() => {
      for (let at = 1; at <= 20_000; at += 997) paths.at(at);
    });
    expect(again / 21).toBeLessThan(50);
    expect(paths.at(7_777)).toEqual(new ChartPaths(chart, history).at(7_777));
    const inParts = new ChartPaths(chart);
    for (const [from, to] of [
      [0, 250],
      [250, 2250],
      [2250, 20_000],
    ]) {
      inParts.add(history.slice(from, to));
      expect(inParts.at(history.length)).toEqual(paths.at(to ?? 0));
    }
  });
});
