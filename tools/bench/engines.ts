import { startDynamoDBLocal } from '../../local/dynamodb/dynamoDBLocal.ts';
import { type LocalDynamoDB, startEngine } from '../../local/dynamodb/engine.ts';
import { progress } from './commandLine.ts';

export const engineNames = ['dynoxide', 'dynamodb-local'] as const;
export type EngineName = (typeof engineNames)[number];

/** They are not checked, but every SDK wants some. */
export const connection = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

/** @throws NoLocalEngineError, EngineStartError */
export function startNamedEngine(name: EngineName): Promise<LocalDynamoDB> {
  switch (name) {
    case 'dynoxide':
      return startEngine();
    case 'dynamodb-local':
      return startDynamoDBLocal({ log: (line) => progress(`DynamoDB Local: ${line}`) });
  }
}
