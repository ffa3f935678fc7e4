import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import { noise } from '../support/noise.ts';
import { dossier } from './machines/dossier.ts';
import { startTestCloud, type TestCloud } from './testCloud.ts';

const pages = noise(2_000_000, 1);
const more = noise(2_000_000, 2);

describe('2 MB of input, output, event and state on the local cloud', () => {
  let test: TestCloud;
  let client: MillraceClient;
  let store: string;
  beforeAll(async () => {
    test = await startTestCloud();
    const { dynamodb, tableName, environment } = test.cloud;
    store = environment.MILLRACE_STORE ?? '';
    client = createClient({ dynamodb, tableName, store });
  });
  afterAll(() => test?.stop());

  it('go through workers and machine as any other data, and the items that name them are small', async () => {
    await client.start(dossier, { executionId: 'd', input: { pages } });
    await test.until('d', ({ state }) => state === 'open');
    await client.send<typeof dossier>('d', { type: 'APPEND', pages: more }, { eventId: 'more' });
    const { status, output, context } = await client.wait('d', { machine: dossier, timeoutMs: 30_000 });
    const expected = `${pages} (annotated)${more}`;
    expect(status).toBe('SUCCEEDED');
    expect(output?.pages === expected).toBe(true);
    expect(context?.pages === expected).toBe(true);
    const items = await test.partition('d');
    expect(items.map(({ item }) => item).sort()).toEqual(['event#more', 'execution', 'start', 'task#0#1']);
    for (const item of items) expect(attributesSize(marshall(item))).toBeLessThan(1000);
  });

  it('are in the history of the execution', async () => {
    const { items: history } = await client.history('d');
    expect(history.map(({ reference, verdict }) => `${reference} ${verdict.type}`)).toEqual([
      'start applied',
      'task#0#1 applied',
      'event#more applied',
    ]);
    expect(JSON.stringify(history[0]?.input) === JSON.stringify({ pages })).toBe(true);
    expect(history[2]?.event?.pages === more).toBe(true);
  });

  it('leave nothing of the states in between', async () => {
    expect(await readdir(new URL(`${store}/data/d`))).toHaveLength(5);
    expect(await readdir(fileURLToPath(`${store}/state/d`))).toEqual([]);
  });

  it('are refused by a client that does not know the store, with what to set', async () => {
    const { dynamodb, tableName } = test.cloud;
    const poor = createClient({ dynamodb, tableName });
    await expect(poor.describe('d')).rejects.toThrow(/set MILLRACE_STORE/);
    await expect(poor.start('dossier', { input: { pages } })).rejects.toThrow(/MILLRACE_STORE/);
    await expect(client.start('dossier', { input: { pages: 'x'.repeat(7_000_000) } })).rejects.toThrow(
      /6291456/,
    );
  });
});
