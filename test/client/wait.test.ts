import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import type { ExecutionsProgress } from '../../client/index.ts';
import { claim, mailbox, quote } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

/** `mailbox`, with a tag. */
const tagged = createMachine({
  id: 'mailbox',
  initial: 'open',
  states: { open: { tags: 'waits' }, closed: {} },
});

let testTable: TestTable;
let deployment: TestDeployment;
let run = 0;
let id: (name: string | number) => string;
beforeAll(async () => {
  testTable = await startTestTable();
});
beforeEach(() => {
  deployment = new TestDeployment(testTable, [claim, mailbox, quote], {
    check: ({ price }: { price: number }) => {
      if (price < 0) throw new RangeError('no such price');
      return price * 2;
    },
  });
  const prefix = `run${++run}`;
  id = (name) => `${prefix}-${name}`;
});
afterAll(() => testTable.stop());

describe('wait', () => {
  it('resolves with the output when the execution has ended', async () => {
    const { client } = deployment;
    await client.start(quote, { executionId: id(1), input: { price: 4 } });
    deployment.whilePausing = async () => {
      if (deployment.pausesMs.length === 3) await deployment.orchestrate(id(1));
    };
    const { status, output } = await client.wait(id(1), { machine: quote });
    const price: number | undefined = output?.price;
    expect({ status, price }).toEqual({ status: 'SUCCEEDED', price: 8 });
    expect(deployment.pausesMs).toEqual([200, 300, 450]);
  });

  it('resolves with the error when it failed', async () => {
    const { client } = deployment;
    await client.start(quote, { executionId: id(1), input: { price: -4 } });
    await deployment.orchestrate(id(1));
    expect(await client.wait(id(1))).toMatchObject({ status: 'FAILED', error: { name: 'RangeError' } });
  });

  it('gives up after the timeout and leaves the execution alone', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: id(1) });
    await deployment.orchestrate(id(1));
    await expect(client.wait(id(1), { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'WaitTimeout',
      message: expect.stringContaining('still RUNNING after 1000 ms'),
    });
    expect(deployment.pausesMs.reduce((a, b) => a + b)).toBe(1_000);
    expect(await client.describe(id(1))).toMatchObject({ status: 'RUNNING' });
  });

  it.each([
    ['a state', { state: 'open' }],
    ['a tag', { tag: 'waits', machine: tagged }],
  ])('resolves when the execution is in %s', async (_, options) => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: id(1) });
    deployment.whilePausing = async () => {
      if (deployment.pausesMs.length === 2) await deployment.orchestrate(id(1));
    };
    const { status, state } = await client.wait(id(1), options);
    expect({ status, state }).toEqual({ status: 'RUNNING', state: 'open' });
  });

  it('resolves at the end all the same when a state never comes', async () => {
    const { client } = deployment;
    await client.start(quote, { executionId: id(1), input: { price: 4 } });
    await deployment.orchestrate(id(1));
    expect(await client.wait(id(1), { state: 'elsewhere' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('needs the machine itself to find a tag', async () => {
    const { client } = deployment;
    await expect(client.wait(id(1), { tag: 'waits', machine: 'mailbox' })).rejects.toMatchObject({
      code: 'InvalidWait',
    });
  });

  it.each<[string, object, RegExp]>([
    ['a state', { state: 'opne' }, /The machine 'mailbox' has no state 'opne'\. (It has|Did you mean)/],
    ['an inner state', { state: { open: 'nowhere' } }, /has no state '{"open":"nowhere"}'/],
    ['a tag', { tag: 'wats' }, /has no tag 'wats'/],
  ])('does not wait for %s that the machine does not have', async (_, target, message) => {
    const waits = deployment.client.wait(id(1), { machine: mailbox, ...target });
    await expect(waits).rejects.toThrow(message);
    await expect(waits).rejects.toMatchObject({ code: 'InvalidWait' });
  });

  it('looks at most every five seconds apart', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: id(1) });
    await expect(client.wait(id(1), { timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'WaitTimeout' });
    expect(Math.max(...deployment.pausesMs)).toBe(5_000);
  });

  it('ends with the reason of its signal', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: id(1) });
    const controller = new AbortController();
    deployment.whilePausing = async () => controller.abort(new Error('closing time'));
    await expect(client.wait(id(1), { signal: controller.signal })).rejects.toThrow('closing time');
  });

  it('does not wait for what was never started', async () => {
    await expect(deployment.client.wait(id(1))).rejects.toMatchObject({ code: 'ExecutionNotFound' });
  });
});

