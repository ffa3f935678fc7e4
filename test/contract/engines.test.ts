import { startDynamoDBLocal } from '../../local/dynamodb/dynamoDBLocal.ts';
import { type LocalDynamoDB, startEngine } from '../../local/dynamodb/engine.ts';
import { describeDynamoDBTable } from './dynamoDBTable.features.ts';

const engines: Readonly<Record<string, () => Promise<LocalDynamoDB>>> = {
  dynoxide: () => startEngine(),
  'dynamodb-local': () => startDynamoDBLocal({ log: (line) => console.error(line) }),
};

/** `npm test` runs the engine that the local cloud uses; `npm run test:engines` names all of them. */
const named = (process.env.MILLRACE_ENGINES ?? 'dynoxide').split(',');

for (const name of named) {
  const start = engines[name];
  if (!start) {
    throw new Error(`MILLRACE_ENGINES names '${name}': there are ${Object.keys(engines).join(' and ')}.`);
  }
  describeDynamoDBTable(name, start);
}
