import { parseArgs } from 'node:util';
import { StateMachine } from 'xstate';
import { convertDefinition, errorsIn, loadDefinition } from '../../asl/index.ts';
import { type AslCase, isAslCase } from './aslCase.ts';
import { type CompiledModule, compileModules } from './compileModules.ts';
import { readLines } from './lines.ts';
import { account, type CaseResult, runCase } from './runCase.ts';
import { attempted, printReasons, Summary } from './summary.ts';

/** `npm run asl:convert-cases -- FILE.jsonl[.gz] [--json] [--show ID]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    show: { type: 'string' },
  },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write('Give a file of cases.\n');
  process.exit(64);
}
const cases = (await readLines(file)).filter(isAslCase);
const shown = values.show === undefined ? cases : cases.filter(({ id }) => id.includes(values.show ?? ''));

const sources = new Map<string, string>();
const refused = new Map<AslCase, string>();
for (const [index, each] of shown.entries()) {
  try {
    sources.set(`case${index}`, sourceOf(each));
  } catch (error) {
    refused.set(each, `it cannot be converted: ${error instanceof Error ? error.message : String(error)}`);
  }
}
await using compiled = await compileModules(sources);
const summary = new Summary();
for (const [index, each] of shown.entries()) {
  const compiledModule = compiled.modules.get(`case${index}`);
  const result = await attempted(() => ran(each, compiledModule));
  summary.add(each, result);
  if (values.json) continue;
  if (values.show !== undefined) process.stdout.write(`${sources.get(`case${index}`) ?? ''}\n`);
  printReasons(each, result, values.show !== undefined);
}
process.stdout.write(`${summary.line()}\n`);

/** @throws where the definition is not valid */
function sourceOf({ definition, type = 'STANDARD' }: AslCase): string {
  const [problem] = errorsIn(loadDefinition(JSON.stringify(definition), 'json', { type }));
  if (problem !== undefined) throw new Error(`${problem.pointer}: ${problem.message}`);
  return convertDefinition(definition, { id: 'case', account, type, tasks: 'mocked' });
}

async function ran(each: AslCase, compiledModule: CompiledModule | undefined): Promise<CaseResult> {
  const failed = (reasons: readonly string[]) => ({ passed: false, taskInputsEqual: false, reasons });
  if (compiledModule === undefined) return failed([refused.get(each) ?? 'it is not among the modules']);
  if (compiledModule.errors.length > 0) return failed(compiledModule.errors);
  const machine = Object.values(await compiledModule.load()).find((each) => each instanceof StateMachine);
  if (machine === undefined) return failed(['it exports no machine']);
  return runCase(
    each,
    { deliveries: 'once', replay: false },
    { machine: () => machine, workerOf: ({ task }) => task.name },
  );
}
