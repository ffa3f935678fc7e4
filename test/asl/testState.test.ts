import { describe, expect, it } from 'vitest';
import { type TestStateRequest, testState } from '../../asl/index.ts';

const charge = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'charge', 'Payload.$': '$.order' },
  InputPath: '$.body',
  ResultSelector: { 'paid.$': '$.Payload.paid' },
  ResultPath: '$.receipt',
  OutputPath: '$.receipt',
  Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 3, MaxAttempts: 2, BackoffRate: 2 }],
  Catch: [{ ErrorEquals: ['Declined', 'Busy'], Next: 'Cancel', ResultPath: '$.problem' }],
  Next: 'Ship',
};
const body = { body: { order: { id: 7 } } };
const paid = { result: '{"Payload":{"paid":true}}' };
const declined = { errorOutput: { error: 'Declined', cause: 'no money' } };
const busy = { errorOutput: { error: 'Busy', cause: 'try later' } };

const debug = (request: Partial<TestStateRequest>) =>
  testState({ definition: charge, input: body, inspectionLevel: 'DEBUG', ...request }, { now: 0 });

describe('testState', () => {
  it('shows the data after each field of a task in JSONPath', async () => {
    expect(await debug({ mock: paid })).toEqual({
      status: 'SUCCEEDED',
      output: { paid: true },
      nextState: 'Ship',
      inspectionData: {
        input: body,
        afterInputPath: { order: { id: 7 } },
        afterParameters: { FunctionName: 'charge', Payload: { id: 7 } },
        result: { Payload: { paid: true } },
        afterResultSelector: { paid: true },
        afterResultPath: { ...body, receipt: { paid: true } },
      },
    });
  });

  it('shows the data after each field of a task in JSONata, and its variables', async () => {
    const definition = {
      Type: 'Task',
      QueryLanguage: 'JSONata',
      Resource: 'arn:aws:lambda:eu-west-1:123456789012:function:charge',
      Arguments: { id: '{% $states.input.body.order.id + $offset %}' },
      Assign: { last: '{% $states.result.paid %}' },
      Output: '{% $states.context.State.Name %}',
      End: true,
    };
    const mock = { result: '{"paid":true}' };
    expect(await debug({ definition, mock, variables: { offset: 1 } })).toEqual({
      status: 'SUCCEEDED',
      output: 'StateName',
      inspectionData: { input: body, afterArguments: { id: 8 }, variables: { offset: 1, last: true } },
    });
  });

  it('says when a task would be tried again, and when its attempts are used up', async () => {
    const again = await debug({ mock: busy, stateConfiguration: { retrierRetryCount: 1 } });
    expect(again.status).toBe('RETRIABLE');
    expect(again.inspectionData?.errorDetails).toEqual({ retryIndex: 0, retryBackoffIntervalSeconds: 6 });
    const usedUp = await debug({ mock: busy, stateConfiguration: { retrierRetryCount: 2 } });
    expect(usedUp).toMatchObject({
      status: 'CAUGHT_ERROR',
      nextState: 'Cancel',
      output: { ...body, problem: { Error: 'Busy', Cause: 'try later' } },
      inspectionData: { errorDetails: { retryIndex: 0, catchIndex: 0 } },
    });
  });

  it('follows a catcher', async () => {
    expect(await testState({ definition: charge, input: body, mock: declined })).toEqual({
      status: 'CAUGHT_ERROR',
      error: 'Declined',
      cause: 'no money',
      nextState: 'Cancel',
      output: { ...body, problem: { Error: 'Declined', Cause: 'no money' } },
    });
  });

  it('fails with an error that no field handles, and with one of an expression', async () => {
    const other = { errorOutput: { error: 'Other' } };
    expect(await testState({ definition: charge, input: body, mock: other })).toMatchObject({
      status: 'FAILED',
      error: 'Other',
    });
    expect(await testState({ definition: charge, input: {}, mock: paid })).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
    });
  });

  it.each([
    [
      'a choice',
      { Type: 'Choice', Choices: [{ Variable: '$.n', NumericEquals: 1, Next: 'One' }], Default: 'Many' },
      'Many',
    ],
    ['a Pass state', { Type: 'Pass', Result: 5, Next: 'After' }, 'After'],
    ['a Wait state, which it does not wait for', { Type: 'Wait', Seconds: 86_400, Next: 'After' }, 'After'],
  ])('follows %s', async (_, definition, nextState) => {
    expect(await testState({ definition, input: { n: 2 } })).toMatchObject({
      status: 'SUCCEEDED',
      nextState,
    });
  });

  it('finds a state within a definition, in its branches and iterators as well', async () => {
    const definition = {
      StartAt: 'All',
      QueryLanguage: 'JSONata',
      States: {
        All: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'Double',
            States: { Double: { Type: 'Pass', Output: '{% 2 * $states.input %}', End: true } },
          },
          End: true,
        },
      },
    };
    expect(await testState({ definition, stateName: 'Double', input: 4 })).toEqual({
      status: 'SUCCEEDED',
      output: 8,
    });
    await expect(testState({ definition, stateName: 'Halve', input: 4 })).rejects.toThrow(
      'State not found in definition',
    );
  });

  it.each<[string, Partial<TestStateRequest>, RegExp]>([
    ['a mock with a result and an error', { mock: { ...paid, ...declined } }, /only one of the following/],
    ['a mock with neither', { mock: {} }, /only one of the following/],
    ['a result that is not JSON', { mock: { result: 'paid' } }, /Mocked result must be valid JSON/],
    [
      'a result with a number that would be rounded',
      { mock: { result: '{"id":9007199254740993}' } },
      /Mocked result\.id is 9007199254740993, which JavaScript rounds/,
    ],
    ['a result of a service that is not an object', { mock: { result: '7' } }, /must be a JSON object/],
    ['a task without a mock', { roleArn: 'arn:aws:iam::1:role/r' }, /give a mock/],
    ['a task without a mock and a role', {}, /RoleArn must be specified when testing a Task state/],
    [
      'a mock of a Pass state',
      { definition: { Type: 'Pass', End: true }, mock: paid },
      /'Pass' is not supported/,
    ],
    ['a definition that is not valid', { definition: { Type: 'Pass' }, mock: paid }, /not valid/],
    [
      'more failed items than there are',
      {
        definition: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'A', States: { A: { Type: 'Succeed' } } },
          End: true,
        },
        input: [1],
        mock: busy,
        stateConfiguration: { mapIterationFailureCount: 2 },
      },
      /less than or equal to the number/,
    ],
  ])('refuses %s', async (_, request, message) => {
    await expect(testState({ definition: charge, input: body, ...request })).rejects.toThrow(message);
  });
});
