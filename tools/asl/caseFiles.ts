/** The files in S3 that recorded cases read, which the recordings do not have: by what is in a case's id. */

const statements = [
  { verdict: 'true', statement_date: '6/11/2008', statement_source: 'speech' },
  { verdict: 'false', statement_date: '6/7/2022', statement_source: 'television' },
  { verdict: 'mostly-true', statement_date: '5/18/2016', statement_source: 'news' },
];

const pairs = 'Col1,Col2\nValue1,Value2\nValue3,Value4\nValue5,Value6\nValue7,Value8\n';

const rows = (first: string) => `${first}\nValue4,Value5,Value6\n,,,\ntrue,1,'HelloWorld'\nNull,None,\n   \n`;

/** The first pattern that is in an id decides. */
const files: readonly (readonly [pattern: RegExp, content: string])[] = [
  [/csv_max_items/, pairs],
  [/csv_headers_decl/, rows('Value1,Value2,Value3')],
  [/first_row_typed/, rows('0,True,{}')],
  [/first_row_extra/, rows('H1,')],
  [/csv/, rows('Value1,Value2,Value3')],
  [/with_items_path/, '[["from-bucket-item-0"]]'],
  [/no_json_list/, '{"Hello":"world"}'],
  [/base_json_max_items#/, JSON.stringify(Array(3).fill(statements[0]))],
  [
    /assign\//,
    JSON.stringify([...statements, { verdict: 'false', statement_date: '5/18/2024', statement_source: 'x' }]),
  ],
];

/** The content of whichever file a case reads. */
export function fileOfCase(id: string): string {
  return files.find(([pattern]) => pattern.test(id))?.[1] ?? JSON.stringify(statements);
}
