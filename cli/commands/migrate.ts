import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidInputError } from '../errors.ts';
import { assessmentLines } from '../rendering/assessment.ts';
import type { CommandLine, OutputOptions } from './command.ts';
import { parseCount, withJsonOption } from './command.ts';
import { addCompareCommand } from './migrateCompare.ts';

interface AssessOptions extends OutputOptions {
  readonly counts?: string;
  readonly items: number;
}

export function addMigrateCommand(line: CommandLine): void {
  const command = line.program
    .command('migrate')
    .description('Find out what moving from Step Functions takes, and what it saves.');
  const assess = command
    .command('assess')
    .description(
      'Report of each definition in a folder whether it runs here and what is missing, and what its executions of a month ' +
        'cost on Step Functions and here. Those that save most come first.',
    )
    .argument('<folder>', 'definitions in JSON or YAML')
    .option('--counts <file>', "CSV of a month's counts: name,executions[,transitions[,type]]")
    .option('--items <count>', 'items that a Map state is taken to have, for the price', parseCount, 10);
  withJsonOption(assess)
    .addHelpText(
      'after',
      `
The name of a definition is the name of its file, without .asl.json and the like. Without transitions, each execution is taken to
go along the longest path. The type is STANDARD or EXPRESS.
With --json: {"machines":[{"name","type","runs","missing":[…],"month":{"executions","transitions","isEstimated","today","here",
"saves"}},…]}, in USD.

Examples:
  millrace migrate assess definitions --counts counts.csv
  millrace migrate assess definitions --counts counts.csv --json | jq -r '.machines[] | select(.runs | not) | .name'`,
    )
    .action((folder: string, options: AssessOptions) => report(line, folder, options));
  addCompareCommand(line, command);
}

async function report({ context }: CommandLine, folder: string, options: AssessOptions): Promise<void> {
  const { directory, terminal } = context;
  const { assess } = await import('../../asl/index.ts');
  const { readCounts } = await import('../migrate/readCounts.ts');
  const { readFolder } = await import('../migrate/readFolder.ts');
  const { counts: file, items, json } = options;
  const counts =
    file === undefined ? new Map() : readCounts(await textOf(resolve(directory, file), file), file);
  const machines = await readFolder(resolve(directory, folder), counts);
  const assessments = assess(machines, { items });
  if (json) terminal.print(JSON.stringify({ machines: assessments }));
  else for (const text of assessmentLines(assessments)) terminal.print(text);
}

async function textOf(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new InvalidInputError(
      `${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}
