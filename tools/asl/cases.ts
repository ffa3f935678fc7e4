import { parseArgs } from 'node:util';
import { isAslCase } from './aslCase.ts';
import { readLines } from './lines.ts';
import { runCase } from './runCase.ts';
import { attempted, printReasons, Summary } from './summary.ts';

/** `npm run asl:cases -- FILE.jsonl[.gz] [--json] [--show ID] [--deliveries duplicated|reordered] [--replay]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    show: { type: 'string' },
    deliveries: { type: 'string', default: 'once' },
    replay: { type: 'boolean', default: false },
  },
});
const { deliveries } = values;
const [file] = positionals;
if (
  file === undefined ||
  (deliveries !== 'once' && deliveries !== 'duplicated' && deliveries !== 'reordered')
) {
  process.stderr.write('Give a file of cases, and --deliveries once, duplicated or reordered.\n');
  process.exit(64);
}

const cases = (await readLines(file)).filter(isAslCase);
const shown = values.show === undefined ? cases : cases.filter(({ id }) => id.includes(values.show ?? ''));
const summary = new Summary();
for (const each of shown) {
  const result = await attempted(() => runCase(each, { deliveries, replay: values.replay }));
  summary.add(each, result);
  if (!values.json) printReasons(each, result, values.show !== undefined);
}
process.stdout.write(`${summary.line()}\n`);
