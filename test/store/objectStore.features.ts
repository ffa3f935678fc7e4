import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linesOf } from '../../orchestrator/store/lines.ts';
import {
  InvalidObjectKeyError,
  ObjectNotFoundError,
  type ObjectStore,
  ObjectTooLargeError,
} from '../../orchestrator/store/objectStore.ts';
import { noise } from '../support/noise.ts';

export interface StoreUnderTest {
  readonly store: ObjectStore;
  close(): Promise<void>;
}

/** What Millrace needs of an object store, whatever keeps the objects. A store brings a factory for an empty one. */
export function describeObjectStore(name: string, factory: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let underTest: StoreUnderTest;
    let store: ObjectStore;
    beforeEach(async () => {
      underTest = await factory();
      store = underTest.store;
    });
    afterEach(() => underTest.close());

    const bytes = (text: string) => new TextEncoder().encode(text);
    const text = (read: Uint8Array) => new TextDecoder().decode(read);
    const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
      const all: T[] = [];
      for await (const item of items) all.push(item);
      return all;
    };

    it('gives back what was put under a key', async () => {
      const every = Uint8Array.from({ length: 256 }, (_, i) => i);
      await store.put('data/order-17/a', every);
      await store.put('data/order-17/b', bytes('other'));
      await store.put('data/order-17/empty', new Uint8Array());
      expect(Buffer.compare(await store.get('data/order-17/a'), every)).toBe(0);
      expect(text(await store.get('data/order-17/b'))).toBe('other');
      expect((await store.get('data/order-17/empty')).length).toBe(0);
    });

    it('gives back megabytes', async () => {
      const large = noise(3_000_000);
      await store.put('data/large', bytes(large));
      expect(text(await store.get('data/large'))).toBe(large);
    });

    it('lists the objects under a prefix, with the time at which each was written', async () => {
      const names = Array.from({ length: 7 }, (_, i) => `data/order-17/list-1/${i}`);
      for (const key of [...names, 'data/order-17/a', 'data/order-18/a', 'data/order-1']) {
        await store.put(key, bytes(key));
      }
      const listed = await collect(store.list('data/order-17/'));
      expect(listed.map(({ key }) => key).sort()).toEqual(['data/order-17/a', ...names]);
      for (const { writtenAt } of listed) expect(Math.abs(Date.now() - writtenAt)).toBeLessThan(60_000);
      expect(await collect(store.list('data/nobody/'))).toEqual([]);
    });

    it('makes an object as young as one that is written now, and changes nothing of it', async () => {
      const key = 'data/order 17~/ä+b';
      await store.put(key, bytes('content'));
      const writtenAt = async () => (await collect(store.list('data/order 17~/')))[0]?.writtenAt ?? 0;
      const before = await writtenAt();
      for (let after = before; after <= before; after = await writtenAt()) await store.renew(key);
      expect(text(await store.get(key))).toBe('content');
      await store.renew('data/order 17~/gone');
      await expect(store.get('data/order 17~/gone')).rejects.toThrow(ObjectNotFoundError);
    });

    it('takes the last of two objects under one key', async () => {
      await store.put('data/a', bytes('first, and longer'));
      await store.put('data/a', bytes('second'));
      expect(text(await store.get('data/a'))).toBe('second');
    });

    it('has an object whole, whichever process writes it at the same time', async () => {
      const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
      await Promise.all(contents.map((content) => store.put('data/a', bytes(content))));
      expect(contents).toContain(text(await store.get('data/a')));
    });

    it('says that there is no object under a key', async () => {
      await expect(store.get('data/missing')).rejects.toThrow(ObjectNotFoundError);
      await expect(collect(store.stream('data/missing'))).rejects.toThrow(ObjectNotFoundError);
      await store.put('data/folder/a', bytes('a'));
      await expect(store.get('data/folder')).rejects.toThrow(ObjectNotFoundError);
    });

    it('reads no more than it may', async () => {
      await store.put('data/a', bytes('x'.repeat(1000)));
      expect((await store.get('data/a', 1000)).length).toBe(1000);
      await expect(store.get('data/a', 999)).rejects.toThrow(ObjectTooLargeError);
    });

    it('deletes an object, and does not mind that there is none', async () => {
      await store.put('data/a', bytes('a'));
      await store.delete('data/a');
      await store.delete('data/a');
      await expect(store.get('data/a')).rejects.toThrow(ObjectNotFoundError);
    });

    it.each([
      '',
      '/data',
      'data/',
      'data//a',
      '../a',
      'data/../../a',
      'data/.',
      'data/..',
      'a\\b',
      'data/a\n',
      'data/\u0000',
      'data/\ud800',
      'a'.repeat(201),
      'ä'.repeat(101),
      'aaaaaaaaa/'.repeat(90).slice(0, -1),
    ])('refuses the key %j', async (key) => {
      await expect((async () => store.put(key, bytes('a')))()).rejects.toThrow(InvalidObjectKeyError);
      await expect((async () => store.get(key))()).rejects.toThrow(InvalidObjectKeyError);
      await expect(collect(store.stream(key))).rejects.toThrow(InvalidObjectKeyError);
      await expect((async () => store.delete(key))()).rejects.toThrow(InvalidObjectKeyError);
    });

    it.each([
      'in/ünï cödé #1.csv',
      ' ',
      'a+b & c?d=e/%20',
      '..a/...',
      '\'"<>|*:;$,@~',
      '😀',
      'ä'.repeat(100),
    ])('has the key %j as any other', async (key) => {
      await store.put(key, bytes('a'));
      expect(text(await store.get(key))).toBe('a');
      expect(Buffer.concat(await collect(store.stream(key))).toString()).toBe('a');
      await store.delete(key);
      await expect(store.get(key)).rejects.toThrow(ObjectNotFoundError);
    });

    it('streams an object from an offset on', async () => {
      await store.put('items.txt', bytes('0123456789'));
      const from = async (offset: number) =>
        Buffer.concat(await collect(store.stream('items.txt', offset))).toString();
      expect(await from(0)).toBe('0123456789');
      expect(await from(7)).toBe('789');
      expect(await from(10)).toBe('');
      expect(await from(11)).toBe('');
    });

    it('streams lines, and goes on from any of them', async () => {
      const rows = Array.from({ length: 5000 }, (_, i) =>
        JSON.stringify({ i, text: `naïve ${'ü'.repeat(i % 90)}` }),
      );
      await store.put('items.ndjson', bytes(`${rows.join('\n')}\n`));
      const lines = await collect(linesOf(store, 'items.ndjson'));
      expect(lines.map((line) => line.text)).toEqual(rows);
      const resumed = await collect(linesOf(store, 'items.ndjson', { fromByte: lines[2999]?.nextByte ?? 0 }));
      expect(resumed.map((line) => line.text)).toEqual(rows.slice(3000));
      expect(
        await collect(linesOf(store, 'items.ndjson', { fromByte: lines.at(-1)?.nextByte ?? 0 })),
      ).toEqual([]);
    });

    it('has a last line without a line end, empty lines, and line ends of Windows', async () => {
      await store.put('a.csv', bytes('a,b\r\n\r\n1,2'));
      expect(await collect(linesOf(store, 'a.csv'))).toEqual([
        { text: 'a,b', nextByte: 5 },
        { text: '', nextByte: 7 },
        { text: '1,2', nextByte: 10 },
      ]);
    });

    it('refuses a line that is longer than may be', async () => {
      await store.put('a.ndjson', bytes(`short\n${'x'.repeat(2000)}\n`));
      const lines = linesOf(store, 'a.ndjson', { maximumLineBytes: 1000 });
      expect((await lines.next()).value?.text).toBe('short');
      await expect(lines.next()).rejects.toThrow(ObjectTooLargeError);
    });
  });
}
