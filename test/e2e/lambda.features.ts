import { fileURLToPath } from 'node:url';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStatus, startItem, type TestCloud } from './testCloud.ts';

export const testFunctions = fileURLToPath(new URL('./functions', import.meta.url));

/** The work of a function that knows nothing of Millrace for a machine, however its results come back. */
export function lambdaFeatures(start: () => Promise<TestCloud>): void {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await start();
  });
  afterAll(() => cloud?.stop());

  const outputOf = async (executionId: string, how: string) => {
    const input = { M: { how: { S: how }, amount: { N: '20' } } };
    await cloud.put(startItem(executionId, 'bill', input));
    const { output } = await cloud.until(executionId, hasStatus('SUCCEEDED', 'FAILED'));
    return output;
  };

  describe('a function that knows nothing of Millrace', () => {
    it('gets its input with the task beside it, and what it returns is the result', async () => {
      expect(await outputOf('returns', 'return')).toEqual({
        invoice: { total: 40, key: 'returns#0' },
        failure: '',
      });
      const items = await cloud.partition('returns');
      expect(items.find(({ item }) => item === 'task#0#1')).toMatchObject({
        status: 'SUCCEEDED',
        worker: 'issue-invoice',
      });
    });

    it('that returns nothing has succeeded with null', async () => {
      expect(await outputOf('silent', 'say nothing')).toEqual({ invoice: null, failure: '' });
    });

    it('that throws is tried again by the policy, as the error that it threw', async () => {
      expect(await outputOf('again', 'once more')).toEqual({
        invoice: { total: 20, key: 'again#0' },
        failure: '',
      });
      expect(await outputOf('throws', 'throw')).toMatchObject({ failure: 'CardDeclined: 20 is too much' });
      const items = await cloud.partition('throws');
      expect(items.map(({ item }) => item).filter((item) => String(item).startsWith('task#'))).toEqual([
        'task#0#1',
        'task#0#2',
      ]);
    });

    it('that dies is known at once', async () => {
      expect(await outputOf('dies', 'exit')).toMatchObject({
        failure: expect.stringMatching(/^Lambda\.Unknown: .*Runtime exited/),
      });
    });

    it('that takes too long has timed out', async () => {
      expect(await outputOf('hangs', 'hang')).toMatchObject({
        failure: expect.stringMatching(/^States\.Timeout: /),
      });
    });

    it('may be invoked by others, too: the result is not a task’s result', async () => {
      const { AWS_ENDPOINT_URL_LAMBDA: endpoint = '' } = cloud.cloud.environment;
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
      const lambda = new LambdaClient({ endpoint, region: 'us-east-1', credentials });
      const { functionName } =
        cloud.cloud.description.functions.find(({ role }) => role === 'unmodified') ?? {};
      for (const how of ['return', 'throw']) {
        const Payload = Buffer.from(JSON.stringify({ how, amount: 1, millrace: {} }));
        await lambda.send(
          new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }),
        );
      }
      lambda.destroy();
      await cloud.cloud.settled();
      expect(cloud.output.filter((line) => line.includes('"dropped"'))).toEqual([]);
    });
  });
}
