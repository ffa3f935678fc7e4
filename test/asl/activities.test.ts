import { describe, expect, it } from 'vitest';
import { checkDefinition, machineOf } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { testCloud } from '../../testing/index.ts';

type Fields = { readonly [key: string]: Json };
const Resource = 'arn:aws:states:us-east-1:123456789012:activity:approve-order';

function definition(fields: Fields = {}): Fields {
  return {
    StartAt: 'Approve',
    States: {
      Approve: { Type: 'Task', Resource, End: true, ...fields },
      ...('Catch' in fields && { Late: { Type: 'Pass', End: true } }),
    },
  };
}

const now = { waitMs: 0 };

describe.each(['once', 'duplicated', 'reordered'] as const)(
  'an activity, with deliveries %s',
  (deliveries) => {
    async function started(states: Fields, input: Json = { total: 5 }) {
      const machine = machineOf(states, { id: 'm' });
      const cloud = testCloud([machine], {}, { deliveries });
      await cloud.start('m', { executionId: 'e', input });
      await cloud.skip('10s');
      const take = () => cloud.client.getActivityTask('approve-order', now);
      const ended = async () => {
        await cloud.skip('20s');
        expect((await cloud.client.replay('e', { machines: [machine] })).outcome).toBe('equal');
        const { status, output, error } = await cloud.client.describe('e');
        return { status, output, error: error && [error.name, error.message] };
      };
      return { cloud, client: cloud.client, take, ended };
    }

    it('is taken by one worker, which gives the result', async () => {
      const { client, take, ended } = await started(
        definition({ Parameters: { 'amount.$': '$.total' }, ResultPath: '$.approval' }),
      );
      const task = await take();
      expect(task).toMatchObject({ input: { amount: 5 }, token: 'e#0#1' });
      expect(await take()).toBeUndefined();
      await client.completeTask('e#0#1', { by: 'Ada' });
      expect(await ended()).toMatchObject({
        status: 'SUCCEEDED',
        output: { total: 5, approval: { by: 'Ada' } },
      });
    });

    it('takes any value as its input and its output', async () => {
      const { client, take, ended } = await started(definition(), ['a', 1, null]);
      expect(await take()).toMatchObject({ input: ['a', 1, null] });
      await client.completeTask('e#0#1', 'text');
      expect(await ended()).toMatchObject({ status: 'SUCCEEDED', output: 'text' });
    });

    it('ends with the error and the cause that its worker gives', async () => {
      const { client, take, ended } = await started(definition());
      await take();
      await client.failTask('e#0#1', { name: 'Programmatic Error', message: '{"Value1":"HelloWorld"}' });
      expect(await ended()).toMatchObject({
        status: 'FAILED',
        error: ['Programmatic Error', '{"Value1":"HelloWorld"}'],
      });
    });

    it('counts TimeoutSeconds and HeartbeatSeconds from when it was taken', async () => {
      const Catch = [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }];
      const { cloud, client, take, ended } = await started(definition({ TimeoutSeconds: 5, Catch }));
      await cloud.skip('60s');
      expect(await client.describe('e')).toMatchObject({ status: 'RUNNING' });
      expect(await take()).toMatchObject({ token: 'e#0#1' });
      expect(await ended()).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'States.Timeout' } });
    });

    it('takes HeartbeatSeconds and TimeoutSeconds from the data', async () => {
      const states = definition({
        QueryLanguage: 'JSONata',
        TimeoutSeconds: '{% $states.input.timeout %}',
        HeartbeatSeconds: '{% $states.input.heartbeat %}',
      });
      const { cloud, client, take, ended } = await started(states, { timeout: 600, heartbeat: 10 });
      await take();
      await cloud.skip('7s');
      await client.heartbeatTask('e#0#1');
      await cloud.skip('7s');
      expect(await client.describe('e')).toMatchObject({ status: 'RUNNING' });
      expect(await ended()).toMatchObject({ status: 'FAILED', error: ['States.Timeout', ''] });
    });

    it('is tried again by Retry, as another task', async () => {
      const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 1 }];
      const { cloud, client, take, ended } = await started(definition({ Retry }));
      await client.failTask((await take())?.token ?? '', { name: 'Busy' });
      await cloud.skip('10s');
      const second = await take();
      expect(second?.token).not.toBe('e#0#1');
      await client.completeTask(second?.token ?? '', 'done');
      expect(await ended()).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
    });

    it('works in the items of a Map and in the branches of a Parallel state', async () => {
      const { Approve } = definition().States as Fields;
      const graph = { StartAt: 'Approve', States: { Approve } as Fields };
      const states: Fields = {
        StartAt: 'All',
        States: {
          All: {
            Type: 'Parallel',
            Branches: [
              graph,
              { StartAt: 'Each', States: { Each: { Type: 'Map', ItemProcessor: graph, End: true } } },
            ],
            End: true,
          },
        },
      };
      const { cloud, client, take, ended } = await started(states, ['a', 'b']);
      await cloud.skip('10s');
      for (let n = 0; n < 3; n++) {
        const task = await take();
        await client.completeTask(task?.token ?? '', task?.input);
      }
      expect(await take()).toBeUndefined();
      expect(await ended()).toMatchObject({
        status: 'SUCCEEDED',
        output: [
          ['a', 'b'],
          ['a', 'b'],
        ],
      });
    });
  },
);

describe('asl check', () => {
  it('knows activities', () => {
    const report = checkDefinition(JSON.stringify(definition({ HeartbeatSeconds: 10 })), 'json');
    expect(report).toMatchObject({
      runs: true,
      problems: [],
      resources: [{ path: 'Approve', feature: 'activity', isSupported: true }],
    });
  });

  it('does not take a name for one that Step Functions refuses', () => {
    const bad = 'arn:aws:states:us-east-1:123456789012:activity:a b';
    const { resources } = checkDefinition(JSON.stringify(definition({ Resource: bad })), 'json');
    expect(resources).toMatchObject([{ isSupported: false }]);
  });

  it('counts what the queue costs', () => {
    const task = { Resource: 'arn:aws:lambda:us-east-1:1:function:f' };
    const [queued, called] = [definition(), definition(task)].map(
      (each) => checkDefinition(JSON.stringify(each), 'json').price?.millrace ?? 0,
    );
    expect((queued ?? 0) - (called ?? 0)).toBeGreaterThan(1);
  });
});
