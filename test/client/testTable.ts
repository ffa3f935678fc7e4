import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describeDeployment } from '../../infra/describe.ts';
import { ensureTable } from '../../local/dynamodb/createTable.ts';
import { startEngine } from '../../local/dynamodb/engine.ts';

export interface TestTable {
  readonly dynamodb: DynamoDBClient;
  readonly tableName: string;
  stop(): Promise<void>;
}

/** A table as it is deployed, in an engine of its own. */
export async function startTestTable(): Promise<TestTable> {
  const engine = await startEngine();
  const dynamodb = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { table } = describeDeployment({ orchestrator: '', workerHost: '', workers: [] });
  await ensureTable(dynamodb, table);
  return {
    dynamodb,
    tableName: table.tableName,
    stop: async () => {
      dynamodb.destroy();
      await engine.stop();
    },
  };
}
