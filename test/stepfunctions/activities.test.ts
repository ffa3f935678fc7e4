import {
  CreateActivityCommand,
  DeleteActivityCommand,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiCloud, prefix } from './apiCloud.ts';

const approving = {
  StartAt: 'Approve',
  States: {
    Approve: {
      Type: 'Task',
      Resource: `${prefix}:activity:approve`,
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      End: true,
    },
    Caught: { Type: 'Pass', End: true },
  },
};

describe('an activity of a definition that was created through the API', () => {
  let api: ApiCloud;
  beforeAll(async () => {
    api = await ApiCloud.start();
  }, 60_000);
  afterAll(() => api?.stop());

  const failure = {
    status: 'FAILED',
    error: 'States.Runtime',
    cause: `An error occurred while executing the state 'Approve' (entered at the event id #2). The activity ${prefix}:activity:approve does not exist.`,
  };

  it('fails its state where it does not exist, before its creation and after its deletion', async () => {
    const stateMachineArn = await api.create('approval', approving);
    expect(await api.ended(await api.begin(stateMachineArn))).toMatchObject(failure);
    const { activityArn } = await api.sfn.send(new CreateActivityCommand({ name: 'approve' }));
    const executionArn = await api.begin(stateMachineArn, { id: 17 });
    const { taskToken, input } = await api.sfn.send(new GetActivityTaskCommand({ activityArn }));
    expect(input).toBe('{"id":17}');
    await api.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '"yes"' }));
    expect(await api.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"yes"' });
    await api.sfn.send(new DeleteActivityCommand({ activityArn }));
    const last = await api.begin(stateMachineArn);
    expect(await api.ended(last)).toMatchObject(failure);
    const { events = [] } = await api.sfn.send(new GetExecutionHistoryCommand({ executionArn: last }));
    expect(events.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 TaskStateEntered',
      '3<2 ExecutionFailed',
    ]);
  });
});
