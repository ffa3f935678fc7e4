import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudOf } from '../../cli/cloud/localCloud.ts';
import { startEngine } from '../../local/dynamodb/engine.ts';
import { trimStream } from '../../local/dynamodb/trimStream.ts';
import { readCheckpoints } from '../../local/eventSource/checkpoints.ts';
import { createDynamoDBClient } from '../../orchestrator/aws/client.ts';
import { jsonOf, millrace } from '../cli/testCommandLine.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { trip } from '../support/trip.ts';
import { expectReplayOnce } from './expectReplayOnce.ts';
import { dossier } from './machines/dossier.ts';
import { tally } from './machines/tally.ts';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

const from = { M: { from: { N: '1' } } };
const cities = { M: { cities: { L: ['Gent', 'Delft'].map((S) => ({ S })) } } };
const ids = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);
const underWay = ids('under-way', 12);
const trips = ids('trip', 3);
const dossiers = ids('dossier', 4);
const late = ids('late', 12);

let directory: TemporaryDirectory;
let cloud: TestCloud | undefined;
let dataFile: string;

/** Drops what the stream still has, as AWS does after a day, read or not. */
async function dropRecords(): Promise<number> {
  const { streamArn, shards } = readCheckpoints(`${dataFile}.stream.json`);
  const all = Object.fromEntries(Object.keys(shards).map((shard) => [shard, '9'.repeat(18)]));
  const checkpointFile = join(directory.path, 'everything.json');
  await writeFile(checkpointFile, JSON.stringify({ streamArn, shards: all }));
  const now = Date.now() + 25 * 60 * 60 * 1000;
  return trimStream({ dataFile, checkpointFile, now, worthwhileBytes: 0 });
}

beforeAll(async () => {
  directory = await temporaryDirectory();
  dataFile = join(directory.path, 'table.db');
  cloud = await startTestCloud({ dataFile });
  for (const id of dossiers) await cloud.put(startItem(id, 'dossier', { M: { pages: { S: 'one' } } }));
  for (const id of dossiers) await cloud.until(id, ({ state }) => state === 'open');
  for (const id of trips) await cloud.put(startItem(id, 'trip', cities));
  for (const id of underWay) await cloud.put(startItem(id, 'tally', from));
  await cloud.until(underWay[0] ?? '', ({ version }) => Number(version) > 0);
  await cloud.stop();
});
afterAll(async () => {
  await cloud?.stop();
  await directory.remove();
});

describe('after an outage of more than a day', () => {
  it('the stream brings nothing of what was written meanwhile', async () => {
    const engine = await startEngine({ dataFile });
    const dynamodb = createDynamoDBClient({
      endpoint: engine.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const put = (Item: Parameters<TestCloud['put']>[0]) =>
      dynamodb.send(new PutItemCommand({ TableName: 'millrace', Item: { ...Item } }));
    for (const id of late) await put(startItem(id, 'tally', from));
    for (const id of dossiers) {
      const event = { type: { S: 'APPEND' }, event: { M: { pages: { S: ', two' } } } };
      await put({ executionId: { S: id }, item: { S: 'event#append' }, ...event });
    }
    // The engine keeps its last record.
    await put({ executionId: { S: 'nobody' }, item: { S: 'note' } });
    dynamodb.destroy();
    await engine.stop();
    expect(await dropRecords()).toBeGreaterThan(late.length);

    cloud = await startTestCloud({ dataFile });
    await cloud.cloud.settled();
    for (const id of late) expect(await cloud.execution(id), id).toBeUndefined();
    for (const id of dossiers) expect(await cloud.execution(id), id).toMatchObject({ state: 'open' });
  }, 60_000);

  it('the doctor brings everything back, and finds nothing more when it comes again', async () => {
    if (!cloud) throw new Error('There is no cloud.');
    const { environment } = cloudOf(cloud.cloud);
    const doctor = async () =>
      millrace(['doctor', '--grace', '2s', '--json'], { directory: directory.path, environment });
    const first = await doctor();
    expect(jsonOf(first)).toMatchObject({
      remains: 0,
      kinds: { notStarted: { fixed: expect.any(Number) }, unapplied: { fixed: expect.any(Number) } },
    });
    expect(first.exitCode).toBe(0);
    for (const id of [...underWay, ...late]) {
      const ended = await cloud.until(id, hasStatus('SUCCEEDED', 'FAILED'), 40_000);
      expect(ended, id).toMatchObject({ status: 'SUCCEEDED', output: { sum: 4, applied: 3 } });
      await expectReplayOnce(cloud, [tally], id);
    }
    for (const id of dossiers) {
      expect(await cloud.until(id, hasStatus('SUCCEEDED')), id).toMatchObject({
        output: { pages: 'one (annotated), two' },
      });
      await expectReplayOnce(cloud, [dossier], id);
    }
    for (const id of trips) {
      expect(await cloud.until(id, hasStatus('SUCCEEDED'), 60_000), id).toMatchObject({
        output: { cost: 90 },
      });
      await expectReplayOnce(cloud, [trip], id);
    }
    expect(jsonOf(await doctor())).toMatchObject({ found: 0, fixed: 0, remains: 0 });
  }, 150_000);
});
