import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitsOnlyForEvents } from '../../client/index.ts';
import { claim, mailbox, quote } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let testTable: TestTable;
let deployment: TestDeployment;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [claim, mailbox, quote], {
    check: ({ price }: { price: number }) => {
      if (price < 0) throw new RangeError('no such price');
      return price * 2;
    },
  });
});
afterAll(() => testTable.stop());

describe('describe', () => {
  it('shows a start that the orchestrator has not taken yet', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: 'd-1', input: { amount: 1 } });
    const description = await client.describe('d-1');
    expect(description).toEqual({
      executionId: 'd-1',
      machine: 'claim',
      status: 'RUNNING',
      startPending: true,
      tasks: [],
      children: [],
      heldEvents: [],
      timers: [],
      version: 0,
    });
    expect(waitsOnlyForEvents(description)).toBe(false);
  });

  it('shows state, context and the open task of a running execution', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: 'd-2', input: { amount: 70 } });
    await deployment.orchestrate('d-2');
    expect(await client.describe('d-2', claim)).toEqual({
      executionId: 'd-2',
      machine: 'claim',
      machineVersion: '4',
      status: 'RUNNING',
      state: 'assessing',
      context: { amount: 70, assessor: null },
      tasks: [{ task: 0, worker: 'assess', attempt: 1, deadline: '2026-03-01T12:00:30.000Z' }],
      children: [],
      heldEvents: [],
      timers: [],
      startedAt: '2026-03-01T12:00:00.000Z',
      updatedAt: '2026-03-01T12:00:00.000Z',
      version: 1,
    });
  });

  it('shows the timers that are to come', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: 'd-3', input: { amount: 70 } });
    await deployment.orchestrate('d-3');
    await deployment.succeed('d-3', 0, 'Ada');
    const description = await client.describe('d-3');
    expect(description).toMatchObject({ state: 'deciding', context: { assessor: 'Ada' }, tasks: [] });
    expect(description.timers).toEqual([
      { event: 'xstate.after.3600000.claim.deciding', dueAt: '2026-03-01T13:00:00.000Z' },
    ]);
    expect(waitsOnlyForEvents(description)).toBe(false);
  });

  it('shows an execution that waits only for an event', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'd-4' });
    await deployment.orchestrate('d-4');
    expect(waitsOnlyForEvents(await client.describe('d-4'))).toBe(true);
  });

  it('shows the output of a succeeded execution, typed by its machine', async () => {
    const { client } = deployment;
    await client.start(quote, { executionId: 'd-5', input: { price: 21 } });
    await deployment.orchestrate('d-5');
    const { status, output, endedAt } = await client.describe('d-5', quote);
    const price: number | undefined = output?.price;
    expect({ status, price, endedAt }).toEqual({
      status: 'SUCCEEDED',
      price: 42,
      endedAt: '2026-03-01T12:00:00.000Z',
    });
  });

  it('shows the error of a failed execution and what it was at', async () => {
    const { client } = deployment;
    await client.start(quote, { executionId: 'd-6', input: { price: -1 } });
    await deployment.orchestrate('d-6');
    expect(await client.describe('d-6')).toMatchObject({
      status: 'FAILED',
      state: 'checking',
      error: { code: 'TaskFailed', name: 'RangeError', message: 'no such price' },
      tasks: [{ worker: 'check' }],
      endedAt: '2026-03-01T12:00:00.000Z',
    });
  });

  it('shows what an execution waits for whose machine is not deployed', async () => {
    const { client } = deployment;
    await client.start('nowhere', { executionId: 'd-7' });
    await deployment.orchestrate('d-7');
    const description = await client.describe('d-7');
    expect(description).toMatchObject({
      status: 'RUNNING',
      error: { code: 'MachineNotDeployed' },
      waiting: { since: '2026-03-01T12:00:00.000Z', attempts: 1, nextAttemptAt: '2026-03-01T12:00:01.000Z' },
    });
    expect(waitsOnlyForEvents(description)).toBe(false);
  });

  it('refuses to take an execution for one of another machine', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'd-8' });
    await expect(client.describe('d-8', claim)).rejects.toMatchObject({
      code: 'DifferentMachine',
      message: expect.stringContaining("'mailbox'"),
    });
  });

  it('does not find what was never started, even where an event lies', async () => {
    const { client } = deployment;
    await client.send('d-9', { type: 'CLOSE' });
    await expect(client.describe('d-9')).rejects.toMatchObject({ code: 'ExecutionNotFound' });
  });

  it('takes the id of a child execution, and refuses what is not an id', async () => {
    const { client } = deployment;
    await expect(client.describe('order-1.2.1')).rejects.toMatchObject({ code: 'ExecutionNotFound' });
    for (const executionId of ['', 'a#b', 'a.b']) {
      await expect(client.describe(executionId)).rejects.toMatchObject({ code: 'InvalidExecutionId' });
    }
  });
});
