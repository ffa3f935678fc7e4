import initSqlJs from 'sql.js';
import { expect, it } from 'vitest';
import { seed, streamSchema } from '../../../local/dynamodb/seed.ts';

it('the file that the engine opens first has the stream’s table as it is written here', async () => {
  const sqlite = await initSqlJs();
  const schemaOf = (file: Uint8Array | undefined) => {
    const database = new sqlite.Database(file);
    if (!file) database.run(streamSchema);
    const [rows] = database.exec('SELECT type, name, sql FROM sqlite_master ORDER BY name');
    database.close();
    return rows?.values;
  };
  expect(schemaOf(seed())).toEqual(schemaOf(undefined));
});
