import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiCloud, prefix } from '../../stepfunctions/apiCloud.ts';
import { jsonOf, millrace } from '../testCommandLine.ts';

let api: ApiCloud;
beforeAll(async () => {
  api = await ApiCloud.start({ timeScale: 10 });
}, 60_000);
afterAll(() => api?.stop());

test('migrate compare reads the API of Step Functions that the local cloud has', async () => {
  const stateMachineArn = await api.create('parcels', {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'Charge',
          States: {
            Charge: {
              Type: 'Task',
              Resource: 'arn:aws:lambda:us-east-1:000000000000:function:charge',
              End: true,
            },
          },
        },
        Next: 'Wait',
      },
      Wait: { Type: 'Wait', Seconds: 1, End: true },
    },
  });
  const executionArn = await api.begin(stateMachineArn, [{ card: 'a' }, { card: 'b' }], 'first.order');
  await api.ended(executionArn);
  const result = await millrace(
    ['migrate', 'compare', '--executions', '5', '--machine', 'parcels', '--json'],
    {
      directory: '.',
      environment: {
        AWS_ENDPOINT_URL_SFN: api.cloud.environment.AWS_ENDPOINT_URL_SFN ?? '',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    },
  );
  expect(result.stderr).toEqual([]);
  expect(jsonOf(result)).toMatchObject({
    total: 1,
    same: 1,
    executions: [{ execution: `${prefix}:execution:parcels:first.order`, differences: [] }],
  });
}, 60_000);
