import { setTimeout as sleep } from 'node:timers/promises';
import { worker } from 'millrace/workers';
import { describe, expect, it } from 'vitest';
import { createMachine, fromPromise, setup } from 'xstate';
import { loan } from '../../machines/loan.ts';
import { type TestCloud, type TestCloudOptions, type TestWorkers, testCloud } from '../../testing/index.ts';
import { delivery } from './delivery.ts';

const courier = () => ({ courier: 'Ada' });

function deliveryCloud(workers: TestWorkers<typeof delivery> = {}, options: TestCloudOptions = {}) {
  return testCloud([delivery], { assignCourier: courier, ...workers }, options);
}

async function startDelivery(cloud: ReturnType<typeof deliveryCloud>, executionId = 'parcel-1') {
  await cloud.start(delivery, { executionId, input: { address: 'Quay 1' } });
  return executionId;
}

describe('a test cloud', () => {
  it('runs an execution until it is in a state, and to its end after an event', async () => {
    const cloud = deliveryCloud();
    const id = await startDelivery(cloud);
    expect(await cloud.runUntil(id, 'waiting')).toMatchObject({ context: { courier: 'Ada' } });
    await cloud.send(id, { type: 'PICKED_UP' });
    const { status, output } = await cloud.runToEnd(id, delivery);
    expect({ status, output: output?.courier }).toEqual({ status: 'SUCCEEDED', output: 'Ada' });
  });

  it('lets a day go by at once, and its timers fire in it', async () => {
    const cloud = deliveryCloud();
    const id = await startDelivery(cloud);
    await cloud.runUntil(id, 'waiting');
    const before = performance.now();
    await cloud.skip('23h');
    expect(await cloud.describe(id)).toMatchObject({ state: 'waiting' });
    await cloud.skip('1h');
    expect(await cloud.describe(id)).toMatchObject({ state: 'overdue' });
    expect(performance.now() - before).toBeLessThan(1000);
    expect(cloud.now.toISOString().slice(0, 13)).toBe('2026-01-02T00');
    expect(cloud.emitted).toEqual([{ executionId: id, event: { type: 'overdue', address: 'Quay 1' } }]);
  });

  it('gives workers what the deployed ones get, through JSON, and reports each run', async () => {
    const cloud = deliveryCloud({
      assignCourier: (input, task) => {
        expect(input).toEqual({ address: 'Quay 1' });
        expect(task).toMatchObject({ executionId: 'parcel-1', attempt: 1, idempotencyKey: 'parcel-1#0' });
        return { courier: 'Bo' };
      },
    });
    await cloud.runUntil(await startDelivery(cloud), 'waiting');
    expect(cloud.invocations).toMatchObject([
      { worker: 'assignCourier', task: 0, attempt: 1, input: { address: 'Quay 1' }, executionId: 'parcel-1' },
    ]);
  });

  it('answers the history of an execution', async () => {
    const cloud = deliveryCloud();
    const id = await startDelivery(cloud);
    await cloud.runUntil(id, 'waiting');
    expect((await cloud.history(id)).map(({ kind, worker }) => worker ?? kind)).toEqual([
      'start',
      'assignCourier',
    ]);
  });

  it('runs fromPromise actors as they are in the machine, unless the test has a worker in their place', async () => {
    const greeting = setup({
      types: { output: {} as string },
      actors: { greet: fromPromise(async () => 'hello') },
    }).createMachine({
      id: 'greeting',
      initial: 'greeting',
      states: {
        greeting: { invoke: { src: 'greet', onDone: 'greeted' } },
        greeted: { type: 'final', output: ({ event }) => event.output },
      },
      output: ({ event }) => event.output as string,
    });
    const outputOf = async (cloud: TestCloud<typeof greeting>) => {
      const { executionId } = await cloud.start(greeting, {});
      return (await cloud.runToEnd(executionId, greeting)).output;
    };
    expect(await outputOf(testCloud([greeting]))).toBe('hello');
    expect(await outputOf(testCloud([greeting], { greet: () => 'hi' }))).toBe('hi');
  });

  it('knows a worker by the name that it has in the machine', async () => {
    const machine = setup({ actors: { charge: worker<unknown, number>({ worker: 'charge-cards' }) } });
    const payment = machine.createMachine({
      id: 'payment',
      initial: 'charging',
      states: { charging: { invoke: { src: 'charge', onDone: 'paid' } }, paid: { type: 'final' } },
    });
    const cloud = testCloud([payment], { charge: () => 1 });
    const { executionId } = await cloud.start(payment, {});
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('gives application code a client that waits in its time', async () => {
    const cloud = deliveryCloud();
    const id = await startDelivery(cloud);
    await expect(cloud.client.wait(id, { timeoutMs: 3_600_000 })).rejects.toThrow('still RUNNING');
    await cloud.client.send(id, { type: 'PICKED_UP' });
    expect(await cloud.client.wait(id)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('keeps running executions on their version when another is deployed', async () => {
    const cloud = deliveryCloud();
    const old = await startDelivery(cloud);
    await cloud.runUntil(old, 'waiting');
    const next = createMachine(
      { ...delivery.config, version: '2' } as never,
      delivery.implementations as never,
    );
    cloud.deploy({ machines: [delivery, next] });
    const young = await startDelivery(cloud, 'parcel-2');
    await cloud.send(old, { type: 'PICKED_UP' });
    await cloud.settled();
    expect(await cloud.describe(old)).toMatchObject({ status: 'SUCCEEDED', machineVersion: '1' });
    expect(await cloud.describe(young)).toMatchObject({ state: 'waiting', machineVersion: '2' });
  });

  it('runs the loan machine to each of its ends', async () => {
    const decisions = { A_SUBMITTED: 'A_PARTLYSUBMITTED', A_PARTLYSUBMITTED: 'A_DECLINED' } as const;
    const cloud = testCloud([loan], {
      decideActivity: ({ after }) => ({
        next: after in decisions ? decisions[after as 'A_SUBMITTED'] : null,
      }),
    });
    const { executionId } = await cloud.start(loan, { input: { caseId: 'c1', amount: 100 } });
    expect((await cloud.runToEnd(executionId, loan)).output).toEqual({ outcome: 'declined' });
  });
});

describe('a fault that a test injects', () => {
  it('fails an attempt, which is tried again', async () => {
    const cloud = deliveryCloud();
    cloud.inject('assignCourier', { error: 'NoCourier' });
    const id = await startDelivery(cloud);
    await cloud.runUntil(id, 'waiting');
    expect(cloud.invocations.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect((await cloud.history(id))[1]).toMatchObject({ status: 'FAILED', error: { name: 'NoCourier' } });
  });

  it('fails so many attempts that the machine hears of it', async () => {
    const cloud = deliveryCloud();
    cloud.inject('assignCourier', { error: 'NoCourier' }, { times: 2 });
    await cloud.runUntil(await startDelivery(cloud), 'unassigned');
  });

  it('fails an attempt for good', async () => {
    const cloud = deliveryCloud();
    cloud.inject('assignCourier', { error: { name: 'NoSuchAddress', retryable: false } });
    await cloud.runUntil(await startDelivery(cloud), 'unassigned');
    expect(cloud.invocations).toHaveLength(1);
  });

  it('gives no result until the deadline has passed', async () => {
    const cloud = deliveryCloud();
    cloud.inject('assignCourier', 'timeOut');
    const id = await startDelivery(cloud);
    const startedAt = cloud.now.getTime();
    await cloud.runUntil(id, 'waiting');
    // Two minutes of timeout, ten seconds of backoff.
    expect(cloud.now.getTime() - startedAt).toBeGreaterThanOrEqual(130_000);
    expect(cloud.invocations.map(({ attempt }) => attempt)).toEqual([2]);
  });

  it('gives the result after its deadline, which ignores it', async () => {
    const cloud = deliveryCloud();
    cloud.inject('assignCourier', { takes: '5m' });
    const id = await startDelivery(cloud);
    await cloud.runUntil(id, 'waiting');
    await cloud.skip('5m');
    const late = (await cloud.history(id)).find(({ reference }) => reference === 'task#0#1');
    expect(late?.verdict).toEqual({ type: 'ignored', reason: 'NotOpen' });
  });

  it('finds no capacity, and spends no attempt', async () => {
    const cloud = deliveryCloud();
    cloud.inject('assignCourier', 'throttle');
    const id = await startDelivery(cloud);
    await cloud.runUntil(id, 'waiting');
    expect(cloud.invocations.map(({ attempt }) => attempt)).toEqual([1]);
    expect((await cloud.history(id)).map(({ kind }) => kind)).toContain('deferred');
  });

  it('runs an invocation twice, of which the first result is taken', async () => {
    let runs = 0;
    const cloud = deliveryCloud({ assignCourier: () => ({ courier: `courier ${++runs}` }) });
    cloud.inject('assignCourier', 'duplicate');
    const id = await startDelivery(cloud);
    await cloud.runUntil(id, 'waiting');
    await cloud.settled();
    expect(runs).toBe(2);
    expect(await cloud.describe(id)).toMatchObject({ context: { courier: 'courier 1' } });
  });
});

describe('deliveries', () => {
  it('that are duplicated show a worker that is not idempotent', async () => {
    const assigned: string[] = [];
    const cloud = deliveryCloud(
      {
        assignCourier: (_, { idempotencyKey }) => {
          assigned.push(idempotencyKey);
          return courier();
        },
      },
      { deliveries: 'duplicated' },
    );
    const id = await startDelivery(cloud);
    await cloud.send(id, { type: 'PICKED_UP' });
    await cloud.runUntil(id, 'waiting');
    await cloud.send(id, { type: 'PICKED_UP' });
    expect(await cloud.runToEnd(id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(assigned).toEqual(['parcel-1#0', 'parcel-1#0']);
  });

  const orderOf = async (seed: number) => {
    const cloud = deliveryCloud({}, { deliveries: 'reordered', seed });
    for (let i = 1; i <= 12; i++) await startDelivery(cloud, `parcel-${i}`);
    await cloud.settled();
    return cloud.invocations.map(({ executionId, at }) => `${executionId} ${at}`);
  };

  it('that are reordered are the same for the same seed, and others for another', async () => {
    const first = await orderOf(7);
    expect(first.map((text) => text.split(' ')[0])).not.toEqual(first.map((_, i) => `parcel-${i + 1}`));
    expect(await orderOf(7)).toEqual(first);
    expect(await orderOf(8)).not.toEqual(first);
  });
});

describe('a run that does not come to where the test wants it', () => {
  const messageOf = (run: Promise<unknown>): Promise<string> =>
    run.then(
      () => 'It came there.',
      (error: unknown) => String(error),
    );

  it('says that the execution waits for an event, and how it came there', async () => {
    const cloud = deliveryCloud();
    const id = await startDelivery(cloud);
    await cloud.runUntil(id, 'overdue');
    const message = await messageOf(cloud.runToEnd(id));
    expect(message.split('\n')).toEqual([
      'NotReachedError: The execution \'parcel-1\' never ends. It is RUNNING in "overdue" and waits for an event: send one.',
      'Its history:',
      '  2026-01-01T00:00:00.001Z start',
      '  2026-01-01T00:00:00.007Z task#0#1 assignCourier SUCCEEDED',
      '  2026-01-02T00:00:00.007Z wake',
    ]);
  });

  it('says how the execution ended in place of that', async () => {
    const cloud = deliveryCloud();
    const id = await startDelivery(cloud);
    await cloud.runUntil(id, 'waiting');
    await cloud.send(id, { type: 'PICKED_UP' });
    expect(await messageOf(cloud.runUntil(id, 'overdue'))).toContain(
      'The execution \'parcel-1\' never comes to "overdue". It is SUCCEEDED in "delivered"',
    );
  });

  it('says that a machine polls without end', async () => {
    const polling = createMachine({
      id: 'polling',
      initial: 'a',
      states: { a: { after: { 1000: 'b' } }, b: { always: 'a' } },
    });
    const cloud = testCloud([polling], {}, { maxEvents: 500 });
    const { executionId } = await cloud.start(polling, {});
    expect(await messageOf(cloud.runToEnd(executionId))).toContain('goes on without end');
  });

  it('says that a wait of the client can never end, and lets the test itself go on before', async () => {
    const door = createMachine({
      id: 'door',
      initial: 'closed',
      states: { closed: { on: { OPEN: 'open' } }, open: { type: 'final' } },
    });
    const cloud = testCloud([door]);
    await cloud.start(door, { executionId: 'd' });
    const waiting = cloud.client.wait('d');
    await sleep(50);
    await cloud.send('d', { type: 'OPEN' });
    expect(await waiting).toMatchObject({ status: 'SUCCEEDED' });
    await cloud.start(door, { executionId: 'e' });
    expect(await messageOf(cloud.client.wait('e'))).toContain('nothing is left to happen in this cloud');
    expect(await messageOf(cloud.client.wait('e', { timeoutMs: 60_000 }))).toContain('WaitTimeoutError');
  });

  it('misses no state that a wait of the client is for, however short it is', async () => {
    const passing = createMachine({
      id: 'passing',
      initial: 'a',
      states: {
        a: { after: { 60000: 'b' } },
        b: { tags: 'brief', after: { 1000: 'c' } },
        c: { after: { 60000: 'd' } },
        d: { type: 'final' },
      },
    });
    const cloud = testCloud([passing]);
    await cloud.start(passing, { executionId: 'p' });
    expect((await cloud.client.wait('p', { machine: passing, tag: 'brief' })).state).toBe('b');
    expect((await cloud.client.wait('p')).status).toBe('SUCCEEDED');
  });

  it('says which worker the test forgot', async () => {
    const cloud = testCloud([delivery]);
    const id = await startDelivery(cloud);
    expect(await messageOf(cloud.runUntil(id, 'waiting'))).toContain("has no worker 'assignCourier'");
  });

  it('says which worker no machine has', () => {
    const workers = { assignCourier: courier, chargeCard: () => 1 };
    expect(() => testCloud([delivery], workers)).toThrow(
      "No machine has a worker 'chargeCard'. They have assignCourier.",
    );
  });

  it('says which worker hangs', { timeout: 20_000 }, async () => {
    const cloud = deliveryCloud({ assignCourier: () => new Promise(() => {}) });
    const id = await startDelivery(cloud);
    expect(await messageOf(cloud.runUntil(id, 'waiting'))).toContain(
      "Worker 'assignCourier' has not settled within 10 seconds of real time.",
    );
  });

  it('says that the execution does not exist', async () => {
    expect(await messageOf(deliveryCloud().runToEnd('nobody'))).toContain('ExecutionNotFound');
  });
});
