import { parseArgs } from 'node:util';
import { type AslCase, isAslCase } from './aslCase.ts';
import { readLines } from './lines.ts';
import { type CaseResult, runCase } from './runCase.ts';
import { attempted, printReasons, Summary } from './summary.ts';

/** `npm run asl:cases -- FILE.jsonl[.gz] [--json] [--show ID] [--deliveries duplicated|reordered] [--replay]`
 *  and `[--through-api | --through-boto3]`: as state machines of a local cloud, created by the API of Step Functions */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    show: { type: 'string' },
    deliveries: { type: 'string', default: 'once' },
    replay: { type: 'boolean', default: false },
    'through-api': { type: 'boolean', default: false },
    'through-boto3': { type: 'boolean', default: false },
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
const add = (each: AslCase, result: CaseResult) => {
  summary.add(each, result);
  if (!values.json) printReasons(each, result, values.show !== undefined);
};
if (values['through-api'] || values['through-boto3']) {
  const { runCasesThroughApi } = await import('./api/runCasesThroughApi.ts');
  await runCasesThroughApi(shown, values['through-boto3'] ? 'boto3' : 'client-sfn', add);
} else {
  for (const each of shown) {
    add(each, await attempted(() => runCase(each, { deliveries, replay: values.replay })));
  }
}
process.stdout.write(`${summary.line()}\n`);
