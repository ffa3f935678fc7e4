import { expect, it } from 'vitest';
import { startDynamoDBLocal } from '../../../local/dynamodb/dynamoDBLocal.ts';

it('DynamoDB Local says what to install on a machine without Java, before it fetches anything', async () => {
  const lines: string[] = [];
  const started = startDynamoDBLocal({ java: 'no-such-java', log: (line) => lines.push(line) });
  await expect(started).rejects.toThrow(
    expect.objectContaining({
      code: 'NoLocalEngine',
      message: expect.stringMatching(/install a Java runtime/),
    }),
  );
  expect(lines).toEqual([]);
});
