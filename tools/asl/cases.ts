import { parseArgs } from 'node:util';
import { type AslCase, isAslCase } from './aslCase.ts';
import { readLines } from './lines.ts';
import { type CaseResult, type RunOptions, runCase } from './runCase.ts';

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
const counts = { total: 0, passed: 0, taskInputsEqual: 0 };
const byKind: Record<string, Count> = {};
const byQueryLanguage: Record<string, Count> = {};
const failed: string[] = [];
for (const each of shown) {
  const result = await attempted(each, { deliveries, replay: values.replay });
  count(each, result);
  if (!values.json && result.reasons.length > 0) {
    process.stdout.write(`${result.passed ? 'input' : 'FAILED'} ${each.id}\n`);
    for (const reason of result.reasons)
      process.stdout.write(`  ${reason.slice(0, values.show ? 10_000 : 600)}\n`);
  }
}
process.stdout.write(`${JSON.stringify({ ...counts, byKind, byQueryLanguage, failed })}\n`);

interface Count {
  total: number;
  passed: number;
}

/** A case that breaks the tool, or the core, is one that has failed. */
async function attempted(each: AslCase, options: RunOptions): Promise<CaseResult> {
  try {
    return await runCase(each, options);
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { passed: false, taskInputsEqual: false, reasons: [text] };
  }
}

function count({ id, kind, queryLanguage }: AslCase, { passed, taskInputsEqual }: CaseResult): void {
  counts.total++;
  if (passed) counts.passed++;
  else failed.push(id);
  if (passed && taskInputsEqual) counts.taskInputsEqual++;
  for (const [table, key] of [
    [byKind, kind],
    [byQueryLanguage, queryLanguage],
  ] as const) {
    table[key] ??= { total: 0, passed: 0 };
    table[key].total++;
    if (passed) table[key].passed++;
  }
}
