import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { isNotWrittenYet } from '../orchestrator/table/conditions.ts';

/**
 * Conditional puts a second of small items, so many in flight: what a process can get out of an engine with the AWS SDK
 * and nothing else.
 */
export async function rawWritesPerSecond(
  client: DynamoDBClient,
  tableName: string,
  writes: number,
  inFlight: number,
): Promise<number> {
  const at = new Date().toISOString();
  const prefix = `${at}-${inFlight}`;
  const numbers = Array.from({ length: writes }, (_, number) => number).values();
  const writer = async () => {
    for (const number of numbers) {
      const item = {
        executionId: { S: `${prefix}-${number}` },
        item: { S: 'task#1#1' },
        status: { S: 'SUCCEEDED' },
        startedAt: { S: at },
        endedAt: { S: at },
        output: { N: String(number) },
      };
      await client.send(new PutItemCommand({ TableName: tableName, Item: item, ...isNotWrittenYet }));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, writer));
  return (writes * 1000) / (performance.now() - start);
}
