import { gzipSync } from 'node:zlib';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { StoredJson } from '../../orchestrator/store/storedJson.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';

type Fields = { readonly [key: string]: Json };

const getObject = 'arn:aws:states:::s3:getObject';

function mapOver(ItemReader: Json | undefined, more: Fields = {}, states: Fields = {}): Fields {
  return {
    StartAt: 'Map',
    States: {
      Map: {
        Type: 'Map',
        ...(ItemReader !== undefined && { ItemReader }),
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Item',
          States: { Item: { Type: 'Pass', End: true }, ...states },
        },
        End: true,
        ...more,
      },
    },
  };
}

async function run(
  definition: Fields,
  files: Readonly<Record<string, string | Uint8Array>>,
  input: Fields = {},
) {
  const store = new MemoryStore(() => Date.parse('2026-01-01T00:00:00Z'));
  for (const [key, content] of Object.entries(files)) await store.put(`files/${key}`, Buffer.from(content));
  const machine = machineOf(definition, { id: 'm' });
  const cloud = new SimulatedCloud([machine], {}, { seed: 1 }, new StoredJson(store), store);
  await cloud.start('m', 'e', { M: marshall({ Bucket: 'files', ...input }) });
  await cloud.settle();
  const { status, output, error } = (await cloud.table.executions.read('e')) ?? {};
  const fileAt = (key: string): Json =>
    JSON.parse(Buffer.from(store.objects.get(`files/${key}`) ?? []).toString());
  const written = [...store.objects.keys()].filter(
    (key) => key.startsWith('files/') && !(key.slice(6) in files),
  );
  const textAt = (key: string) => Buffer.from(store.objects.get(key) ?? []).toString();
  return { status, output, error: error && [error.name, error.message], fileAt, textAt, written };
}

const csv = (config: Fields = {}): Json => ({
  Resource: getObject,
  Parameters: { 'Bucket.$': '$.Bucket', Key: 'file.csv' },
  ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', ...config },
});
const json = (config: Fields = {}): Json => ({
  Resource: getObject,
  Parameters: { Bucket: 'files', Key: 'file.json' },
  ReaderConfig: { InputType: 'JSON', ...config },
});

const rows = "Value1,Value2,Value3\nValue4,Value5,Value6\n,,,\ntrue,1,'HelloWorld'\nNull,None,\n   \n";
const numbers = 'n\n1\n2\n3\n4\n';

describe('ItemReader of a CSV file', () => {
  it('takes the headers of the first row', async () => {
    const { output } = await run(mapOver(csv()), {
      'file.csv': rows.replace('Value1,Value2,Value3', '0,True,{}'),
    });
    expect(output).toEqual([
      { 0: 'Value4', True: 'Value5', '{}': 'Value6' },
      { 0: '', True: '', '{}': '' },
      { 0: 'true', True: '1', '{}': "'HelloWorld'" },
      { 0: 'Null', True: 'None', '{}': '' },
      { 0: '   ', True: '', '{}': '' },
    ]);
  });

  it('takes headers that are given: missing fields are empty, further ones are left out', async () => {
    const given = (headers: readonly string[]) => csv({ CSVHeaderLocation: 'GIVEN', CSVHeaders: headers });
    const { output } = await run(mapOver(given(['H1', 'H2', 'H3', 'H4'])), { 'file.csv': 'a,b\n' });
    expect(output).toEqual([{ H1: 'a', H2: 'b', H3: '', H4: '' }]);
    expect((await run(mapOver(given(['H1'])), { 'file.csv': rows })).output).toHaveLength(6);
    expect((await run(mapOver(given(['H1', 'H1'])), { 'file.csv': rows })).error).toEqual([
      'States.ItemReaderFailed',
      'CSV headers cannot contain duplicates.',
    ]);
  });

  it.each([
    ['PIPE', '|'],
    ['SEMICOLON', ';'],
    ['SPACE', ' '],
    ['TAB', '\t'],
  ])('divides fields by %s, but not within quotes', async (CSVDelimiter, delimiter) => {
    const text = `a${delimiter}b\r\n"x${delimiter}""y""\nz"${delimiter}2`;
    const { output } = await run(mapOver(csv({ CSVDelimiter })), { 'file.csv': text });
    expect(output).toEqual([{ a: `x${delimiter}"y"\nz`, b: '2' }]);
  });

  it.each([
    [{ MaxItems: 2 }, 2],
    [{ MaxItems: 0 }, 4],
    [{ MaxItems: 100_000_001 }, 4],
    [{ MaxItemsPath: '$.most' }, 3],
  ])('takes as many items as %j says', async (config, count) => {
    const { output } = await run(mapOver(csv(config)), { 'file.csv': numbers }, { most: 3 });
    expect(output).toHaveLength(count);
  });

  it('refuses a negative number of items', async () => {
    const { error } = await run(
      mapOver(csv({ MaxItemsPath: '$.most' })),
      { 'file.csv': numbers },
      { most: -1 },
    );
    expect(error).toEqual(['States.ItemReaderFailed', 'field MaxItems must be positive']);
  });
});

