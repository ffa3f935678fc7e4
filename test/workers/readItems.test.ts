import { describe, expect, it } from 'vitest';
import type { ListFormat } from '../../orchestrator/core/policy/listFiles.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { StoreUnavailableError } from '../../orchestrator/store/objectStore.ts';
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
    ['ndjson', '\uFEFF{"a":1}\n{"a":2}\n'],
    ['json', '\uFEFF[{"a":1},{"a":2}]'],
    ['csv', '\uFEFF"a"\n1\n2\n'],
  ] as const)('may begin with a byte order mark, in %s', async (format, text) => {
    const items = await itemsOf(text, format);
    expect(items.map((item) => Number((item as { a: unknown }).a))).toEqual([1, 2]);
  });

  it('have a carriage return where it is within quotes', async () => {
    expect(await itemsOf('a,b\n"1\r2","3""\r4"\r\n', 'csv')).toEqual([{ a: '1\r2', b: '3"\r4' }]);
  });

  it.each([
    ['ndjson', '{"a":1}\n{"a":', /^file:2 is no JSON/],
    ['ndjson', '1\n{"a":{"b":[1e400]}}', /^file:2\.a\.b\[0\] is 1e400/],
    ['json', '[1,-1e999]', /^file\[1\] is -1e999/],
    ['ndjson', '{"a":1}\r{"a":2}\r', /^file:1 is no JSON/],
    ['csv', 'a,b\r1,2\r', /^file:1 has a line end of '\\r' alone/],
    ['csv', 'a,b\n"1",2\r"3",4\r', /^file:2 has a line end of '\\r' alone/],
    ['csv', 'a,b,a\n1,2,3\n', /^file:1 names the column 'a' twice/],
    ['csv', 'a,,\n1,2,3\n', /^file:1 names the column '' twice/],
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

describe('a file that cannot be read at all', () => {
  it.each([
    ['the file does not exist', 'missing', /Object 'missing' was not found/],
    ['its key is none', '../passwd', /is not a valid object key/],
    ['a line is too long', 'long', /A line of the object 'long'/],
  ])('is said to be so where %s', async (_, key, message) => {
    const store = new MemoryStore();
    await store.put('long', Buffer.alloc(1024 * 1024 + 1, 'x'));
    await expect(readItems(store, key, 'ndjson').next()).rejects.toMatchObject({
      name: 'States.ItemReaderFailed',
      retryable: false,
      message: expect.stringMatching(message),
    });
  });

  it('is tried again where it is the store that does not answer', async () => {
    const store = new MemoryStore();
    store.stream = () => {
      throw new StoreUnavailableError('memory:', 'it is away');
    };
    await expect(readItems(store, 'file', 'csv').next()).rejects.toThrow(StoreUnavailableError);
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
