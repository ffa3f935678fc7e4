import { basename } from 'node:path';
import type { DefinitionReport, Substitutions } from '../../asl/index.ts';
import type { JsonObject } from '../../orchestrator/core/data/json.ts';
import type { CommandContext } from '../context.ts';
import { InvalidInputError } from '../errors.ts';
import { exitCode } from '../exitCodes.ts';
import { readJsonArgument, readJsonObjectArgument } from '../input/jsonArgument.ts';
import { readUserText } from '../input/userFile.ts';
import { aslReportLines } from '../rendering/aslReport.ts';
import { aslRunLines, aslTestLines } from '../rendering/aslRun.ts';
import type { CommandLine, OutputOptions } from './command.ts';
import { parseCount, withJsonOption } from './command.ts';

interface CheckOptions extends OutputOptions {
  readonly express?: boolean;
  readonly items?: number;
}

interface ConvertCommandOptions {
  readonly id?: string;
  readonly substitutions: string;
}

interface RunOptions extends OutputOptions {
  readonly input: string;
  readonly mocks?: string;
}

export function addAslCommand(line: CommandLine): void {
  const command = line.program
    .command('asl')
    .description('Check, try and convert definitions of Step Functions (Amazon States Language).');
  addCheck(line, command);
  addRun(line, command);
  addTest(line, command);
  addConvert(line, command);
}

type Command = CommandLine['program'];

function addCheck(line: CommandLine, parent: Command): void {
  const command = parent
    .command('check')
    .description(
      'Report of each definition whether it runs here, what is wrong with it and where, what it calls, and what a million ' +
        'executions cost here and on Step Functions. Exit code 2 if one does not run.',
    )
    .argument('<files...>', 'definitions in JSON or YAML')
    .option('--express', 'check by the rules of Express workflows')
    .option('--items <count>', 'items that a Map state is taken to have, for the price', parseCount, 10);
  withJsonOption(command)
    .addHelpText(
      'after',
      `
The price is that of the path with the most states, each once, with tasks of 100 ms. Choice, Pass and end states are free here.
With --json: a line for each file: {"file","runs","problems":[{"severity","code","pointer","line","column","message","remedy"}],
"resources":[…],"price":{"millrace","ways","standard","express","counts"}}.

Examples:
  millrace asl check machines/orders.asl.json
  millrace asl check definitions/*.json --json | jq -r 'select(.runs | not) | .file'`,
    )
    .action((files: readonly string[], options: CheckOptions) => check(line, files, options));
}

async function check(line: CommandLine, files: readonly string[], options: CheckOptions): Promise<void> {
  const { context } = line;
  const { checkDefinition, formatOf } = await import('../../asl/index.ts');
  for (const file of files) {
    const report = checkDefinition(await textOf(context, file), formatOf(file), {
      type: options.express ? 'EXPRESS' : 'STANDARD',
      ...(options.items !== undefined && { items: options.items }),
    });
    print(context, file, report, options);
    if (!report.runs) line.exitWith(exitCode.refused);
  }
}

function print(
  { terminal }: CommandContext,
  file: string,
  report: DefinitionReport,
  { json }: OutputOptions,
): void {
  if (json) terminal.print(JSON.stringify({ file, ...report }));
  else for (const text of aslReportLines(file, report)) terminal.print(text);
}

function addRun(line: CommandLine, parent: Command): void {
  const command = parent
    .command('run')
    .description(
      'Run one execution of a definition in memory and in a time of its own: a day takes a millisecond. Tasks answer from a ' +
        'file. Shows the states that it went through. Exit code 1 if it did not succeed.',
    )
    .argument('<file>', 'definition in JSON or YAML')
    .option('--input <json>', 'JSON, @FILE, or - for stdin', '{}')
    .option('--mocks <file>', 'answers of tasks, as JSON');
  withJsonOption(command)
    .addHelpText(
      'after',
      `
The file of answers has them by state: a state in a branch or an iterator by its path, such as "Each order/Charge". A list gives
one answer after the other, and the last of them again and again.
  {"Charge": [{"error": "CardDeclined", "cause": "no money"}, {"output": {"paid": true}}], "Ship": {"output": 7}}

Examples:
  millrace asl run machines/orders.asl.json --input '{"id":1}' --mocks mocks.json`,
    )
    .action((file: string, options: RunOptions) => run(line, file, options));
}

async function run(line: CommandLine, file: string, options: RunOptions): Promise<void> {
  const { context } = line;
  const { formatOf } = await import('../../asl/index.ts');
  const { runDefinition } = await import('../asl/runDefinition.ts');
  const input = await readJsonArgument(context, '--input', options.input);
  const { mocks } = options;
  const answers = mocks === undefined ? {} : await readJsonObjectArgument(context, '--mocks', `@${mocks}`);
  const result = await runDefinition(
    { text: await textOf(context, file), format: formatOf(file), input, file },
    answers,
  );
  const { terminal } = context;
  if (options.json) terminal.print(JSON.stringify(result));
  else for (const text of aslRunLines(result)) terminal.print(text);
  if (result.status !== 'SUCCEEDED') line.exitWith(exitCode.endedBadly);
}