describe('ItemReader', () => {
  it('reads JSON, whatever ItemsPath says, with ItemSelector and ItemBatcher', async () => {
    const files = { 'file.json': '[{"v":1},{"v":2},{"v":3}]' };
    expect((await run(mapOver(json(), { ItemsPath: '$.nothing' }), files)).output).toEqual([
      { v: 1 },
      { v: 2 },
      { v: 3 },
    ]);
    const selected = mapOver(json(), {
      ItemSelector: { 'v.$': '$$.Map.Item.Value.v', 'from.$': '$.Bucket' },
      ItemBatcher: { MaxItemsPerBatch: 2 },
    });
    expect((await run(selected, files)).output).toEqual([
      {
        Items: [
          { v: 1, from: 'files' },
          { v: 2, from: 'files' },
        ],
      },
      { Items: [{ v: 3, from: 'files' }] },
    ]);
  });

  it('finds the list that ItemsPointer leads to, and refuses what is not a list', async () => {
    const files = { 'file.json': '{"a":{"b/c":[1,2]}}' };
    expect((await run(mapOver(json({ ItemsPointer: '/a/b~1c' })), files)).output).toEqual([1, 2]);
    expect((await run(mapOver(json()), files)).error).toEqual([
      'States.ItemReaderFailed',
      'Attempting to map over non-iterable node.',
    ]);
  });

  it('reads lines of JSON, compressed or not', async () => {
    const reader = {
      Resource: getObject,
      Parameters: { Bucket: 'files', Key: 'file.jsonl' },
      ReaderConfig: { InputType: 'JSONL' },
    };
    const lines = '{"a":1}\n\n{"a":2}\n';
    for (const content of [lines, gzipSync(lines)])
      expect((await run(mapOver(reader), { 'file.jsonl': content })).output).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('reads the files of an inventory by its manifest', async () => {
    const manifest = {
      destinationBucket: 'arn:aws:s3:::files',
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key, Size',
      files: [{ key: 'part-1.csv.gz' }, { key: 'part-2.csv' }],
    };
    const { output } = await run(mapOver(json({ InputType: 'MANIFEST' })), {
      'file.json': JSON.stringify(manifest),
      'part-1.csv.gz': gzipSync('"b","k1","1"\n"b","k2","2"\n'),
      'part-2.csv': '"b","k3","3"\n',
    });
    expect(output).toEqual(['1', '2', '3'].map((n) => ({ Bucket: 'b', Key: `k${n}`, Size: n })));
  });

  it('lists objects, and reads them where it is to flatten them', async () => {
    const files = { 'in/b.json': '[3]', 'in/a.json': '[1,2]', 'other.json': '[9]' };
    const lists = (ReaderConfig: Json): Json => ({
      Resource: 'arn:aws:states:::s3:listObjectsV2',
      Parameters: { Bucket: 'files', Prefix: 'in/' },
      ReaderConfig,
    });
    expect((await run(mapOver(lists({})), files)).output).toEqual([
      { Etag: '', Key: 'in/a.json', LastModified: 1767225600, Size: 5, StorageClass: 'STANDARD' },
      { Etag: '', Key: 'in/b.json', LastModified: 1767225600, Size: 3, StorageClass: 'STANDARD' },
    ]);
    const flat = mapOver(lists({ Transformation: 'LOAD_AND_FLATTEN', InputType: 'JSON' }));
    expect((await run(flat, files)).output).toEqual([1, 2, 3]);
  });

  it('fails by its name where the file does not exist, and a catcher sees that', async () => {
    const Catch = [{ ErrorEquals: ['States.ItemReaderFailed'], ResultPath: '$.caught', Next: 'Over' }];
    const definition = mapOver(json(), { Catch });
    const { States } = definition;
    const { output } = await run(
      {
        ...definition,
        States: { ...(States as Fields), Over: { Type: 'Pass', OutputPath: '$.caught.Error', End: true } },
      },
      {},
    );
    expect(output).toBe('States.ItemReaderFailed');
  });

  it('has its fields as expressions of JSONata', async () => {
    const reader = {
      Resource: getObject,
      Arguments: { Bucket: '{% $states.input.Bucket %}', Key: 'file.csv' },
      ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', MaxItems: '{% 1 + 1 %}' },
    };
    const definition = { QueryLanguage: 'JSONata', ...mapOver(reader) };
    expect((await run(definition, { 'file.csv': numbers })).output).toEqual([{ n: '1' }, { n: '2' }]);
  });
});

describe('ResultWriter', () => {
  const writer = (config?: Json): Json => ({
    Resource: 'arn:aws:states:::s3:putObject',
    Parameters: { 'Bucket.$': '$.Bucket', Prefix: 'results' },
    ...(config !== undefined && { WriterConfig: config }),
  });
  const failingFor2 = {
    Item: {
      Type: 'Choice',
      Choices: [{ Variable: '$.n', StringEquals: '2', Next: 'Bad' }],
      Default: 'Good',
    },
    Bad: { Type: 'Fail', Error: 'Two', Cause: 'is bad' },
    Good: { Type: 'Pass', Result: 'good', End: true },
  };

  it('writes what succeeded and what failed, with a manifest that is the result', async () => {
    const definition = mapOver(
      csv(),
      { ResultWriter: writer(), ToleratedFailureCount: 1, Label: 'run' },
      failingFor2,
    );
    const { output, fileAt } = await run(definition, { 'file.csv': numbers });
    const arn = 'arn:aws:states:us-east-1:000000000000';
    const { MapRunArn, ResultWriterDetails } = output as {
      MapRunArn: string;
      ResultWriterDetails: { Key: string };
    };
    expect(MapRunArn).toMatch(/^arn:aws:states:us-east-1:000000000000:mapRun:m\/run:[0-9a-f-]{36}-65$/);
    const folder = ResultWriterDetails.Key.replace('/manifest.json', '');
    expect(ResultWriterDetails).toEqual({
      Bucket: 'files',
      Key: expect.stringMatching(/^results\/[0-9a-f-]{36}\/manifest\.json$/),
    });
    expect(fileAt(ResultWriterDetails.Key)).toEqual({
      DestinationBucket: 'files',
      MapRunArn,
      ResultFiles: {
        FAILED: [{ Key: `${folder}/FAILED_0.json`, Size: expect.any(Number) }],
        PENDING: [],
        SUCCEEDED: [{ Key: `${folder}/SUCCEEDED_0.json`, Size: expect.any(Number) }],
      },
    });
    expect(fileAt(`${folder}/FAILED_0.json`)).toEqual([
      expect.objectContaining({ Status: 'FAILED', Error: 'Two', Cause: 'is bad', Input: '{"n":"2"}' }),
    ]);
    const succeeded = fileAt(`${folder}/SUCCEEDED_0.json`);
    expect(succeeded).toHaveLength(3);
    expect(succeeded).toContainEqual(
      expect.objectContaining({
        ExecutionArn: expect.stringContaining(`${arn}:execution:m/run:`),
        Input: '{"n":"4"}',
        Output: '"good"',
        Status: 'SUCCEEDED',
      }),
    );
  });

  it.each([
    ['COMPACT', 'JSON', '[[1],[2]]'],
    ['FLATTEN', 'JSON', '[1,2]'],
    ['FLATTEN', 'JSONL', '1\n2'],
  ])('writes outputs alone: %s as %s', async (Transformation, OutputType, text) => {
    const definition = mapOver(undefined, {
      ItemsPath: '$.list',
      ResultWriter: writer({ Transformation, OutputType }),
    });
    const { written, textAt } = await run(definition, {}, { list: [[1], [2]] });
    const file = written.find((key) => key.includes('SUCCEEDED')) ?? '';
    expect(textAt(file)).toBe(text);
    expect(file).toMatch(OutputType === 'JSON' ? /SUCCEEDED_0\.json$/ : /SUCCEEDED_0\.jsonl$/);
  });

  it("without a resource, shapes the state's own result", async () => {
    const definition = mapOver(undefined, {
      ItemsPath: '$.list',
      ResultWriter: { WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSON' } },
    });
    expect((await run(definition, {}, { list: [[1], [2]] })).output).toEqual([1, 2]);
  });
});
