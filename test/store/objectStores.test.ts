import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfiguration } from '../../orchestrator/configuration/configuration.ts';
import { FolderStore } from '../../orchestrator/store/folderStore.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { StoreUnavailableError } from '../../orchestrator/store/objectStore.ts';
import { openStore } from '../../orchestrator/store/openStore.ts';
import { S3Store } from '../../orchestrator/store/s3Store.ts';
import { type FakeS3, startFakeS3 } from '../support/fakeS3.ts';
import { describeObjectStore } from './objectStore.features.ts';

describeObjectStore('A store in memory', async () => ({ store: new MemoryStore(), close: async () => {} }));

async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'millrace-store-'));
}

describeObjectStore('A folder', async () => {
  const folder = await temporaryFolder();
  return {
    store: new FolderStore(pathToFileURL(join(folder, 'not there yet')).href),
    close: () => rm(folder, { recursive: true }),
  };
});

describe('A folder', () => {
  it('leaves no file of a put behind but the object', async () => {
    const folder = await temporaryFolder();
    onTestFinished(() => rm(folder, { recursive: true }));
    await new FolderStore(pathToFileURL(folder).href).put('a', new Uint8Array(10));
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('that cannot be made is a store that is not available', async () => {
    const folder = await temporaryFolder();
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'file'), '');
    const store = new FolderStore(pathToFileURL(join(folder, 'file')).href);
    await expect(store.put('a/b', new Uint8Array())).rejects.toThrow(StoreUnavailableError);
  });
});

describe('S3', () => {
  let s3: FakeS3;
  beforeAll(async () => {
    s3 = await startFakeS3('large-data');
  });
  afterAll(() => s3.stop());

  const storeAt = (url: string) => {
    const store = new S3Store({ url, client: s3.client });
    onTestFinished(() => store.close());
    return store;
  };

  describeObjectStore('A bucket, through the AWS SDK', async () => {
    s3.objects.clear();
    const store = new S3Store({ url: 's3://large-data/millrace', client: s3.client });
    return { store, close: () => store.close() };
  });

  it('has objects under the prefix of the URL, and without one at the top of the bucket', async () => {
    s3.objects.clear();
    await storeAt('s3://large-data/teams/orders/').put('data/a', new Uint8Array(1));
    await storeAt('s3://large-data').put('data/b', new Uint8Array(1));
    expect([...s3.objects.keys()]).toEqual(['large-data/teams/orders/data/a', 'large-data/data/b']);
  });

  it('is asked again when it is busy', async () => {
    const store = storeAt('s3://large-data');
    s3.fail({ status: 503, code: 'SlowDown', times: 1 });
    await store.put('data/a', new Uint8Array(1));
    expect(await store.get('data/a')).toHaveLength(1);
  });

  it.each([
    { status: 503, code: 'SlowDown' },
    { status: 500, code: 'InternalError' },
    { status: 403, code: 'AccessDenied' },
  ])('that answers $code is not available, and says so', async ({ status, code }) => {
    const store = storeAt('s3://large-data');
    const calls = [
      () => store.put('data/a', new Uint8Array(1)),
      () => store.get('data/a'),
      () => store.delete('data/a'),
    ];
    for (const call of calls) {
      s3.fail({ status, code, times: 2 });
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(String(error)).toContain(code);
    }
    s3.fail({ status: 200, code: '', times: 0 });
  });

  it('without the bucket, or without anybody who answers, is not available', async () => {
    await expect(storeAt('s3://other-bucket').get('data/a')).rejects.toThrow(/NoSuchBucket/);
    const nowhere = new S3Store({
      url: 's3://large-data',
      client: { ...s3.client, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 },
    });
    await expect(nowhere.get('data/a')).rejects.toThrow(StoreUnavailableError);
    await nowhere.close();
  });
});

describe('The URL of a store', () => {
  it('opens a folder or a bucket', () => {
    expect(openStore('file:///var/millrace')).toBeInstanceOf(FolderStore);
    expect(openStore('s3://bucket/prefix')).toBeInstanceOf(S3Store);
  });

  it.each(['bucket/prefix', 's3://', 'https://bucket.s3.amazonaws.com', 'file://host/folder'])(
    'is refused where it is %j',
    (url) => {
      expect(() => readConfiguration({ MILLRACE_STORE: url })).toThrow(/s3:\/\/bucket\/prefix/);
    },
  );
});
