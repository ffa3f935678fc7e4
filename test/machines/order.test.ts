import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createActor, fromPromise, waitFor } from 'xstate';
import { repositoryDirectory } from '../../cli/repository.ts';
import { sendConfirmation } from '../../machines/order/confirmation.ts';
import { printLabel } from '../../machines/order/label.ts';
import { type OrderInput, order } from '../../machines/order.ts';
import { type Attributes, attributesSize, jsonAttribute } from '../../orchestrator/table/attributes.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { readSampleOrders, type SampleOrder, sampleOrdersPath } from '../../tools/demo/sampleOrders.ts';
import { type ChargeInput, charge, PaymentServiceUnavailableError } from '../../workers/examples/charge.ts';
import { releaseStock } from '../../workers/examples/releaseStock.ts';
import { reserveStock } from '../../workers/examples/reserveStock.ts';
import type { Task } from '../../workers/runTask.ts';

const workers = { reserveStock, releaseStock, charge, label: printLabel, confirm: sendConfirmation };
let samples: readonly SampleOrder[];

beforeAll(async () => {
  samples = await readSampleOrders(join(repositoryDirectory(), sampleOrdersPath));
});

const input: OrderInput = {
  orderId: 'o-1',
  sku: 'desk-lamp',
  quantity: 1,
  amount: 4900,
  card: 'card-1f2e-4242',
  email: 'ada@example.com',
  country: 'NL',
};

describe('the sample orders', () => {
  it('are 200 different ones: shipped at once, shipped after a compensation, declined, out of stock, failed', () => {
    expect(samples).toHaveLength(200);
    expect(new Set(samples.map((each) => each.executionId)).size).toBe(200);
    expect(new Set(samples.map((each) => JSON.stringify({ ...each.input, orderId: '' }))).size).toBe(200);
    const ends = new Set(samples.map(({ expect: { status, finalState } }) => `${status} ${finalState}`));
    expect([...ends].sort()).toEqual([
      'FAILED charging',
      'SUCCEEDED declined',
      'SUCCEEDED outOfStock',
      'SUCCEEDED shipped',
    ]);
  });

  it('end in plain XState as their lines say', async () => {
    const ends = await Promise.all(
      samples.map(async (each) => ({ ...each, expect: await endInXState(each.input) })),
    );
    expect(ends).toEqual(samples);
  });

  it('end in Millrace as their lines say', async () => {
    const ends = [];
    for (const each of samples) {
      const { execution } = await run(each.input);
      ends.push({ ...each, expect: { status: execution.status, finalState: execution.state } });
    }
    expect(ends).toEqual(samples);
  });

  it('keep their execution items within 1 KB, one write unit, unless an error is in them', async () => {
    const largest = { RUNNING: 0, SUCCEEDED: 0 };
    for (const each of samples) {
      await run(each.input, (item) => {
        const status = item.status?.S;
        if (status === 'RUNNING' || status === 'SUCCEEDED') {
          largest[status] = Math.max(largest[status], attributesSize(item));
        }
      });
    }
    expect(largest.RUNNING).toBeGreaterThan(0);
    expect(Math.max(largest.RUNNING, largest.SUCCEEDED)).toBeLessThanOrEqual(1024);
  });
});

describe('an order', () => {
  it('that is declined gives its stock back', async () => {
    const { execution, tasks } = await run({ ...input, card: 'card-1f2e-0002' });
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'declined' } });
    expect(tasks).toEqual(['reserveStock', 'label', 'charge', 'releaseStock']);
  });

  it('that no carrier takes from its warehouse is released there and shipped from another one', async () => {
    const { execution, tasks } = await run({ ...input, country: 'IT' });
    expect(execution).toMatchObject({ output: { outcome: 'shipped', warehouse: 'Torino' } });
    const once = ['reserveStock', 'label', 'releaseStock'];
    expect(tasks).toEqual([...once, ...once, 'reserveStock', 'label', 'charge', 'confirm']);
  });

  it('that no warehouse can fill is out of stock', async () => {
    const { execution, tasks } = await run({ ...input, quantity: 61 });
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'outOfStock' } });
    expect(tasks).toEqual(['reserveStock']);
  });

  it('is charged again while the payment service is down', async () => {
    const { execution, tasks } = await run({ ...input, card: 'card-1f2e-0503' });
    expect(execution).toMatchObject({ output: { outcome: 'shipped', warehouse: 'Rotterdam' } });
    expect(tasks).toEqual(['reserveStock', 'label', 'charge', 'charge', 'confirm']);
  });

  it('that is paid with a stolen card fails, with the error of the worker', async () => {
    const { execution } = await run({ ...input, card: 'card-1f2e-0005' });
    expect(execution).toMatchObject({
      status: 'FAILED',
      state: 'charging',
      error: { code: 'TaskFailed', name: 'CardStolen' },
    });
  });
});

/** Runs one order in Millrace. */
async function run(given: OrderInput, onCommit: (execution: Attributes) => void = () => {}) {
  const tasks: string[] = [];
  const noting = Object.entries(workers).map(([name, work]) => [
    name,
    (taskInput: never, task: Task) => {
      tasks.push(name);
      return work(taskInput, task);
    },
  ]);
  const cloud = new SimulatedCloud([order], Object.fromEntries(noting));
  const put = cloud.table.put.bind(cloud.table);
  cloud.table.put = (item) => {
    put(item);
    if (item.item?.S === 'execution') onCommit(item);
  };
  await cloud.start('order', given.orderId, jsonAttribute({ ...given }));
  await cloud.advance(600_000);
  return { execution: await cloud.execution(given.orderId), tasks };
}

/** Runs the machine as any XState machine, with the workers as promises. */
async function endInXState(given: OrderInput): Promise<SampleOrder['expect']> {
  const actor = createActor(
    order.provide({
      actors: {
        reserveStock: promised(reserveStock),
        releaseStock: promised(releaseStock),
        charge: promised(chargeWithRetry),
      },
    }),
    { input: given },
  );
  // Without an observer XState reports a failed machine to the whole process.
  actor.subscribe({ error: () => {} });
  actor.start();
  await waitFor(actor, ({ status }) => status !== 'active').catch(() => {});
  const { status, value } = actor.getSnapshot();
  return { status: status === 'done' ? 'SUCCEEDED' : 'FAILED', finalState: value };
}

/** A promise in the place of a worker. */
function promised<Input, Output>(work: (input: Input) => Output) {
  return fromPromise<Output, Input>(async ({ input }) => work(input));
}

function chargeWithRetry(given: ChargeInput, attempt = 1): ReturnType<typeof charge> {
  try {
    return charge(given, { attempt, idempotencyKey: 'o-1#1' });
  } catch (error) {
    if (error instanceof PaymentServiceUnavailableError && attempt < 4)
      return chargeWithRetry(given, attempt + 1);
    throw error;
  }
}
