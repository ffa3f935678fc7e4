import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Comparison } from '../compare/compareRun.ts';
import type { RecordedRun } from '../compare/recordedRun.ts';
import type { CommandContext } from '../context.ts';
import { InvalidInputError } from '../errors.ts';
import { exitCode } from '../exitCodes.ts';
import type { CommandLine, OutputOptions } from './command.ts';
import { parseCount, withJsonOption } from './command.ts';

interface CompareOptions extends OutputOptions {
  readonly executions?: number;
  readonly machine?: string;
  readonly profile?: string;
  readonly region?: string;
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
    .option(
      '--executions <count>',
      'the newest finished executions of each Standard state machine of the account',
      parseCount,
    )
    .option('--machine <name>', 'with --executions: the state machine, by name or ARN (default: all)')
    .option('--profile <name>', 'a profile of the AWS configuration')
    .option('--region <region>', 'the region of the state machines')
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

With --executions, the definition of each execution is the one that it ran with. The policy: millrace migrate assess --policy.

Examples:
  millrace migrate compare --executions 20 --machine order --profile production
  millrace migrate compare --histories histories.jsonl --definition machines/order.asl.json
  millrace migrate compare --histories histories.jsonl --json | jq '.executions[] | select(.outcome == "different")'`,
    )
    .action((options: CompareOptions) => run(line, options));
}

async function run({ context, exitWith }: CommandLine, options: CompareOptions): Promise<void> {
  const { terminal } = context;
  const { json } = options;
  const { comparisonLines } = await import('../rendering/comparison.ts');
  const { compareRun } = await import('../compare/compareRun.ts');
  const comparisons: Comparison[] = [];
  for await (const each of runsOf(context, options)) comparisons.push(await compareRun(each));
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
  // A pipeline must not take it for a proof that nothing could be compared.
  else if (comparisons.length > 0 && count('same') === 0) exitWith(exitCode.refused);
}

/** @throws InvalidInputError */
async function* runsOf(
  { directory, environment }: CommandContext,
  options: CompareOptions,
): AsyncGenerator<RecordedRun> {
  const { histories, executions, definition, machine, profile, region } = options;
  if ((histories === undefined) === (executions === undefined)) {
    throw new InvalidInputError('Give either --histories FILE or --executions COUNT.');
  }
  if (executions !== undefined && definition.length > 0) {
    throw new InvalidInputError(
      '--definition is for --histories: with --executions, the definition is the one that each execution ran with.',
    );
  }
  if (histories !== undefined) {
    const option =
      (machine !== undefined && '--machine') ||
      (profile !== undefined && '--profile') ||
      (region !== undefined && '--region');
    if (option) throw new InvalidInputError(`${option} is for --executions: leave it out with --histories.`);
    const { readRuns } = await import('../compare/readRuns.ts');
    const inFolder = (file: string) => resolve(directory, file);
    yield* await readRuns(inFolder(histories), definition.map(inFolder));
    return;
  }
  const { openAccount } = await import('../account/openAccount.ts');
  const { recordedRuns } = await import('../account/recordedRuns.ts');
  const account = await openAccount(options, environment);
  try {
    yield* recordedRuns(account.sfn, executions ?? 1, machine);
  } finally {
    account.close();
  }
}
