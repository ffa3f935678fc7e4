import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlMany } from '../../client/controlMany.ts';
import type { ControlManyOptions } from '../../client/index.ts';
import { sleep } from '../../client/surroundings.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { idleSurroundings } from '../support/idleSurroundings.ts';
import { mailbox, quote } from './machines.ts';
import { TestDeployment } from './testDeployment.ts';
import { startTestTable, type TestTable } from './testTable.ts';

let testTable: TestTable;
let deployment: TestDeployment;
let isBroken = true;
beforeAll(async () => {
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, [mailbox, quote], {
    check: ({ price }: { price: number }) => {
      if (isBroken) throw new RangeError('no such price');
      return price * 2;
    },
  });
});
afterAll(() => testTable.stop());

async function outcomes(options: ControlManyOptions): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { executionId, outcome } of deployment.client.controlMany(options)) {
    found[executionId] = outcome;
  }
  return found;
}

async function failed(prefix: string, count: number): Promise<string[]> {
  isBroken = true;
  const ids = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  for (const executionId of ids) {
    await deployment.client.start(quote, { executionId, input: { price: 2 } });
    await deployment.orchestrate(executionId);
    expect(await deployment.client.describe(executionId)).toMatchObject({ status: 'FAILED' });
  }
  isBroken = false;
  return ids;
}

const failedQuotes = { control: 'redrive', machine: quote, status: 'FAILED' } as const;

describe('controlMany', () => {
  it('sends to every execution of a list, with the cause in each history', async () => {
    const ids = await failed('all', 5);
    const found = await outcomes({ ...failedQuotes, cause: 'Ada: prices are back' });
    expect(found).toEqual(Object.fromEntries(ids.map((id) => [id, 'sent'])));
    for (const id of ids) await deployment.orchestrate(id);
    for (const id of ids) {
      await deployment.wake(id);
      expect(await deployment.client.describe(id)).toMatchObject({ status: 'SUCCEEDED' });
      const { items } = await deployment.client.history(id);
      expect(items.find(({ control }) => control === 'redrive')).toMatchObject({
        cause: 'Ada: prices are back',
        verdict: { type: 'applied' },
      });
    }
  });

  it('sends nothing twice when it is repeated before the executions have moved, and skips what has', async () => {
    const [first = '', second = ''] = await failed('again', 2);
    await outcomes(failedQuotes);
    expect(await outcomes(failedQuotes)).toEqual({ [first]: 'sentBefore', [second]: 'sentBefore' });
    for (const id of [first, second]) {
      await deployment.orchestrate(id);
      await deployment.wake(id);
      await deployment.orchestrate(id);
    }
    expect(await outcomes(failedQuotes)).toEqual({});
  });

  it('skips what has left the status since it was listed', async () => {
    const [id = ''] = await failed('moved', 1);
    const listed = deployment.client.controlMany({ ...failedQuotes, ratePerSecond: 1, concurrency: 1 });
    const [other = ''] = await failed('moved-too', 1);
    deployment.whilePausing = async () => {
      for (const each of [id, other]) {
        await deployment.client.stop(each).catch(() => {});
        await deployment.client.redrive(each);
        await deployment.orchestrate(each);
      }
      deployment.whilePausing = async () => {};
    };
    const found = [];
    for await (const { outcome } of listed) found.push(outcome);
    expect(found.sort()).toEqual(['sent', 'skipped']);
    for (const each of [id, other]) {
      await deployment.wake(each);
      await deployment.orchestrate(each);
    }
  });

  it('keeps to a limit, a time and a rate', async () => {
    deployment.now += 3_600_000;
    const since = deployment.now;
    const ids = await failed('slow', 4);
    const before = deployment.now;
    const found = await outcomes({ ...failedQuotes, since, limit: 3, ratePerSecond: 2 });
    expect(Object.keys(found)).toHaveLength(3);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(found)));
    expect(deployment.now - before).toBe(1000);
  });

  it('lets many wait for their turn without a warning of the process', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const cloud = new SimulatedCloud([mailbox], {});
    for (let i = 0; i < 20; i++) await cloud.start('mailbox', `m-${i}`);
    await cloud.settle();
    const surroundings = { ...idleSurroundings(cloud.table), newId: randomUUID, sleep };
    const options = { control: 'suspend', machine: mailbox, status: 'RUNNING' } as const;
    const { signal } = new AbortController();
    let count = 0;
    for await (const { outcome } of controlMany(surroundings, { ...options, ratePerSecond: 500, signal })) {
      expect(outcome).toBe('sent');
      count++;
    }
    process.off('warning', note);
    expect({ count, warnings }).toEqual({ count: 20, warnings: [] });
  });

  it('only names them in a dry run', async () => {
    const names = await outcomes({ ...failedQuotes, isDryRun: true });
    expect(Object.keys(names).length).toBeGreaterThan(0);
    expect(new Set(Object.values(names))).toEqual(new Set(['listed']));
  });

  it('suspends and resumes what runs', async () => {
    await deployment.client.start(mailbox, { executionId: 'box' });
    await deployment.orchestrate('box');
    expect(await outcomes({ control: 'suspend', machine: mailbox, status: 'RUNNING' })).toEqual({
      box: 'sent',
    });
    await deployment.orchestrate('box');
    const suspended = { control: 'resume', machine: mailbox, status: 'SUSPENDED' } as const;
    expect(await outcomes(suspended)).toEqual({ box: 'sent' });
    await deployment.orchestrate('box');
    expect(await deployment.client.describe('box')).toMatchObject({ status: 'RUNNING' });
  });

  it('refuses a time of executions that run, which the index does not have', async () => {
    const running = { control: 'stop', machine: mailbox, status: 'RUNNING', since: 0 } as const;
    await expect(outcomes(running)).rejects.toMatchObject({ code: 'SinceNotApplicable' });
    await expect(outcomes({ ...running, isDryRun: true })).rejects.toMatchObject({
      code: 'SinceNotApplicable',
    });
  });

  it('refuses a word that executions in that status do not take', async () => {
    await expect(outcomes({ ...failedQuotes, status: 'SUCCEEDED' })).rejects.toMatchObject({
      code: 'ControlMismatch',
    });
  });
});