describe('waitForAll', () => {
  const starts = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ executionId: id(i), input: { price: i % 5 === 0 ? -1 : i } }));

  it('counts executions by the status they end with, as they are started', async () => {
    const { client } = deployment;
    const seen: ExecutionsProgress[] = [];
    let ended = 0;
    deployment.whilePausing = async () => {
      for (const end = Math.min(ended + 10, 20); ended < end; ended++)
        await deployment.orchestrate(id(ended));
    };
    const all = await client.waitForAll(quote, client.startMany(quote, starts(20)), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(all).toMatchObject({ executions: 20, open: 0, status: { SUCCEEDED: 16, FAILED: 4 } });
    expect(all.statuses.get(id(5))).toBe('FAILED');
    expect(all.statuses.get(id(6))).toBe('SUCCEEDED');
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toEqual({ executions: 20, open: 0, status: { SUCCEEDED: 16, FAILED: 4 } });
  });

  it('takes no read of an execution while the index shows that they end', async () => {
    const { client } = deployment;
    for (const start of starts(40)) await client.start(quote, start);
    for (let i = 0; i < 40; i++) await deployment.orchestrate(id(i));
    const before = deployment.consumed.length;
    await client.waitForAll(quote, starts(40));
    // One look: five statuses in four shards each.
    expect(deployment.consumed.length - before).toBe(20);
  });

  it('ends when the rest waits only for events', async () => {
    const { client } = deployment;
    for (let i = 0; i < 5; i++) {
      await client.start(mailbox, { executionId: id(i) });
      await deployment.orchestrate(id(i));
    }
    await client.send(id(2), { type: 'CLOSE' });
    await deployment.orchestrate(id(2));
    const all = await client.waitForAll(mailbox, [0, 1, 2, 3, 4].map(id));
    expect(all).toMatchObject({ executions: 5, open: 0, status: { RUNNING: 4, SUCCEEDED: 1 } });
  });

  it('goes on while a task is open or a timer is to come', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: id(1), input: { amount: 1 } });
    await deployment.orchestrate(id(1));
    let wasAssessed = false;
    deployment.whilePausing = async () => {
      if (!wasAssessed && deployment.pausesMs.length > 10) {
        wasAssessed = true;
        await deployment.succeed(id(1), 0, 'Ada');
      }
      if (!wasAssessed) return;
      deployment.now += 600_000;
      await deployment.wake(id(1));
    };
    const all = await client.waitForAll(claim, [id(1)]);
    expect(all.status).toEqual({ SUCCEEDED: 1 });
    expect(await client.describe(id(1))).toMatchObject({ state: 'refused' });
  });

  it('finds executions that had ended long before', async () => {
    const { client } = deployment;
    await client.start(quote, { executionId: id(1), input: { price: 1 } });
    await deployment.orchestrate(id(1));
    deployment.now += 86_400_000;
    expect(await client.waitForAll(quote, [id(1)])).toMatchObject({ status: { SUCCEEDED: 1 } });
  });

  it('gives up after the timeout and says how many are still running', async () => {
    const { client } = deployment;
    await expect(
      client.waitForAll(quote, client.startMany(quote, starts(3)), { timeoutMs: 5_000 }),
    ).rejects.toMatchObject({ code: 'WaitTimeout', message: expect.stringContaining('3 of 3 executions') });
  });

  it('passes on what the starting throws', async () => {
    const { client } = deployment;
    const bad = [{ executionId: 'a.b', input: { price: 1 } }];
    await expect(client.waitForAll(quote, client.startMany(quote, bad))).rejects.toMatchObject({
      code: 'InvalidExecutionId',
    });
  });
});
