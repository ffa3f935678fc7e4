import { describe, expect, it } from 'vitest';
import type { Current } from './tableUnderTest.ts';

/** Records by kind and name, each written on condition of the version before. */
export function registryFeatures(current: Current): void {
  describe('the registry', () => {
    it('has a record as it was written, small or large', async () => {
      const { registry } = current().table;
      const small = { kind: 'machine', name: 'a.b', version: 1, content: { at: 5, tags: {} } } as const;
      const large = {
        kind: 'definition',
        name: 'a',
        version: 1,
        content: { text: 'x'.repeat(300_000) },
      } as const;
      expect([await registry.write(small), await registry.write(large)]).toEqual([true, true]);
      expect(await registry.read(small)).toEqual(small);
      expect(await registry.read(large)).toEqual(large);
      expect(await registry.read({ kind: 'alias', name: 'a.b' })).toBeUndefined();
    });

    it('takes the next version of a record, and no other', async () => {
      const { registry } = current().table;
      const record = (version: number) =>
        ({ kind: 'alias', name: 'a', version, content: { version } }) as const;
      expect(await registry.write(record(1))).toBe(true);
      expect(await registry.write({ ...record(1), content: { other: true } })).toBe(false);
      expect(await registry.write(record(3))).toBe(false);
      expect(await registry.write(record(2))).toBe(true);
      expect(await registry.read(record(0))).toEqual(record(2));
    });

    it('goes on with the numbers of a record that was removed', async () => {
      const { registry } = current().table;
      const key = { kind: 'version', name: 'a' } as const;
      await registry.write({ ...key, version: 1, content: {} });
      await registry.write({ ...key, version: 2 });
      expect(await registry.read(key)).toEqual({ ...key, version: 2 });
      expect((await registry.list({ kind: 'version', limit: 10 })).items).toEqual([]);
      expect(await registry.write({ ...key, version: 1, content: {} })).toBe(false);
      expect(await registry.write({ ...key, version: 3, content: {} })).toBe(true);
    });

    it('has no record where another program has written what cannot be read', async () => {
      const { table, put } = current();
      const odd = { executionId: { S: '#registry' }, version: { N: '1' } };
      await put({ ...odd, item: { S: 'definition#a' }, content: { B: Buffer.from('no gzip') } });
      await put({ ...odd, item: { S: 'definition#b' }, content: { S: 'text' } });
      for (const name of ['a', 'b']) {
        expect(await table.registry.read({ kind: 'definition', name })).not.toHaveProperty('content');
      }
      expect((await table.registry.list({ kind: 'definition', limit: 10 })).items).toEqual([]);
    });

    it('lists records of a kind by name, page by page, in both directions', async () => {
      const { registry } = current().table;
      const names = ['a#1', 'a#2', 'a#3', 'ab#1', 'b'];
      for (const name of [...names].reverse())
        await registry.write({ kind: 'version', name, version: 1, content: {} });
      await registry.write({ kind: 'alias', name: 'a#0', version: 1, content: {} });
      const listed = async (request: { prefix?: string; isDescending?: boolean }) => {
        const found: string[] = [];
        let after: string | undefined;
        do {
          const page = await registry.list({
            kind: 'version',
            limit: 2,
            ...request,
            ...(after !== undefined && { after }),
          });
          found.push(...page.items.map(({ name }) => name));
          after = page.cursor;
        } while (after !== undefined);
        return found;
      };
      expect(await listed({})).toEqual(names);
      expect(await listed({ prefix: 'a#' })).toEqual(['a#1', 'a#2', 'a#3']);
      expect(await listed({ prefix: 'a#', isDescending: true })).toEqual(['a#3', 'a#2', 'a#1']);
    });
  });
}
