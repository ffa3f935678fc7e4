import type { Json } from '../../orchestrator/core/data/json.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { type ItemReading, readMapItems } from '../../workers/mapFiles/readMapItems.ts';
import type { AslCase } from './aslCase.ts';

const statement = (verdict: string, date: string, source: string) => ({
  verdict,
  statement_date: date,
  statement_source: source,
});
const statements = [
  statement('true', '6/11/2008', 'speech'),
  statement('false', '6/7/2022', 'television'),
  statement('mostly-true', '5/18/2016', 'news'),
];
const rows = ['Value4,Value5,Value6', ',,,', "true,1,'HelloWorld'", 'Null,None,', '   ', ''];

/** The files that the cases' readers read, by a part of the cases' ids. The first one that fits counts. */
const files: readonly (readonly [part: string, text: string])[] = [
  ['csv_max_items', 'Col1,Col2\nValue1,Value2\nValue3,Value4\nValue5,Value6\nValue7,Value8\n'],
  ['csv_headers_first_row_typed', ['0,True,{}', ...rows].join('\n')],
  ['csv_first_row_extra', ['H1,', ...rows].join('\n')],
  ['csv_', ['Value1,Value2,Value3', ...rows].join('\n')],
  ['with_items_path', JSON.stringify([['from-bucket-item-0']])],
  ['no_json_list', JSON.stringify({ Hello: 'world' })],
  ['base_json_max_items#', JSON.stringify([statements[0], statements[0], statements[0]])],
  [
    'reference_in_map_state_max_items_path',
    JSON.stringify([...statements, statement('false', '5/18/2024', 'x')]),
  ],
  ['', JSON.stringify(statements)],
];

/** Reads the files of a case, which are not in it. */
export function filesOfCase({ id }: AslCase): (path: string, input: Json) => Promise<Json> {
  const text = files.find(([part]) => id.includes(part))?.[1] ?? '';
  return async (path, input) => {
    if (!isReading(input)) throw new Error(`The case ${id} writes no files, and '${path}' does.`);
    const store = new MemoryStore();
    await store.put(`${input.bucket}/${input.key ?? ''}`, Buffer.from(text));
    return readMapItems(input, store);
  };
}

function isReading(value: unknown): value is ItemReading {
  return typeof value === 'object' && value !== null && 'action' in value && 'bucket' in value;
}
