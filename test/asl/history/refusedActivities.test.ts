import { expect, test } from 'vitest';
import { historyEvents, machineOf } from '../../../asl/index.ts';
import { testCloud } from '../../../testing/index.ts';
import { lines } from './histories.ts';

const subject = { machine: 'm', arn: 'arn:aws:states:eu-west-1:123456789012', roleArn: 'role' };
const approve = `${subject.arn}:activity:approve`;
const definition = {
  StartAt: 'Both',
  States: {
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Approve', States: { Approve: { Type: 'Task', Resource: approve, End: true } } },
        { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, End: true } } },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      End: true,
    },
    Caught: { Type: 'Pass', End: true },
  },
};

async function historyWith(activities: readonly string[]) {
  const cloud = testCloud([machineOf(definition, { id: 'm' })], { 'Both/0/Approve': () => 'yes' } as object, {
    activities,
  });
  const { executionId } = await cloud.start('m', { executionId: 'e', input: {} });
  await cloud.runToEnd(executionId);
  return historyEvents({ ...subject, executionId }, (observe, id) =>
    cloud.client.historyAll(id, { machines: [machineOf(definition, { id: 'm', observe })] }),
  );
}

test('a task whose activity does not exist was never scheduled, and the others keep their links', async () => {
  const events = await historyWith(['another']);
  expect(lines(events)).toEqual([
    '1<0 ExecutionStarted',
    '2<0 ParallelStateEntered Both',
    '3<2 ParallelStateStarted',
    '4<3 TaskStateEntered Approve',
    '5<3 WaitStateEntered Rest',
    '6<4 ExecutionFailed',
  ]);
  expect(events.at(-1)?.details).toEqual({
    error: 'States.Runtime',
    cause: expect.stringContaining(`The activity ${approve} does not exist.`),
  });
});

test('a task whose activity exists is scheduled', async () => {
  expect(lines(await historyWith(['approve']))).toContain('5<4 ActivityScheduled');
});
