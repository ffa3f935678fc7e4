import { parseArgs } from 'node:util';
import { isAslCase } from './aslCase.ts';
import { readLines } from './lines.ts';
import { runServiceCase } from './runServiceCase.ts';
import { attempted, printReasons } from './summary.ts';

/** `npm run asl:services -- FILE.jsonl[.gz] [--json] [--show ID]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, show: { type: 'string' } },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write('Give a file of cases with services.\n');
  process.exit(64);
}
// No call leaves: the clients are made with credentials that no service takes.
process.env.AWS_REGION ??= 'us-east-1';

const cases = (await readLines(file)).filter(isAslCase);
const shown = values.show === undefined ? cases : cases.filter(({ id }) => id.includes(values.show ?? ''));
const failed: string[] = [];
for (const each of shown) {
  const result = await attempted(() => runServiceCase(each));
  if (!result.passed) failed.push(each.id);
  if (!values.json) printReasons(each, result, values.show !== undefined);
}
process.stdout.write(
  `${JSON.stringify({ total: shown.length, passed: shown.length - failed.length, failed })}\n`,
);