interface TestOptions extends OutputOptions {
  readonly mockConfig: string;
  readonly machine?: string;
  readonly case?: string;
  readonly input: string;
}

function addTest(line: CommandLine, parent: Command): void {
  const command = parent
    .command('test')
    .description(
      'Run the test cases of a mock configuration file of Step Functions Local, each as one execution in memory. Shows the ' +
        'states that each went through, and how it ended.',
    )
    .argument('<file>', 'definition in JSON or YAML')
    .requiredOption('--mock-config <file>', 'MockConfigFile.json')
    .option(
      '--machine <name>',
      'its name in the mock configuration file (default: that of the definition file)',
    )
    .option('--case <name>', 'run one test case only')
    .option('--input <json>', 'JSON, @FILE, or - for stdin', '{}');
  withJsonOption(command)
    .addHelpText(
      'after',
      `
A task that the test case does not name fails with Millrace.NoAnswer: no real function is called. With --json: a line for each
test case: {"case","status","output","error","path":[{"state","at"},…]}.

Examples:
  millrace asl test machines/orders.asl.json --mock-config MockConfigFile.json
  millrace asl test machines/orders.asl.json --mock-config MockConfigFile.json --case RetryTest --input @order.json`,
    )
    .action((file: string, options: TestOptions) => test(line, file, options));
}

async function test(line: CommandLine, file: string, options: TestOptions): Promise<void> {
  const { context } = line;
  const { formatOf, readMockConfig } = await import('../../asl/index.ts');
  const { testDefinition } = await import('../asl/testDefinition.ts');
  const input = await readJsonArgument(context, '--input', options.input);
  const config = readMockConfig(
    await readJsonObjectArgument(context, '--mock-config', `@${options.mockConfig}`),
  );
  const definition = { text: await textOf(context, file), format: formatOf(file), input, file };
  const machine = options.machine ?? basename(file).replace(/(\.asl)?\.(json|ya?ml)$/, '');
  for await (const result of testDefinition(definition, config, machine, options.case)) {
    if (options.json) context.terminal.print(JSON.stringify(result));
    else for (const text of aslTestLines(result)) context.terminal.print(text);
  }
}

function addConvert(line: CommandLine, parent: Command): void {
  parent
    .command('convert')
    .description(
      'Print a definition as a TypeScript module that exports an XState machine, which does the same. Exit code 2, with ' +
        'nothing on stdout, if the definition is not valid or cannot be converted.',
    )
    .argument('<file>', 'definition in JSON or YAML')
    .option('--id <id>', 'id of the machine; else the name of the file')
    .option(
      '--substitutions <json>',
      'values for the placeholders of the definition: JSON, @FILE, or - for stdin',
      '{}',
    )
    .addHelpText(
      'after',
      `
Examples:
  millrace asl convert orders.asl.json > machines/orders.ts
  millrace asl convert orders.asl.json --substitutions '{"ChargeArn":"arn:aws:lambda:…"}' > machines/orders.ts`,
    )
    .action((file: string, options: ConvertCommandOptions) => convert(line, file, options));
}

async function convert(
  { context }: CommandLine,
  file: string,
  options: ConvertCommandOptions,
): Promise<void> {
  const { checkDefinition, convertText, formatOf } = await import('../../asl/index.ts');
  const text = await textOf(context, file);
  const substitutions = substitutionsIn(
    await readJsonObjectArgument(context, '--substitutions', options.substitutions),
  );
  const id = options.id ?? basename(file).replace(/(\.asl)?\.(json|ya?ml)$/, '');
  if (id === '' || id.length > 256 || id.includes('#'))
    throw new InvalidInputError(
      `The id of a machine is a text of 1 to 256 characters without '#'. Give another with --id.`,
    );
  const source = convertText(text, formatOf(file), { id, substitutions });
  for (const { code, message } of checkDefinition(text, formatOf(file)).problems)
    if (code === 'UNSUPPORTED_RESOURCE') context.terminal.note(`Note: ${message}.`);
  const open = [...new Set([...source.matchAll(/\$\{[A-Za-z0-9_.:-]+\}/g)].map(([name]) => name))];
  if (open.length > 0)
    context.terminal.note(
      `Note: ${open.join(', ')} has no value. Give it with --substitutions, or edit the module.`,
    );
  context.terminal.print(source.trimEnd());
}

function substitutionsIn(given: JsonObject): Substitutions {
  const entries = Object.entries(given).map(([name, value]) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return [name, value] as const;
    throw new InvalidInputError(
      `--substitutions: the value of '${name}' is not a text, a number or a boolean.`,
    );
  });
  return Object.fromEntries(entries);
}

function textOf({ directory }: CommandContext, file: string): Promise<string> {
  return readUserText({ directory, file });
}
