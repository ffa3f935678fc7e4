import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { testCloud } from '../../testing/index.ts';
import { type ActivityPolicy, activity } from '../../workers/index.ts';

interface Order {
  readonly order: string;
}

/** One task of an activity, whose output or error's name becomes the execution's output. */
function approval(policy: ActivityPolicy = {}) {
  return setup({
    types: {
      input: {} as Order,
      context: {} as Order & { readonly end: string },
      output: {} as string,
    },
    actors: { approve: activity<Order, string>('approve-order', policy) },
  }).createMachine({
    id: 'approval',
    context: ({ input }) => ({ ...input, end: '' }),
    initial: 'approving',
    states: {
      approving: {
        invoke: {
          src: 'approve',
          input: ({ context }) => ({ order: context.order }),
          onDone: { target: 'approved', actions: assign({ end: ({ event }) => event.output }) },
          onError: {
            target: 'refused',
            actions: assign({ end: ({ event }) => String(Reflect.get(Object(event.error), 'name')) }),
          },
        },
      },
      approved: { type: 'final' },
      refused: { type: 'final' },
    },
    output: ({ context }) => context.end,
  });
}

const now = { waitMs: 0 };

describe.each(['once', 'duplicated', 'reordered'] as const)(
  'an activity, with deliveries %s',
  (deliveries) => {
    async function started({ policy = {}, ids = ['one'] }: { policy?: ActivityPolicy; ids?: string[] } = {}) {
      const machine = approval(policy);
      const cloud = testCloud([machine], {}, { deliveries });
      for (const executionId of ids) {
        await cloud.start(machine, { executionId, input: { order: executionId } });
        await cloud.skip('6s');
      }
      return { cloud, client: cloud.client, take: () => cloud.client.getActivityTask('approve-order', now) };
    }

    it('hands the oldest task to one worker alone, which gives the result by its token', async () => {
      const { cloud, client, take } = await started({ ids: ['one', 'two'] });
      const first = await client.getActivityTask('approve-order', { workerName: 'ada', ...now });
      expect(first).toEqual({
        executionId: 'one',
        machine: 'approval',
        input: { order: 'one' },
        token: 'one#0#1',
        task: 0,
        attempt: 1,
        idempotencyKey: 'one#0',
      });
      expect(await take()).toMatchObject({ executionId: 'two' });
      expect(await take()).toBeUndefined();
      expect(await client.getActivityTask('another', now)).toBeUndefined();
      const { tasks } = await client.describe('one');
      expect(tasks).toMatchObject([{ worker: 'approve', taken: { workerName: 'ada' }, token: 'one#0#1' }]);
      expect(tasks[0]).not.toHaveProperty('lastHeartbeat');
      await client.completeTask('one#0#1', 'yes');
      await client.failTask('two#0#1', { name: 'Refused' });
      await cloud.skip('6s');
      expect(await client.describe('one')).toMatchObject({ status: 'SUCCEEDED', output: 'yes' });
      expect(await client.describe('two')).toMatchObject({ status: 'SUCCEEDED', output: 'Refused' });
    });

    it('waits for a task that comes later', async () => {
      const { cloud, client } = await started({ ids: [] });
      const taken = client.getActivityTask('approve-order');
      await cloud.start('approval' as never, { executionId: 'late', input: { order: 'late' } } as never);
      expect(await taken).toMatchObject({ executionId: 'late' });
    });

    it('waits for a worker without end, also where its time is limited', async () => {
      const { cloud, client, take } = await started({ policy: { timeout: '30s', heartbeat: '20s' } });
      await cloud.skip('3h');
      const task = await take();
      expect(task).toMatchObject({ token: 'one#0#1' });
      await cloud.skip('15s');
      await client.heartbeatTask('one#0#1', { progress: 1 });
      await cloud.skip('10s');
      expect(await client.describe('one')).toMatchObject({ status: 'RUNNING' });
      await cloud.skip('20s');
      expect(await client.describe('one')).toMatchObject({ output: 'States.Timeout' });
      const { outcome } = await client.replay('one', {
        machines: [approval({ timeout: '30s', heartbeat: '20s' })],
      });
      expect(outcome).toBe('equal');
    });

    it('misses the signs of life of a worker that has taken a task', async () => {
      const { cloud, client, take } = await started({ policy: { timeout: '1h', heartbeat: '10s' } });
      await cloud.skip('25s');
      const at = cloud.now.getTime();
      await take();
      await cloud.runUntil('one', 'refused' as never);
      expect(await client.describe('one')).toMatchObject({ output: 'States.HeartbeatTimeout' });
      expect(cloud.now.getTime() - at).toBeGreaterThanOrEqual(10_000);
      expect(cloud.now.getTime() - at).toBeLessThanOrEqual(20_000);
    });

    it('is tried again as its retry policy says: each attempt is queued', async () => {
      const policy: ActivityPolicy = { retry: { errors: ['Busy'], maxAttempts: 2, interval: '1s' } };
      const { cloud, client, take } = await started({ policy });
      await client.failTask((await take())?.token ?? '', { name: 'Busy' });
      await cloud.skip('20s');
      const second = await take();
      expect(second).toMatchObject({ token: 'one#0#2', idempotencyKey: 'one#0' });
      await client.completeTask('one#0#2', 'yes');
      await cloud.skip('20s');
      expect(await client.describe('one')).toMatchObject({ output: 'yes' });
    });

    it('does not hand out tasks of executions that have ended, and does after a redrive', async () => {
      const { cloud, client, take } = await started({ ids: ['one', 'two'] });
      await client.stop('one');
      await cloud.skip('20s');
      expect(await take()).toMatchObject({ executionId: 'two' });
      expect(await take()).toBeUndefined();
      await client.redrive('one');
      await cloud.skip('20s');
      expect(await take()).toMatchObject({ executionId: 'one', token: 'one#0#1' });
    });

    it('goes on with the worker that has the task, after a redrive', async () => {
      const { cloud, client, take } = await started({ policy: { timeout: '1h' } });
      await take();
      await client.stop('one');
      await cloud.skip('20s');
      await client.redrive('one');
      await cloud.skip('20s');
      expect(await take()).toBeUndefined();
      await client.completeTask('one#0#1', 'yes');
      await cloud.skip('20s');
      expect(await client.describe('one')).toMatchObject({ output: 'yes' });
    });

    it('takes a result that someone gives without having taken the task', async () => {
      const { cloud, client, take } = await started();
      await client.completeTask('one#0#1', 'yes');
      await cloud.skip('20s');
      expect(await client.describe('one')).toMatchObject({ output: 'yes' });
      expect(await take()).toBeUndefined();
    });

    it('runs the function that a test gives for it', async () => {
      const machine = approval({ timeout: '30s' });
      const cloud = testCloud([machine], { approve: ({ order }) => `${order} approved` }, { deliveries });
      await cloud.start(machine, { executionId: 'one', input: { order: 'one' } });
      await cloud.runUntil('one', 'approved');
      expect(await cloud.client.describe('one')).toMatchObject({ output: 'one approved' });
      expect(cloud.invocations).toHaveLength(1);
    });
  },
);
