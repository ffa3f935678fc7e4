import { describe, expect, it } from 'vitest';
import type { ListFormat } from '../../orchestrator/core/listFiles.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { parseCsvRow } from '../../workers/lists/csv.ts';
import { readItems } from '../../workers/lists/readItems.ts';

async function itemsOf(text: string, format: ListFormat) {
  const store = new MemoryStore();
  await store.put('file', Buffer.from(text));
  const items: unknown[] = [];
  for await (const item of readItems(store, 'file', format)) items.push(item);
  return items;
}

describe('the items of a file', () => {
  it('are the lines of NDJSON, empty ones left out', async () => {
    expect(await itemsOf('{"a":1}\r\n\n[2]\n"three"', 'ndjson')).toEqual([{ a: 1 }, [2], 'three']);
  });

  it('are the entries of a JSON array', async () => {
    expect(await itemsOf('[1, {"b": 2}]', 'json')).toEqual([1, { b: 2 }]);
  });

  it('are the rows of a CSV file, by the names in its first', async () => {
    const text = '\uFEFFname,note\r\nAda,"says ""hi"", twice"\r\n\r\nBob,"two\nlines"\n,\n';
    expect(await itemsOf(text, 'csv')).toEqual([
      { name: 'Ada', note: 'says "hi", twice' },
      { name: 'Bob', note: 'two\nlines' },
      { name: '', note: '' },
    ]);
  });

  it.each([
    ['ndjson', '{"a":1}\n{"a":', /^file:2 is no JSON/],
    ['json', '{"a":1}', /holds no JSON array/],
    ['csv', 'a,b\n1,2,3\n', /^file:2 has 3 fields, and the first row has 2/],
    ['csv', 'a,b\n1,"2\n', /ends within a quoted field/],
  ] as const)('are refused where a file is not the %s that it says: %j', async (format, text, message) => {
    await expect(itemsOf(text, format)).rejects.toMatchObject({
      name: 'States.ItemReaderFailed',
      retryable: false,
      message: expect.stringMatching(message),
    });
  });
});

describe('a row of CSV', () => {
  it.each([
    ['', ['']],
    [',', ['', '']],
    ['a,"b,c",d', ['a', 'b,c', 'd']],
    ['""', ['']],
    ['"a"b,c', ['ab', 'c']],
    ['"open', undefined],
  ])('%j is %j', (text, fields) => {
    expect(parseCsvRow(text)).toEqual(fields);
  });
});
