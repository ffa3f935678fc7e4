import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Comparison } from '../compare/compareRun.ts';
import { InvalidInputError } from '../errors.ts';
import { exitCode } from '../exitCodes.ts';
import type { CommandLine, OutputOptions } from './command.ts';
import { withJsonOption } from './command.ts';

interface CompareOptions extends OutputOptions {
  readonly histories?: string;
  readonly definition: readonly string[];
}

/** Adds `migrate compare`. */
export function addCompareCommand(line: CommandLine, migrate: Command): void {
  const compare = migrate
    .command('compare')
    .description(
      'Run finished executions of Step Functions again, in memory and in virtual time, with the recorded answers in place of ' +
        'their tasks, and report each difference in path, inputs of tasks, outputs and errors. No function is called.',
    )
    .option('--histories <file>', 'executions with their events: JSON or JSON lines, also compressed (.gz)')
    .option(
      '--definition <file>',
      'the definition of executions that have none in the file of histories; more than once for files with lines {"id","definition"}',
      (file: string, files: readonly string[]) => [...files, file],
      [],
    );
  withJsonOption(compare)
    .addHelpText(
      'after',
      `
An entry of the file has "events", as 'aws stepfunctions get-execution-history' prints them, and where they are known
"executionArn", "input", "type" (STANDARD or EXPRESS) and "definition".
With --json: {"total","same","different","notCompared","executions":[{"execution","outcome","differences":[{"kind","state",
"pointer","expected","actual"},…],"notes":[…]},…]}.

Examples:
  millrace migrate compare --histories histories.jsonl --definition machines/order.asl.json
  millrace migrate compare --histories histories.jsonl --json | jq '.executions[] | select(.outcome == "different")'`,
    )
    .action((options: CompareOptions) => run(line, options));
}

async function run({ context, exitWith }: CommandLine, options: CompareOptions): Promise<void> {
  const { directory, terminal } = context;
  const { histories, definition, json } = options;
  if (histories === undefined) throw new InvalidInputError('Name a file of histories with --histories FILE.');
  const { readRuns } = await import('../compare/readRuns.ts');
  const { comparisonLines } = await import('../rendering/comparison.ts');
  const { compareRun } = await import('../compare/compareRun.ts');
  const inFolder = (file: string) => resolve(directory, file);
  const runs = await readRuns(inFolder(histories), definition.map(inFolder));
  const comparisons: Comparison[] = [];
  for (const each of runs) comparisons.push(await compareRun(each));
  const count = (outcome: string) => comparisons.filter((each) => each.outcome === outcome).length;
  if (json) {
    terminal.print(
      JSON.stringify({
        total: comparisons.length,
        same: count('same'),
        different: count('different'),
        notCompared: count('notCompared'),
        executions: comparisons,
      }),
    );
  } else for (const text of comparisonLines(comparisons)) terminal.print(text);
  if (count('different') > 0) exitWith(exitCode.diverged);
}
